#include <grpcpp/grpcpp.h>

#include <chrono>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "client/connection/study_client.h"
#include "dynarch/v1/study_service.grpc.pb.h"
#include "sim/base/sha256.h"
#include "sim/base/status_macros.h"

namespace dynarch::connection {
namespace {

constexpr int kMaxMessageBytes = 64 << 20;
constexpr size_t kChunkBytes = 256 << 10;
constexpr std::chrono::seconds kCallTimeout(60);
constexpr std::chrono::seconds kArtifactTimeout(600);
constexpr int kFrontPageSize = 1000;
constexpr absl::Duration kRefusedPatience = absl::Seconds(1);

// Registers a context for as long as its call lasts, so that it can be
// cancelled from another thread.
class CancellableCalls {
 public:
  class Scope {
   public:
    Scope(CancellableCalls& calls, grpc::ClientContext* context)
        : calls_(calls), context_(context) {
      const std::lock_guard lock(calls_.mutex_);
      calls_.contexts_.insert(context_);
    }
    ~Scope() {
      const std::lock_guard lock(calls_.mutex_);
      calls_.contexts_.erase(context_);
    }

   private:
    CancellableCalls& calls_;
    grpc::ClientContext* context_;
  };

  void CancelAll() {
    const std::lock_guard lock(mutex_);
    for (grpc::ClientContext* context : contexts_) context->TryCancel();
  }

 private:
  std::mutex mutex_;
  std::set<grpc::ClientContext*> contexts_;
};

class GrpcStudyClient final : public StudyClient {
 public:
  GrpcStudyClient(std::string address, std::shared_ptr<grpc::Channel> channel)
      : address_(std::move(address)),
        stub_(v1::StudyService::NewStub(std::move(channel))) {}

  absl::Status UploadArtifact(absl::string_view sha256,
                              absl::string_view bytes) override;
  absl::StatusOr<std::string> DownloadArtifact(
      absl::string_view sha256) override;
  absl::StatusOr<v1::Study> CreateStudy(absl::string_view study_id,
                                        const v1::StudySpec& spec,
                                        absl::string_view request_id) override;
  absl::StatusOr<v1::Study> GetStudy(absl::string_view name) override;
  absl::StatusOr<v1::Study> CancelStudy(absl::string_view name) override;
  absl::Status Watch(absl::string_view name,
                     const OnUpdate& on_update) override;
  void CancelWatches() override { watches_.CancelAll(); }
  absl::StatusOr<v1::Trial> GetTrial(absl::string_view name) override;
  absl::StatusOr<TrialPage> ListTrials(absl::string_view parent, int page_size,
                                       absl::string_view page_token) override;
  absl::StatusOr<std::vector<v1::Trial>> QueryFront(
      absl::string_view parent) override;

 private:
  // gRPC's codes have the same numbers as absl's.
  absl::Status ToStatus(const grpc::Status& status) const {
    if (status.ok()) return absl::OkStatus();
    return absl::Status(
        static_cast<absl::StatusCode>(status.error_code()),
        absl::StrCat("server ", address_, ": ", status.error_message()));
  }

  // One unary call with a deadline.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(
      grpc::Status (v1::StudyService::Stub::*method)(grpc::ClientContext*,
                                                     const Request&, Response*),
      const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallTimeout);
    Response response;
    DYNARCH_RETURN_IF_ERROR(
        ToStatus((stub_.get()->*method)(&context, request, &response)));
    return response;
  }

  const std::string address_;
  const std::unique_ptr<v1::StudyService::Stub> stub_;
  CancellableCalls watches_;
};

absl::Status GrpcStudyClient::UploadArtifact(absl::string_view sha256,
                                             absl::string_view bytes) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kArtifactTimeout);
  v1::UploadArtifactResponse response;
  const auto writer = stub_->UploadArtifact(&context, &response);
  v1::UploadArtifactRequest request;
  request.set_sha256(std::string(sha256));
  size_t sent = 0;
  do {
    const absl::string_view chunk = bytes.substr(sent, kChunkBytes);
    request.set_chunk(chunk.data(), chunk.size());
    if (!writer->Write(request)) break;  // Finish() says why.
    sent += chunk.size();
    request.clear_sha256();
  } while (sent < bytes.size());
  writer->WritesDone();
  return ToStatus(writer->Finish());
}

absl::StatusOr<std::string> GrpcStudyClient::DownloadArtifact(
    absl::string_view sha256) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kArtifactTimeout);
  v1::DownloadArtifactRequest request;
  request.set_sha256(std::string(sha256));
  const auto reader = stub_->DownloadArtifact(&context, request);
  std::string bytes;
  v1::DownloadArtifactResponse response;
  while (reader->Read(&response)) bytes.append(response.chunk());
  DYNARCH_RETURN_IF_ERROR(ToStatus(reader->Finish()));
  if (const std::string got = Sha256Hex(bytes); got != sha256) {
    return absl::DataLossError(absl::StrCat("server ", address_, ": artifact ",
                                            sha256, " arrived as ", got));
  }
  return bytes;
}

