#include <gtest/gtest.h>

#include "server/study/study_registry.h"
#include "tests/server/study/server_fixture.h"

namespace dynarch::server {
namespace {

using dynarch::testing::StatusIs;
using ::testing::HasSubstr;

class RegistryTest : public ::testing::Test {
 protected:
  v1::CreateStudyRequest Request() {
    v1::CreateStudyRequest request;
    *request.mutable_study()->mutable_spec() = TestSpec();
    return request;
  }

  FakeClock clock_;
  TestServer server_{store::NewMemoryStore(), clock_};
};

TEST_F(RegistryTest, AStudyStartsWithEverythingToDo) {
  const v1::Study study = server_.Get(server_.CreateStudy());
  EXPECT_EQ(study.state(), v1::Study::ACTIVE);
  EXPECT_EQ(study.progress().candidate_count(), 10'000);
  EXPECT_EQ(study.progress().succeeded_count(), 0);
  EXPECT_EQ(study.progress().waiting_reason(), "no worker is connected");
  EXPECT_EQ(study.metrics(0), "energy_mean_j");
  EXPECT_EQ(study.metrics(1), "latency_p99_s");
  EXPECT_EQ(study.metrics(2), "deadline_miss_ratio");
  EXPECT_EQ(study.metrics_size(), FakeWorker::kTestMetrics);
  EXPECT_EQ(study.spec().SerializeAsString(), TestSpec().SerializeAsString());
}

TEST_F(RegistryTest, TheSameRequestIdReturnsTheSameStudy) {
  v1::CreateStudyRequest request = Request();
  request.set_request_id("r1");
  ASSERT_OK_AND_ASSIGN(const v1::Study first, server_.registry.Create(request));
  ASSERT_OK_AND_ASSIGN(const v1::Study second,
                       server_.registry.Create(request));
  EXPECT_EQ(first.name(), second.name());
  EXPECT_EQ(server_.registry.List({})->studies_size(), 1);
  request.mutable_study()->mutable_spec()->mutable_workload()->set_seed(8);
  EXPECT_THAT(
      server_.registry.Create(request),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("request_id")));
}

TEST_F(RegistryTest, TheSameRequestIdAfterARestartCountsWhatIsStored) {
  const TestFolder folder;
  v1::CreateStudyRequest request = Request();
  request.set_request_id("r1");
  {
    ASSERT_OK_AND_ASSIGN(auto store,
                         store::OpenSqliteStore(folder.File("test.db")));
    TestServer server(std::move(store), clock_);
    ASSERT_OK(server.registry.Create(request));
    FakeWorker(server, "w").WorkUntilIdle();
  }
  ASSERT_OK_AND_ASSIGN(auto store,
                       store::OpenSqliteStore(folder.File("test.db")));
  TestServer server(std::move(store), clock_);
  // The first call to the new server: nothing has read the results yet.
  ASSERT_OK_AND_ASSIGN(const v1::Study again, server.registry.Create(request));
  EXPECT_EQ(again.state(), v1::Study::DONE);
  // 100 of the 10 000 candidates have b = 99.
  EXPECT_EQ(again.progress().succeeded_count(), 9'900);
  EXPECT_EQ(again.progress().infeasible_count(), 100);
  EXPECT_EQ(again.progress().front_count(), kTestFront);
}

TEST_F(RegistryTest, TheSameRequestIdOfACancelledStudyStartsNothing) {
  const TestFolder folder;
  v1::CreateStudyRequest request = Request();
  request.set_request_id("r1");
  std::string name;
  int64_t results = 0;
  for (int start = 0; start < 2; ++start) {
    ASSERT_OK_AND_ASSIGN(auto store,
                         store::OpenSqliteStore(folder.File("test.db")));
    TestServer server(std::move(store), clock_);
    FakeWorker worker(server, "w");
    if (start == 0) {
      ASSERT_OK_AND_ASSIGN(const v1::Study study,
                           server.registry.Create(request));
      name = study.name();
      worker.Deliver(worker.TakeLease());
      ASSERT_OK_AND_ASSIGN(const v1::Study cancelled,
                           server.registry.Cancel(name));
      results = cancelled.progress().succeeded_count();
      EXPECT_GT(results, 0);
    }
    ASSERT_OK_AND_ASSIGN(const v1::Study again,
                         server.registry.Create(request));
    EXPECT_EQ(again.name(), name);
    EXPECT_EQ(again.state(), v1::Study::CANCELLED);
    EXPECT_TRUE(again.has_end_time());
    EXPECT_EQ(again.progress().succeeded_count(), results);
    EXPECT_EQ(again.progress().waiting_reason(), "");
    EXPECT_EQ(worker.Exchange(worker.Request(1)).leases_size(), 0);
    EXPECT_EQ(server.registry.List({})->studies_size(), 1);
  }
}

TEST_F(RegistryTest, AnIdIsTakenOnce) {
  v1::CreateStudyRequest request = Request();
  request.set_study_id("mine");
  EXPECT_EQ(server_.registry.Create(request)->name(), "studies/mine");
  EXPECT_THAT(server_.registry.Create(request),
              StatusIs(absl::StatusCode::kAlreadyExists));
  request.set_study_id("Mine!");
  EXPECT_THAT(
      server_.registry.Create(request),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("study_id")));
}

TEST_F(RegistryTest, RefusesAStudyWhoseArtifactIsMissing) {
  v1::CreateStudyRequest request = Request();
  request.mutable_study()
      ->mutable_spec()
      ->mutable_behavior()
      ->mutable_trace()
      ->set_sha256(std::string(64, 'a'));
  EXPECT_THAT(server_.registry.Create(request),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("upload it first")));
  EXPECT_EQ(server_.registry.List({})->studies_size(), 0);
}

TEST_F(RegistryTest, RefusesWhatIsNoStudy) {
  v1::CreateStudyRequest request = Request();
  request.mutable_study()->mutable_spec()->clear_objectives();
  EXPECT_THAT(
      server_.registry.Create(request),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("objectives")));
  request = Request();
  request.mutable_study()->mutable_spec()->clear_model_versions();
  EXPECT_THAT(server_.registry.Create(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("model_versions")));
}

