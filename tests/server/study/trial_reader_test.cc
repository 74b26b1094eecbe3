#include "server/study/trial_reader.h"

#include <gtest/gtest.h>

#include "server/study/names.h"
#include "tests/server/study/server_fixture.h"

namespace dynarch::server {
namespace {

using dynarch::testing::StatusIs;

class TrialReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    name_ = server_.CreateStudy();
    auto study = server_.registry.Find("name", name_);
    ASSERT_OK(study);
    study_ = *study;
  }
  absl::StatusOr<v1::Trial> Trial(int64_t index) {
    return ReadTrial(*server_.store, *study_, index);
  }

  FakeClock clock_;
  TestServer server_{store::NewMemoryStore(), clock_};
  std::string name_;
  std::shared_ptr<Study> study_;
};

TEST_F(TrialReaderTest, ATrialHasItsValuesAndItsMeasurement) {
  EXPECT_EQ(Trial(1205)->state(), v1::Trial::PENDING);
  FakeWorker(server_, "w").WorkUntilIdle();
  ASSERT_OK_AND_ASSIGN(const v1::Trial trial, Trial(1205));
  // 1205 = 100 * 12 + 5: a = 0.12, b = 0.05; energy 12, latency 99 - 12 + 5.
  EXPECT_EQ(trial.name(), name_ + "/trials/1205");
  EXPECT_EQ(trial.state(), v1::Trial::SUCCEEDED);
  EXPECT_EQ(trial.values(0).path(), "decisions.a.threshold");
  EXPECT_EQ(trial.values(0).value(), "0.12");
  EXPECT_EQ(trial.values(1).value(), "0.05");
  EXPECT_EQ(trial.measurement().metrics(0).metric(), "energy_mean_j");
  EXPECT_EQ(trial.measurement().metrics(0).value(), 12);
  EXPECT_EQ(trial.measurement().metrics(1).value(), 92);
  EXPECT_FALSE(trial.measurement().metrics(3).has_value());  // absent, not 0
  EXPECT_EQ(trial.measurement().fidelity(), "analytical");
  EXPECT_EQ(trial.measurement().seed(), 7);
  EXPECT_EQ(trial.measurement().model_versions_size(), 2);
}

TEST_F(TrialReaderTest, AnInfeasibleTrialHasAReason) {
  FakeWorker(server_, "w").WorkUntilIdle();
  ASSERT_OK_AND_ASSIGN(const v1::Trial trial, Trial(199));
  EXPECT_EQ(trial.state(), v1::Trial::INFEASIBLE);
  EXPECT_EQ(trial.reason(), "no_link");
  EXPECT_FALSE(trial.has_measurement());
}

TEST_F(TrialReaderTest, NamesAnIndexThatIsNoCandidate) {
  EXPECT_THAT(Trial(10'000), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Trial(-1), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(TrialReaderTest, PagesOfTrialsHoldEachResultOnce) {
  FakeWorker(server_, "w").WorkUntilIdle();
  v1::ListTrialsRequest request;
  request.set_page_size(3'000);
  int64_t next = 0;
  int pages = 0;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page,
                         ReadTrials(*server_.store, *study_, request));
    for (const v1::Trial& trial : page.trials()) {
      ASSERT_EQ(trial.name(), TrialName("study-1", next++));
    }
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(next, 10'000);
  EXPECT_EQ(pages, 4);  // 3 x 3000 and 1000
}

TEST_F(TrialReaderTest, TheFrontIsSortedAndHoldsNoPointThatBreaksAConstraint) {
  FakeWorker(server_, "w").WorkUntilIdle();
  const auto front = server_.Front(name_);
  ASSERT_EQ(front.size(), kTestFront);
  for (int a = 0; a < kTestFront; ++a) {
    EXPECT_EQ(front[a].name(), TrialName("study-1", 100 * a));
  }
  EXPECT_EQ(server_.Get(name_).progress().front_count(), kTestFront);
}

TEST_F(TrialReaderTest, PagesOfTheFrontBeginAgainWhenItChanges) {
  FakeWorker worker(server_, "w");
  worker.WorkUntilIdle(2);
  v1::QueryFrontRequest request;
  request.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(auto page, ReadFront(*server_.store, *study_, request));
  ASSERT_GT(page.total_count(), 1);
  request.set_page_token(page.next_page_token());
  EXPECT_OK(ReadFront(*server_.store, *study_, request));
  worker.WorkUntilIdle();
  EXPECT_THAT(ReadFront(*server_.store, *study_, request),
              StatusIs(absl::StatusCode::kAborted));
  request.set_page_size(20);
  request.clear_page_token();
  int count = 0;
  do {
    ASSERT_OK_AND_ASSIGN(page, ReadFront(*server_.store, *study_, request));
    EXPECT_EQ(page.total_count(), kTestFront);
    count += page.trials_size();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(count, kTestFront);
}

}  // namespace
}  // namespace dynarch::server
