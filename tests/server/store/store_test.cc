// One suite over every implementation of Store: what one answers, all answer.
#include "server/store/store.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "server/store/memory_store.h"
#include "server/store/sqlite_store.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::store {
namespace {

using dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kSucceeded = 3;
constexpr char kInfeasible = 4;
const absl::Time kTime = absl::FromUnixMicros(1'700'000'000'000'001);
const double kAbsent = std::numeric_limits<double>::quiet_NaN();

// A folder of its own for every test.
std::string FreshPath() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(test->test_suite_name()) + test->name();
  for (char& c : name) c = c == '/' ? '_' : c;
  const auto folder =
      std::filesystem::path(::testing::TempDir()) / ("dynarch_" + name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder / "test.db";
}

struct Backend {
  std::string name;
  bool on_disk;
};

class StoreTest : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    path_ = FreshPath();
    Reopen();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(std::filesystem::path(path_).parent_path());
  }
  // Closes the database and opens it again; a memory store stays.
  void Reopen() {
    if (!GetParam().on_disk) {
      if (store_ == nullptr) store_ = NewMemoryStore();
      return;
    }
    store_.reset();
    auto opened = OpenSqliteStore(path_);
    ASSERT_OK(opened);
    store_ = *std::move(opened);
  }
  int64_t NewStudy(const std::string& name, const std::string& request = "") {
    auto id = store_->CreateStudy({.name = name,
                                   .request_id = request,
                                   .spec = std::string("\0spec\xff", 6),
                                   .state = 1,
                                   .create_time = kTime});
    EXPECT_OK(id);
    return id.value_or(0);
  }
  struct Read {
    int64_t candidate;
    int state;
    std::string reason;
    std::vector<double> metrics;
    bool operator==(const Read&) const = default;
  };
  std::vector<Read> Scan(int64_t study, int64_t first, size_t limit = 1000) {
    std::vector<Read> rows;
    EXPECT_OK(store_->ScanResults(study, first, [&](const ResultRow& row) {
      rows.push_back({row.candidate, row.state, std::string(row.reason),
                      MetricsOf(row.metrics)});
      return rows.size() < limit;
    }));
    return rows;
  }

  std::string path_;
  std::unique_ptr<Store> store_;
};

// Two ranges, three candidates, the second of them infeasible.
struct ThreeRows {
  std::vector<space::IndexRange> ranges = {{3, 5}, {9, 10}};
  std::string states = {kSucceeded, kInfeasible, kSucceeded};
  std::string codes = {0, 1, 0};
  std::vector<absl::string_view> reasons = {"", "no_link"};
  std::vector<double> metrics = {1.5, -0.25, kAbsent, kAbsent, 7, 1e-300};

  BatchRows Rows(int64_t study) const {
    return {.study = study,
            .ranges = ranges,
            .states = states,
            .reason_codes = codes,
            .reasons = reasons,
            .metrics = metrics,
            .metric_count = 2,
            .worker = "w1",
            .lease = 4,
            .epoch = 2,
            .attempt = 1,
            .lease_time = kTime,
            .commit_time = kTime + absl::Seconds(1),
            .cpu_time_us = 17};
  }
};

TEST_P(StoreTest, GivesBackStudiesOldestFirstAfterReopening) {
  NewStudy("b", "r1");
  NewStudy("a");
  Reopen();
  ASSERT_OK_AND_ASSIGN(const auto studies, store_->LoadStudies());
  ASSERT_EQ(studies.size(), 2);
  EXPECT_EQ(studies[0].name, "b");
  EXPECT_EQ(studies[0].request_id, "r1");
  EXPECT_EQ(studies[0].spec, std::string("\0spec\xff", 6));
  EXPECT_EQ(studies[0].create_time, kTime);
  EXPECT_FALSE(studies[0].end_time.has_value());
  EXPECT_EQ(studies[1].name, "a");
  EXPECT_EQ(studies[1].request_id, "");
  EXPECT_LT(studies[0].id, studies[1].id);
}