TEST_F(RegistryTest, NamesAStudyThatIsNotThere) {
  EXPECT_THAT(server_.registry.Get("studies/none"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("studies/none")));
}

TEST_F(RegistryTest, ListsNewestFirstInPages) {
  const std::string a = server_.CreateStudy(), b = server_.CreateStudy(),
                    c = server_.CreateStudy();
  v1::ListStudiesRequest request;
  request.set_page_size(2);
  ASSERT_OK_AND_ASSIGN(const auto first, server_.registry.List(request));
  ASSERT_EQ(first.studies_size(), 2);
  EXPECT_EQ(first.studies(0).name(), c);
  EXPECT_EQ(first.studies(1).name(), b);
  EXPECT_FALSE(first.studies(0).has_spec());
  request.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second, server_.registry.List(request));
  ASSERT_EQ(second.studies_size(), 1);
  EXPECT_EQ(second.studies(0).name(), a);
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(RegistryTest, ADoneStudyIsNotCancelled) {
  const std::string name = server_.CreateStudy();
  FakeWorker(server_, "w").WorkUntilIdle();
  EXPECT_EQ(server_.registry.Cancel(name)->state(), v1::Study::DONE);
}

TEST_F(RegistryTest, ARandomStudyEvaluatesItsSamples) {
  v1::StudySpec spec = TestSpec();
  spec.mutable_search()->mutable_random()->set_samples(300);
  spec.mutable_search()->mutable_random()->set_seed(3);
  const std::string name = server_.CreateStudy(spec);
  FakeWorker(server_, "w").WorkUntilIdle();
  const v1::Study study = server_.Get(name);
  EXPECT_EQ(study.state(), v1::Study::DONE);
  EXPECT_EQ(study.progress().candidate_count(), 300);
  EXPECT_EQ(
      study.progress().succeeded_count() + study.progress().infeasible_count(),
      300);
}

TEST_F(RegistryTest, WorkersGetTheSpecAndTheOrderOfMetrics) {
  const std::string name = server_.CreateStudy();
  ASSERT_OK_AND_ASSIGN(const auto work, server_.registry.ForWorker(name));
  EXPECT_EQ(work.name(), name);
  EXPECT_EQ(work.spec().SerializeAsString(), TestSpec().SerializeAsString());
  EXPECT_EQ(work.metrics_size(), FakeWorker::kTestMetrics);
}

}  // namespace
}  // namespace dynarch::server
