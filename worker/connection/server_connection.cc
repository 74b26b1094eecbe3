#include "worker/connection/server_connection.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "dynarch/v1/study_service.grpc.pb.h"
#include "dynarch/v1/work_service.grpc.pb.h"

namespace dynarch::worker {
namespace {

constexpr int kLargestMessage = 32 << 20;
const absl::Duration kCallPatience = absl::Seconds(30);
const absl::Duration kGlance = absl::Milliseconds(100);

absl::Status FromRpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
}

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + kCallPatience));
}

std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kLargestMessage);
  arguments.SetMaxSendMessageSize(kLargestMessage);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

}  // namespace

struct ServerConnection::Stubs {
  explicit Stubs(const std::string& address)
      : channel(ChannelTo(address)),
        studies(v1::StudyService::NewStub(channel)),
        work(v1::WorkService::NewStub(channel)) {}

  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::StudyService::Stub> studies;
  std::unique_ptr<v1::WorkService::Stub> work;
};

ServerConnection::ServerConnection(const std::string& address)
    : address_(address), stubs_(std::make_unique<Stubs>(address)) {}

ServerConnection::~ServerConnection() = default;

absl::Status ServerConnection::WaitUntilReachable(
    absl::Duration patience, const std::function<bool()>& stops) {
  const absl::Time deadline = absl::Now() + patience;
  absl::Time now = absl::Now();
  do {
    const auto glance = absl::ToChronoTime(std::min(now + kGlance, deadline));
    if (stubs_->channel->WaitForConnected(glance)) return absl::OkStatus();
    if (stops()) {
      return absl::CancelledError(absl::StrCat(
          "--server ", address_, ": stopped before a server answered there"));
    }
    now = absl::Now();
  } while (now < deadline);
  return absl::UnavailableError(absl::StrCat("--server ", address_,
                                             ": no server answers there after ",
                                             absl::FormatDuration(patience)));
}

absl::StatusOr<v1::WorkStudy> ServerConnection::GetStudy(
    const std::string& name) {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetWorkStudyRequest request;
  request.set_name(name);
  v1::WorkStudy study;
  const grpc::Status status =
      stubs_->work->GetWorkStudy(&context, request, &study);
  if (!status.ok()) return FromRpc(status);
  return study;
}

absl::StatusOr<std::string> ServerConnection::GetArtifact(
    const std::string& sha256) {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::DownloadArtifactRequest request;
  request.set_sha256(sha256);
  const auto reader = stubs_->studies->DownloadArtifact(&context, request);
  std::string bytes;
  v1::DownloadArtifactResponse response;
  while (reader->Read(&response)) bytes += response.chunk();
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return FromRpc(status);
  return bytes;
}

absl::Status ServerConnection::Exchange(WorkLoop& loop) {
  grpc::ClientContext context;
  const auto stream = stubs_->work->Synchronize(&context);
  loop.Connected();
  std::thread reader([&] {
    v1::SynchronizeResponse response;
    while (stream->Read(&response)) loop.Apply(response);
    loop.Disconnected();
  });
  while (auto request = loop.NextRequest()) {
    if (!stream->Write(*request)) break;
  }
  if (loop.ended()) {
    stream->WritesDone();
  } else {
    context.TryCancel();  // wakes the reader
  }
  reader.join();
  const grpc::Status status = stream->Finish();
  return loop.ended() ? absl::OkStatus() : FromRpc(status);
}

}  // namespace dynarch::worker