absl::StatusOr<v1::Study> GrpcStudyClient::CreateStudy(
    absl::string_view study_id, const v1::StudySpec& spec,
    absl::string_view request_id) {
  v1::CreateStudyRequest request;
  request.set_study_id(std::string(study_id));
  *request.mutable_study()->mutable_spec() = spec;
  request.set_request_id(std::string(request_id));
  return Call(&v1::StudyService::Stub::CreateStudy, request);
}

absl::StatusOr<v1::Study> GrpcStudyClient::GetStudy(absl::string_view name) {
  v1::GetStudyRequest request;
  request.set_name(std::string(name));
  return Call(&v1::StudyService::Stub::GetStudy, request);
}

absl::StatusOr<v1::Study> GrpcStudyClient::CancelStudy(absl::string_view name) {
  v1::CancelStudyRequest request;
  request.set_name(std::string(name));
  return Call(&v1::StudyService::Stub::CancelStudy, request);
}

absl::Status GrpcStudyClient::Watch(absl::string_view name,
                                    const OnUpdate& on_update) {
  grpc::ClientContext context;
  const CancellableCalls::Scope scope(watches_, &context);
  v1::WatchStudyRequest request;
  request.set_name(std::string(name));
  const auto reader = stub_->WatchStudy(&context, request);
  v1::Study study;
  bool stopped = false;
  while (reader->Read(&study)) {
    if (!stopped && !on_update(study)) {
      stopped = true;
      context.TryCancel();
    }
  }
  return ToStatus(reader->Finish());
}

absl::StatusOr<v1::Trial> GrpcStudyClient::GetTrial(absl::string_view name) {
  v1::GetTrialRequest request;
  request.set_name(std::string(name));
  return Call(&v1::StudyService::Stub::GetTrial, request);
}

absl::StatusOr<TrialPage> GrpcStudyClient::ListTrials(
    absl::string_view parent, int page_size, absl::string_view page_token) {
  v1::ListTrialsRequest request;
  request.set_parent(std::string(parent));
  request.set_page_size(page_size);
  request.set_page_token(std::string(page_token));
  DYNARCH_ASSIGN_OR_RETURN(const v1::ListTrialsResponse response,
                           Call(&v1::StudyService::Stub::ListTrials, request));
  return TrialPage{{response.trials().begin(), response.trials().end()},
                   response.next_page_token()};
}

absl::StatusOr<std::vector<v1::Trial>> GrpcStudyClient::QueryFront(
    absl::string_view parent) {
  v1::QueryFrontRequest request;
  request.set_parent(std::string(parent));
  request.set_page_size(kFrontPageSize);
  std::vector<v1::Trial> trials;
  do {
    DYNARCH_ASSIGN_OR_RETURN(
        const v1::QueryFrontResponse response,
        Call(&v1::StudyService::Stub::QueryFront, request));
    trials.insert(trials.end(), response.trials().begin(),
                  response.trials().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return trials;
}

// Until `patience` is over, or connections have been refused for a second: a
// server that is just starting is waited for, a wrong address is not.
bool WaitForConnection(grpc::Channel& channel, absl::Duration patience) {
  const absl::Time start = absl::Now();
  while (absl::Now() < start + patience) {
    const grpc_connectivity_state state = channel.GetState(true);
    if (state == GRPC_CHANNEL_READY) return true;
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE &&
        absl::Now() > start + kRefusedPatience) {
      return false;
    }
    channel.WaitForStateChange(
        state, absl::ToChronoTime(absl::Now() + absl::Milliseconds(50)));
  }
  return false;
}

// HOST:PORT or unix:PATH.
bool IsAddress(absl::string_view address) {
  if (absl::ConsumePrefix(&address, "unix:")) return !address.empty();
  const size_t colon = address.rfind(':');
  int port = 0;
  return colon != absl::string_view::npos && colon > 0 &&
         absl::SimpleAtoi(address.substr(colon + 1), &port) && port > 0 &&
         port <= 65535;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StudyClient>> Connect(absl::string_view address,
                                                     absl::Duration patience) {
  if (!IsAddress(address)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "server ", address, ": not an address (HOST:PORT or unix:PATH)"));
  }
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // A Unix socket has no host name to send.
  if (absl::StartsWith(address, "unix:")) {
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
  }
  auto channel = grpc::CreateCustomChannel(
      std::string(address), grpc::InsecureChannelCredentials(), arguments);
  if (!WaitForConnection(*channel, patience)) {
    return absl::UnavailableError(
        absl::StrCat("server ", address,
                     ": nothing answers there; is dynarch-server running with "
                     "this address?"));
  }
  return std::make_unique<GrpcStudyClient>(std::string(address),
                                           std::move(channel));
}

}  // namespace dynarch::connection
