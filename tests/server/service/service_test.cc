// The services through gRPC on a Unix socket, in one process.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <future>

#include "dynarch/v1/study_service.grpc.pb.h"
#include "dynarch/v1/work_service.grpc.pb.h"
#include "server/service/server.h"
#include "tests/server/study/server_fixture.h"

namespace dynarch::server {
namespace {

using dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Start();
    channel_ = grpc::CreateChannel(server_->address(),
                                   grpc::InsecureChannelCredentials());
    studies_ = v1::StudyService::NewStub(channel_);
    work_ = v1::WorkService::NewStub(channel_);
  }
  void Start() {
    auto store = store::OpenSqliteStore(folder_.File("test.db"));
    ASSERT_OK(store);
    ServerOptions options;
    options.listen = absl::StrCat("unix:", folder_.File("s"));
    options.ticks = false;
    auto server = Server::Start(*std::move(store), options, clock_.AsClock());
    ASSERT_OK(server);
    server_ = *std::move(server);
  }
  grpc::Status Upload(const std::string& sha256,
                      const std::vector<std::string>& chunks) {
    grpc::ClientContext context;
    v1::UploadArtifactResponse response;
    auto writer = studies_->UploadArtifact(&context, &response);
    v1::UploadArtifactRequest request;
    request.set_sha256(sha256);
    for (const std::string& chunk : chunks) {
      request.set_chunk(chunk);
      if (!writer->Write(request)) break;
      request.clear_sha256();
    }
    writer->WritesDone();
    return writer->Finish();
  }
  v1::Study CreateStudy() {
    EXPECT_TRUE(Upload(Sha256Hex(kTestTrace), {kTestTrace}).ok());
    grpc::ClientContext context;
    v1::CreateStudyRequest request;
    *request.mutable_study()->mutable_spec() = TestSpec();
    v1::Study study;
    const auto status = studies_->CreateStudy(&context, request, &study);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return study;
  }
  v1::Study GetStudy(const std::string& name) {
    grpc::ClientContext context;
    v1::GetStudyRequest request;
    request.set_name(name);
    v1::Study study;
    EXPECT_TRUE(studies_->GetStudy(&context, request, &study).ok());
    return study;
  }
  v1::SynchronizeRequest Request(int capacity) {
    v1::SynchronizeRequest request;
    request.set_worker("w");
    for (const auto& version : TestVersions()) {
      request.add_model_versions(version);
    }
    request.set_capacity(capacity);
    return request;
  }
  // Evaluates everything over one stream.
  void WorkThroughStream() {
    grpc::ClientContext context;
    auto stream = work_->Synchronize(&context);
    v1::SynchronizeRequest request = Request(2);
    v1::SynchronizeResponse response;
    while (true) {
      ASSERT_TRUE(stream->Write(request));
      ASSERT_TRUE(stream->Read(&response));
      if (response.leases_size() == 0) break;
      request = Request(2);
      for (const v1::Lease& lease : response.leases()) {
        *request.add_completed() = FakeWorker::Evaluate(lease);
      }
    }
    stream->WritesDone();
    EXPECT_FALSE(stream->Read(&response));
    EXPECT_TRUE(stream->Finish().ok());
  }

  TestFolder folder_;
  FakeClock clock_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::StudyService::Stub> studies_;
  std::unique_ptr<v1::WorkService::Stub> work_;
};

TEST_F(ServiceTest, AStudyFromUploadToFront) {
  const v1::Study study = CreateStudy();
  WorkThroughStream();
  EXPECT_EQ(GetStudy(study.name()).state(), v1::Study::DONE);
  grpc::ClientContext context;
  v1::QueryFrontRequest request;
  request.set_parent(study.name());
  v1::QueryFrontResponse front;
  ASSERT_TRUE(studies_->QueryFront(&context, request, &front).ok());
  EXPECT_EQ(front.total_count(), kTestFront);
  EXPECT_EQ(front.trials_size(), kTestFront);
}

