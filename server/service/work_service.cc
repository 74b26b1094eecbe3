#include "server/service/work_service.h"

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "server/service/rpc_status.h"

namespace dynarch::server {

// One worker's stream. gRPC is called without the lock held: it may call back
// at once.
class WorkStream : public grpc::ServerBidiReactor<v1::SynchronizeRequest,
                                                  v1::SynchronizeResponse> {
 public:
  WorkStream(WorkServiceImpl& service, WorkExchange& exchange)
      : service_(service), exchange_(exchange) {}

  void Begin(std::shared_ptr<WorkStream> self) {
    self_ = self;
    session_ = exchange_.Open(
        /*pushes=*/true, [weak = std::weak_ptr<WorkStream>(self)](
                             v1::SynchronizeResponse response) {
          if (const auto stream = weak.lock())
            stream->Send(std::move(response));
        });
    Read();
  }

  void Send(v1::SynchronizeResponse response) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (end_) return;
      outbox_.push_back(std::move(response));
    }
    Advance();
  }

  // Ends the stream after what waits to be written.
  void End(grpc::Status status) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!end_) end_ = std::move(status);
    }
    Advance();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End(grpc::Status::OK);  // the worker is done, or gone
    const absl::Status status =
        exchange_.Receive(session_, std::move(request_));
    if (!status.ok()) return End(ToRpc(status));
    Read();
  }
  void OnWriteDone(bool ok) override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      outbox_.pop_front();
      writing_ = false;
      if (!ok) {
        outbox_.clear();
        if (!end_) end_ = grpc::Status::CANCELLED;
      }
    }
    Advance();
  }
  void OnCancel() override { End(grpc::Status::CANCELLED); }
  void OnDone() override {
    exchange_.Close(session_);
    service_.Forget(self_);
    const std::shared_ptr<WorkStream> last = std::move(self_);  // deletes this
  }

 private:
  void Read() {
    request_ = std::make_shared<v1::SynchronizeRequest>();
    StartRead(request_.get());
  }

  void Advance() {
    std::optional<grpc::Status> end;
    const v1::SynchronizeResponse* next = nullptr;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (writing_ || finished_) return;
      if (!outbox_.empty()) {
        next = &outbox_.front();  // a deque does not move it
        writing_ = true;
      } else if (end_) {
        end = end_;
        finished_ = true;
      }
    }
    if (next != nullptr) StartWrite(next);
    if (end) Finish(*end);
  }

  WorkServiceImpl& service_;
  WorkExchange& exchange_;
  std::shared_ptr<WorkStream> self_;  // until OnDone
  int64_t session_ = 0;
  std::shared_ptr<v1::SynchronizeRequest> request_;

  std::mutex mutex_;
  std::deque<v1::SynchronizeResponse> outbox_;
  bool writing_ = false;
  std::optional<grpc::Status> end_;
  bool finished_ = false;
};

grpc::ServerBidiReactor<v1::SynchronizeRequest, v1::SynchronizeResponse>*
WorkServiceImpl::Synchronize(grpc::CallbackServerContext*) {
  auto stream = std::make_shared<WorkStream>(*this, exchange_);
  bool stopped = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped = stopped_;
    streams_.insert(stream);
  }
  WorkStream* const reactor = stream.get();
  reactor->Begin(std::move(stream));
  if (stopped) {
    reactor->End({grpc::StatusCode::UNAVAILABLE, "the server shuts down"});
  }
  return reactor;
}

void WorkServiceImpl::Forget(const std::shared_ptr<WorkStream>& stream) {
  std::lock_guard<std::mutex> lock(mutex_);
  streams_.erase(stream);
}

void WorkServiceImpl::Stop() {
  std::vector<std::shared_ptr<WorkStream>> streams;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    streams.assign(streams_.begin(), streams_.end());
  }
  for (const auto& stream : streams) {
    stream->End({grpc::StatusCode::UNAVAILABLE, "the server shuts down"});
  }
}

grpc::ServerUnaryReactor* WorkServiceImpl::SynchronizeOnce(
    grpc::CallbackServerContext* context, const v1::SynchronizeRequest* request,
    v1::SynchronizeResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  // The session ends with the answer; the answer comes once.
  const auto session = std::make_shared<int64_t>(0);
  *session = exchange_.Open(
      /*pushes=*/false,
      [this, reactor, response, session](v1::SynchronizeResponse answer) {
        exchange_.Close(*session);
        *response = std::move(answer);
        reactor->Finish(grpc::Status::OK);
      });
  const absl::Status status = exchange_.Receive(
      *session, std::make_shared<v1::SynchronizeRequest>(*request));
  if (!status.ok()) {
    exchange_.Close(*session);
    reactor->Finish(ToRpc(status));
  }
  return reactor;
}

grpc::ServerUnaryReactor* WorkServiceImpl::GetWorkStudy(
    grpc::CallbackServerContext* context,
    const v1::GetWorkStudyRequest* request, v1::WorkStudy* response) {
  return Finish(context->DefaultReactor(), response,
                registry_.ForWorker(request->name()));
}

}  // namespace dynarch::server
