#include "client/connection/study_client.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "dynarch/v1/study_service.grpc.pb.h"
#include "sim/base/sha256.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::connection {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A server that remembers artifacts and pages a front of five trials by two.
class FakeServer : public v1::StudyService::Service {
 public:
  FakeServer() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeServer() override { server_->Shutdown(); }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  grpc::Status UploadArtifact(grpc::ServerContext*,
                              grpc::ServerReader<v1::UploadArtifactRequest>* in,
                              v1::UploadArtifactResponse* response) override {
    v1::UploadArtifactRequest request;
    std::string sha256, bytes;
    while (in->Read(&request)) {
      if (!request.sha256().empty()) sha256 = request.sha256();
      largest_chunk = std::max(largest_chunk, request.chunk().size());
      bytes += request.chunk();
    }
    artifacts[sha256] = bytes;
    return grpc::Status::OK;
  }
  grpc::Status DownloadArtifact(
      grpc::ServerContext*, const v1::DownloadArtifactRequest* request,
      grpc::ServerWriter<v1::DownloadArtifactResponse>* out) override {
    v1::DownloadArtifactResponse response;
    response.set_chunk(artifacts[request->sha256()]);
    out->Write(response);
    return grpc::Status::OK;
  }
  grpc::Status GetStudy(grpc::ServerContext*,
                        const v1::GetStudyRequest* request,
                        v1::Study* response) override {
    if (request->name() != "studies/x") {
      return {grpc::StatusCode::NOT_FOUND, request->name() + ": no such study"};
    }
    response->set_name(request->name());
    return grpc::Status::OK;
  }
  grpc::Status WatchStudy(grpc::ServerContext* context,
                          const v1::WatchStudyRequest* request,
                          grpc::ServerWriter<v1::Study>* out) override {
    v1::Study study;
    study.set_name(request->name());
    study.set_state(v1::Study::ACTIVE);
    out->Write(study);
    while (request->name() == "studies/endless" && !context->IsCancelled()) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    study.set_state(v1::Study::DONE);
    out->Write(study);
    return grpc::Status::OK;
  }
  grpc::Status QueryFront(grpc::ServerContext*,
                          const v1::QueryFrontRequest* request,
                          v1::QueryFrontResponse* response) override {
    int first = 0;
    if (!request->page_token().empty() &&
        !absl::SimpleAtoi(request->page_token(), &first)) {
      return {grpc::StatusCode::INVALID_ARGUMENT, "page_token"};
    }
    for (int i = first; i < std::min(first + 2, 5); ++i) {
      response->add_trials()->set_name(absl::StrCat("t", i));
    }
    if (first + 2 < 5) response->set_next_page_token(absl::StrCat(first + 2));
    return grpc::Status::OK;
  }

  std::map<std::string, std::string> artifacts;
  size_t largest_chunk = 0;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class StudyClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto client = Connect(server_.address(), absl::Seconds(20));
    ASSERT_OK(client);
    client_ = *std::move(client);
  }
  FakeServer server_;
  std::unique_ptr<StudyClient> client_;
};

TEST_F(StudyClientTest, ArtifactsTravelInPiecesAndComeBackWhole) {
  const std::string bytes(3'000'001, 'x');
  const std::string sha256 = Sha256Hex(bytes);
  ASSERT_OK(client_->UploadArtifact(sha256, bytes));
  EXPECT_EQ(server_.artifacts[sha256], bytes);
  EXPECT_LE(server_.largest_chunk, size_t{1} << 20);
  server_.artifacts[Sha256Hex("y")] = "y";
  ASSERT_OK_AND_ASSIGN(const std::string back,
                       client_->DownloadArtifact(Sha256Hex("y")));
  EXPECT_EQ(back, "y");
}

TEST_F(StudyClientTest, AnEmptyArtifactIsOneToo) {
  ASSERT_OK(client_->UploadArtifact(Sha256Hex(""), ""));
  EXPECT_EQ(server_.artifacts.count(Sha256Hex("")), 1u);
}

TEST_F(StudyClientTest, RefusesAnArtifactThatArrivesChanged) {
  server_.artifacts[Sha256Hex("y")] = "z";
  EXPECT_THAT(client_->DownloadArtifact(Sha256Hex("y")),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(StudyClientTest, ErrorsKeepCodeAndMessageAndNameTheServer) {
  EXPECT_THAT(client_->GetStudy("studies/none"),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr(server_.address()),
                             HasSubstr("studies/none: no such study"))));
}

TEST_F(StudyClientTest, CollectsAllPagesOfAFront) {
  ASSERT_OK_AND_ASSIGN(const auto front, client_->QueryFront("studies/x"));
  ASSERT_EQ(front.size(), 5u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(front[i].name(), absl::StrCat("t", i));
}

TEST_F(StudyClientTest, WatchEndsWithTheStudy) {
  int updates = 0;
  v1::Study last;
  ASSERT_OK(client_->Watch("studies/x", [&](const v1::Study& study) {
    ++updates;
    last = study;
    return true;
  }));
  EXPECT_EQ(updates, 2);
  EXPECT_EQ(last.state(), v1::Study::DONE);
}

TEST_F(StudyClientTest, WatchEndsWhenTheCallerHasSeenEnough) {
  EXPECT_THAT(
      client_->Watch("studies/endless", [](const v1::Study&) { return false; }),
      StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(StudyClientTest, AWatchCanBeEndedFromAnotherThread) {
  std::thread canceller;
  const absl::Status status =
      client_->Watch("studies/endless", [&](const v1::Study&) {
        canceller = std::thread([&] { client_->CancelWatches(); });
        return true;
      });
  canceller.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
}

TEST(ConnectTest, ARefusedAddressIsNotWaitedForLong) {
  std::string address;
  { address = FakeServer().address(); }  // Nobody listens there any more.
  const absl::Time start = absl::Now();
  EXPECT_THAT(Connect(address, absl::Seconds(60)),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(address)));
  EXPECT_LT(absl::Now() - start, absl::Seconds(30));
}

}  // namespace
}  // namespace dynarch::connection