TEST_P(StoreTest, RefusesANameOrARequestIdTwice) {
  NewStudy("a", "r1");
  EXPECT_THAT(store_->CreateStudy({.name = "a", .request_id = "r2"}),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(store_->CreateStudy({.name = "b", .request_id = "r1"}),
              StatusIs(absl::StatusCode::kAlreadyExists));
  NewStudy("c");
  NewStudy("d");  // no request id clashes with no request id
}

TEST_P(StoreTest, EpochsGoUpByOneAndSurviveReopening) {
  const int64_t study = NewStudy("a");
  EXPECT_THAT(store_->AdvanceEpoch(study), testing::IsOkAndHolds(1));
  Reopen();
  EXPECT_THAT(store_->AdvanceEpoch(study), testing::IsOkAndHolds(2));
  EXPECT_THAT(store_->AdvanceEpoch(study + 1),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(StoreTest, GivesBackResultsBitForBitAfterReopening) {
  const int64_t study = NewStudy("a");
  const ThreeRows rows;
  ASSERT_OK(store_->Record({rows.Rows(study)}, {}));
  Reopen();
  const auto read = Scan(study, 0);
  ASSERT_EQ(read.size(), 3);
  EXPECT_EQ(read[0], (Read{3, kSucceeded, "", {1.5, -0.25}}));
  EXPECT_EQ(read[1], (Read{4, kInfeasible, "no_link", {}}));
  EXPECT_EQ(read[2], (Read{9, kSucceeded, "", {7, 1e-300}}));
}

TEST_P(StoreTest, KeepsAbsentMetricsAbsent) {
  const int64_t study = NewStudy("a");
  ThreeRows rows;
  rows.metrics[4] = kAbsent;
  ASSERT_OK(store_->Record({rows.Rows(study)}, {}));
  EXPECT_TRUE(std::isnan(Scan(study, 9)[0].metrics[0]));
}

TEST_P(StoreTest, ScansFromACandidateUntilTold) {
  const int64_t study = NewStudy("a");
  const int64_t other = NewStudy("b");
  const ThreeRows rows;
  ASSERT_OK(store_->Record({rows.Rows(study), rows.Rows(other)}, {}));
  EXPECT_EQ(Scan(study, 4).size(), 2);
  EXPECT_EQ(Scan(study, 0, 1).size(), 1);
  EXPECT_EQ(Scan(study, 10).size(), 0);
}

TEST_P(StoreTest, RecordsAResultExactlyOnceAndABatchWholly) {
  const int64_t study = NewStudy("a");
  const ThreeRows rows;
  ASSERT_OK(store_->Record({rows.Rows(study)}, {}));
  ThreeRows overlap;  // 1 and 2 are new, 3 is not
  overlap.ranges = {{1, 4}};
  EXPECT_THAT(store_->Record({overlap.Rows(study)},
                             {{.study = study, .state = 2, .time = kTime}}),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(Scan(study, 0).size(), 3);
  ASSERT_OK_AND_ASSIGN(const auto audit, store_->LoadAudit(study));
  EXPECT_EQ(audit.size(), 1);
  ASSERT_OK_AND_ASSIGN(const auto studies, store_->LoadStudies());
  EXPECT_EQ(studies[0].state, 1);
}

TEST_P(StoreTest, KeepsOneAuditRowPerBatch) {
  const int64_t study = NewStudy("a");
  const ThreeRows rows;
  ASSERT_OK(store_->Record({rows.Rows(study)}, {}));
  Reopen();
  EXPECT_THAT(store_->LoadAudit(study),
              testing::IsOkAndHolds(
                  ElementsAre(AuditRow{.study = study,
                                       .lease = 4,
                                       .epoch = 2,
                                       .worker = "w1",
                                       .attempt = 1,
                                       .ranges = "3-5,9-10",
                                       .results = 3,
                                       .lease_time = kTime,
                                       .commit_time = kTime + absl::Seconds(1),
                                       .cpu_time_us = 17})));
}

TEST_P(StoreTest, EndsAStudy) {
  const int64_t study = NewStudy("a");
  ASSERT_OK(store_->Record({}, {{.study = study, .state = 3, .time = kTime}}));
  Reopen();
  ASSERT_OK_AND_ASSIGN(const auto studies, store_->LoadStudies());
  EXPECT_EQ(studies[0].state, 3);
  EXPECT_EQ(studies[0].end_time, kTime);
}

TEST_P(StoreTest, RefusesColumnsOfAnotherLength) {
  const int64_t study = NewStudy("a");
  ThreeRows rows;
  rows.metrics.pop_back();
  EXPECT_THAT(store_->Record({rows.Rows(study)}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("3 candidates of 2 metrics")));
  ThreeRows codes;
  codes.codes[1] = 2;  // there are two reasons, 0 and 1
  EXPECT_THAT(store_->Record({codes.Rows(study)}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("reason_codes: got 2")));
  EXPECT_EQ(Scan(study, 0).size(), 0);
}

TEST_P(StoreTest, KeepsArtifactsByTheirDigest) {
  const std::string bytes("a\0b", 3);
  EXPECT_THAT(store_->HasArtifact("d1"), testing::IsOkAndHolds(false));
  EXPECT_THAT(store_->GetArtifact("d1"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("d1")));
  ASSERT_OK(store_->PutArtifact("d1", bytes));
  ASSERT_OK(store_->PutArtifact("d1", bytes));
  ASSERT_OK(store_->PutArtifact("d2", ""));
  Reopen();
  EXPECT_THAT(store_->HasArtifact("d1"), testing::IsOkAndHolds(true));
  EXPECT_THAT(store_->GetArtifact("d1"), testing::IsOkAndHolds(bytes));
  EXPECT_THAT(store_->GetArtifact("d2"), testing::IsOkAndHolds(std::string()));
}

INSTANTIATE_TEST_SUITE_P(Backends, StoreTest,
                         ::testing::Values(Backend{"sqlite", true},
                                           Backend{"memory", false}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dynarch::store
