#include "server/service/watch_hub.h"

#include <utility>
#include <vector>

#include "server/service/rpc_status.h"

namespace dynarch::server {
namespace {

class RefusedStream : public grpc::ServerWriteReactor<v1::Study> {
 public:
  explicit RefusedStream(const absl::Status& why) { Finish(ToRpc(why)); }
  void OnDone() override { delete this; }
};

}  // namespace

// One stream. gRPC is called without the lock held: it may call back at once.
class Watch : public grpc::ServerWriteReactor<v1::Study> {
 public:
  Watch(WatchHub& hub, std::shared_ptr<Study> study, absl::Duration interval)
      : hub_(hub), study_(std::move(study)), interval_(interval) {}

  void Begin(std::shared_ptr<Watch> self) {
    self_ = self;
    subscription_ = study_->Subscribe([weak = std::weak_ptr<Watch>(self)] {
      if (const auto watch = weak.lock()) watch->Changed();
    });
    Advance();
  }

  void Changed() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      dirty_ = true;
    }
    Advance();
  }

  void Stop() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
    }
    Advance();
  }

  void OnWriteDone(bool ok) override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      writing_ = false;
      stop_ |= !ok;
    }
    Advance();
  }
  void OnCancel() override { Stop(); }
  void OnDone() override {
    study_->Unsubscribe(subscription_);
    hub_.Forget(self_);
    const std::shared_ptr<Watch> last = std::move(self_);  // deletes this
  }

  // Does what is due: a write, the end, or nothing.
  void Advance() {
    bool write = false;
    grpc::Status end;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (writing_ || finished_) return;
      if (stop_ || sent_end_) {
        finished_ = true;
        end = sent_end_ ? grpc::Status::OK
                        : grpc::Status(grpc::StatusCode::UNAVAILABLE,
                                       "the server is shutting down");
      } else {
        const absl::Time now = hub_.clock_();
        const bool ended = study_->state() != v1::Study::ACTIVE;
        if (!dirty_ || (!ended && now < last_sent_ + interval_)) return;
        message_ = hub_.describe_(*study_);
        sent_end_ = message_.state() != v1::Study::ACTIVE;
        last_sent_ = now;
        dirty_ = false;
        write = writing_ = true;
      }
    }
    if (write) {
      StartWrite(&message_);
    } else {
      Finish(end);
    }
  }

 private:
  WatchHub& hub_;
  const std::shared_ptr<Study> study_;
  const absl::Duration interval_;
  std::shared_ptr<Watch> self_;  // until OnDone
  int64_t subscription_ = 0;

  std::mutex mutex_;
  v1::Study message_;
  absl::Time last_sent_ = absl::InfinitePast();
  bool dirty_ = true;
  bool writing_ = false;
  bool stop_ = false;
  bool sent_end_ = false;
  bool finished_ = false;
};

WatchHub::WatchHub(Clock clock, Describe describe)
    : clock_(std::move(clock)), describe_(std::move(describe)) {}

WatchHub::~WatchHub() = default;

grpc::ServerWriteReactor<v1::Study>* WatchHub::Follow(
    std::shared_ptr<Study> study, absl::Duration min_interval) {
  auto watch = std::make_shared<Watch>(*this, std::move(study), min_interval);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_) return Refuse(absl::UnavailableError("shutting down"));
    watches_.insert(watch);
  }
  Watch* const reactor = watch.get();
  watch->Begin(std::move(watch));
  return reactor;
}

grpc::ServerWriteReactor<v1::Study>* WatchHub::Refuse(const absl::Status& why) {
  return new RefusedStream(why);
}

void WatchHub::Forget(const std::shared_ptr<Watch>& watch) {
  std::lock_guard<std::mutex> lock(mutex_);
  watches_.erase(watch);
}

void WatchHub::Tick() {
  std::vector<std::shared_ptr<Watch>> watches;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    watches.assign(watches_.begin(), watches_.end());
  }
  for (const auto& watch : watches) watch->Advance();
}

void WatchHub::Stop() {
  std::vector<std::shared_ptr<Watch>> watches;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    watches.assign(watches_.begin(), watches_.end());
  }
  for (const auto& watch : watches) watch->Stop();
}

}  // namespace dynarch::server
