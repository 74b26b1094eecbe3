#include "server/study/commit_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>

namespace dynarch::server {
namespace {

using ::testing::StartsWith;

const absl::Status& Full() {
  static const auto* const full =
      new absl::Status(absl::UnavailableError("disk is full"));
  return *full;
}

class CommitHealthTest : public ::testing::Test {
 protected:
  CommitHealthTest() : before_(spdlog::default_logger()) {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_st>(log_));
    logger->set_pattern("%l: %v");
    spdlog::set_default_logger(std::move(logger));
  }
  ~CommitHealthTest() override { spdlog::set_default_logger(before_); }

  const absl::Time t0_ = absl::FromUnixSeconds(1'700'000'000);
  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> before_;
  CommitHealth health_;
};

TEST_F(CommitHealthTest, IsWellAtFirst) {
  EXPECT_EQ(health_.reason(), "");
  EXPECT_FALSE(health_.Pauses(t0_));
  health_.Succeeded();
  EXPECT_EQ(log_.str(), "");
}

TEST_F(CommitHealthTest, ThePauseDoublesUpToThirtySeconds) {
  absl::Time now = t0_;
  for (const int seconds : {1, 2, 4, 8, 16, 30, 30}) {
    health_.Failed(Full(), now);
    now += absl::Seconds(seconds);
    EXPECT_TRUE(health_.Pauses(now - absl::Milliseconds(1))) << seconds;
    EXPECT_FALSE(health_.Pauses(now)) << seconds;
  }
  health_.Succeeded();
  health_.Failed(Full(), now);
  EXPECT_FALSE(health_.Pauses(now + absl::Seconds(1)));
}

TEST_F(CommitHealthTest, WhatFailsWithinThePauseDoesNotProlongIt) {
  for (int i = 0; i < 9; ++i) health_.Failed(Full(), t0_);
  EXPECT_FALSE(health_.Pauses(t0_ + absl::Seconds(1)));
}

TEST_F(CommitHealthTest, ASuccessEndsThePauseAndTheReason) {
  health_.Failed(Full(), t0_);
  EXPECT_EQ(health_.reason(), "the database cannot be written: disk is full");
  health_.Succeeded();
  EXPECT_EQ(health_.reason(), "");
  EXPECT_FALSE(health_.Pauses(t0_));
}

TEST_F(CommitHealthTest, EveryRowOfFailuresIsLoggedOnce) {
  for (int i = 0; i < 9; ++i) health_.Failed(Full(), t0_ + absl::Seconds(i));
  const std::string once =
      "error: the database cannot be written: disk is full; no work is given "
      "until it can\n";
  EXPECT_EQ(log_.str(), once);
  health_.Succeeded();
  health_.Succeeded();
  const std::string again = "warning: the database can be written again\n";
  EXPECT_EQ(log_.str(), once + again);
  health_.Failed(Full(), t0_);
  EXPECT_EQ(log_.str(), once + again + once);
}

TEST_F(CommitHealthTest, RowsThatAreWrongSayNothingAboutTheDatabase) {
  health_.Failed(absl::AlreadyExistsError("candidate 3 has a result"), t0_);
  EXPECT_EQ(health_.reason(), "");
  EXPECT_FALSE(health_.Pauses(t0_));
  EXPECT_THAT(log_.str(), StartsWith("error: results cannot be recorded: "
                                     "candidate 3 has a result"));
}

}  // namespace
}  // namespace dynarch::server