TEST_F(ServiceTest, WorkWithoutAStream) {
  const v1::Study study = CreateStudy();
  v1::SynchronizeRequest request = Request(2);
  for (int round = 0; round < 1'000; ++round) {
    grpc::ClientContext context;
    v1::SynchronizeResponse response;
    ASSERT_TRUE(work_->SynchronizeOnce(&context, request, &response).ok());
    if (response.leases_size() == 0) break;
    request = Request(2);
    for (const v1::Lease& lease : response.leases()) {
      *request.add_completed() = FakeWorker::Evaluate(lease);
    }
  }
  EXPECT_EQ(GetStudy(study.name()).state(), v1::Study::DONE);
}

TEST_F(ServiceTest, AWatcherSeesTheStudyNowAndItsEnd) {
  const v1::Study study = CreateStudy();
  grpc::ClientContext context;
  v1::WatchStudyRequest request;
  request.set_name(study.name());
  auto watch = studies_->WatchStudy(&context, request);
  v1::Study seen;
  ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.state(), v1::Study::ACTIVE);
  EXPECT_FALSE(seen.has_spec());
  WorkThroughStream();  // the clock stands: nothing is due but the end
  while (seen.state() == v1::Study::ACTIVE) ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.state(), v1::Study::DONE);
  EXPECT_EQ(seen.progress().succeeded_count(), 9'900);
  EXPECT_FALSE(watch->Read(&seen));
  EXPECT_TRUE(watch->Finish().ok());
}

TEST_F(ServiceTest, AWatcherHearsOfAChangeAfterItsInterval) {
  const v1::Study study = CreateStudy();
  grpc::ClientContext context;
  v1::WatchStudyRequest request;
  request.set_name(study.name());
  request.set_min_interval_ms(500);
  auto watch = studies_->WatchStudy(&context, request);
  v1::Study seen;
  ASSERT_TRUE(watch->Read(&seen));
  grpc::ClientContext work_context;
  auto stream = work_->Synchronize(&work_context);
  ASSERT_TRUE(stream->Write(Request(0)));  // a worker appears
  v1::SynchronizeResponse response;
  ASSERT_TRUE(stream->Read(&response));
  clock_.Advance(absl::Milliseconds(500));
  server_->Tick();
  ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.progress().worker_count(), 1);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ServiceTest, ArtifactsComeBackInChunksAsTheyWent) {
  std::string bytes;
  for (int i = 0; i < 700'000; ++i)
    bytes += static_cast<char>(i * 7), bytes += 'x';
  const std::string sha256 = Sha256Hex(bytes);
  ASSERT_TRUE(
      Upload(sha256, {bytes.substr(0, 1'000'000), bytes.substr(1'000'000)})
          .ok());
  grpc::ClientContext context;
  v1::DownloadArtifactRequest request;
  request.set_sha256(sha256);
  auto reader = studies_->DownloadArtifact(&context, request);
  v1::DownloadArtifactResponse response;
  std::string read;
  int chunks = 0;
  for (; reader->Read(&response); ++chunks) read += response.chunk();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(chunks, 2);  // 1.4 MB in pieces of at most 1 MiB
  EXPECT_TRUE(read == bytes);
}

TEST_F(ServiceTest, ACorruptedArtifactIsRefused) {
  const std::string sha256 = Sha256Hex("abc");
  const grpc::Status status = Upload(sha256, {"ab", "d"});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("have " + Sha256Hex("abd")));
  EXPECT_EQ(Upload("", {"abc"}).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Upload(sha256, {std::string((1 << 20) + 1, 'a')}).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  grpc::ClientContext context;
  v1::DownloadArtifactRequest request;
  request.set_sha256(sha256);
  auto reader = studies_->DownloadArtifact(&context, request);
  v1::DownloadArtifactResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ServiceTest, ErrorsKeepTheirCodeAndMessage) {
  grpc::ClientContext context;
  v1::GetTrialRequest request;
  request.set_name("studies/none/trials/1");
  v1::Trial trial;
  const grpc::Status status = studies_->GetTrial(&context, request, &trial);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("studies/none"));
}

TEST_F(ServiceTest, AWorkerWithoutANameIsRefused) {
  grpc::ClientContext context;
  auto stream = work_->Synchronize(&context);
  ASSERT_TRUE(stream->Write(v1::SynchronizeRequest()));
  v1::SynchronizeResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServiceTest, ABrokenStreamFreesItsLeases) {
  const v1::Study study = CreateStudy();
  {
    grpc::ClientContext context;
    auto stream = work_->Synchronize(&context);
    ASSERT_TRUE(stream->Write(Request(2)));
    v1::SynchronizeResponse response;
    ASSERT_TRUE(stream->Read(&response));
    ASSERT_EQ(response.leases_size(), 2);
    context.TryCancel();
    stream->Finish();
  }
  // The server hears of it on a thread of its own.
  while (GetStudy(study.name()).progress().worker_count() > 0) {
    std::this_thread::yield();
  }
  clock_.Advance(absl::Seconds(2));
  server_->Tick();
  EXPECT_EQ(GetStudy(study.name()).progress().leased_count(), 0);
}

TEST_F(ServiceTest, DrainingEndsStreamsAndRefusesNewOnes) {
  CreateStudy();
  grpc::ClientContext context;
  auto stream = work_->Synchronize(&context);
  ASSERT_TRUE(stream->Write(Request(1)));
  v1::SynchronizeResponse response;
  ASSERT_TRUE(stream->Read(&response));
  server_->Drain(absl::Seconds(5));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  server_.reset();
  // The next server goes on where this one stopped.
  Start();
  WorkThroughStream();
  EXPECT_EQ(GetStudy("studies/study-1").state(), v1::Study::DONE);
}

// Calls a service that this test has no generated code for; messages are given
// and returned as bytes.
std::string CallRaw(const std::shared_ptr<grpc::Channel>& channel,
                    const std::string& method, const std::string& request) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  const grpc::Slice slice(request);
  const grpc::ByteBuffer request_buffer(&slice, 1);
  grpc::ByteBuffer response_buffer;
  std::promise<grpc::Status> done;
  stub.UnaryCall(
      &context, method, grpc::StubOptions(), &request_buffer, &response_buffer,
      [&done](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  EXPECT_TRUE(status.ok()) << method << ": " << status.error_message();
  std::vector<grpc::Slice> slices;
  std::string response;
  if (!response_buffer.Dump(&slices).ok()) return response;
  for (const grpc::Slice& part : slices) {
    response.append(reinterpret_cast<const char*>(part.begin()), part.size());
  }
  return response;
}

TEST_F(ServiceTest, EachServiceIsHealthy) {
  for (const std::string service :
       {"dynarch.v1.StudyService", "dynarch.v1.WorkService"}) {
    // HealthCheckRequest.service is field 1, a string.
    const std::string request =
        std::string("\x0a") + static_cast<char>(service.size()) + service;
    // HealthCheckResponse.status is field 1; SERVING is 1.
    EXPECT_EQ(CallRaw(channel_, "/grpc.health.v1.Health/Check", request),
              "\x08\x01")
        << service;
  }
}

TEST_F(ServiceTest, ReflectionListsTheServices) {
  // ServerReflectionRequest.list_services is field 7, a string.
  const std::string response =
      CallRaw(channel_,
              "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
              std::string("\x3a\x00", 2));
  EXPECT_THAT(response, HasSubstr("dynarch.v1.StudyService"));
  EXPECT_THAT(response, HasSubstr("dynarch.v1.WorkService"));
}

TEST_F(ServiceTest, ASocketInUseIsNamed) {
  ServerOptions options;
  options.listen = server_->address();
  EXPECT_THAT(Server::Start(store::NewMemoryStore(), options, clock_.AsClock())
                  .status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("already in use")));
  EXPECT_EQ(GetStudy(CreateStudy().name()).state(), v1::Study::ACTIVE);
}

TEST_F(ServiceTest, APortInUseIsNamedAndPort0IsAnyFreeOne) {
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  ASSERT_OK_AND_ASSIGN(
      const auto first,
      Server::Start(store::NewMemoryStore(), options, clock_.AsClock()));
  EXPECT_THAT(first->address(), ::testing::Not(HasSubstr(":0")));
  options.listen = first->address();
  EXPECT_THAT(Server::Start(store::NewMemoryStore(), options, clock_.AsClock())
                  .status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(first->address())));
}

}  // namespace
}  // namespace dynarch::server
