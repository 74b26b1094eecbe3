// Streams of clients that follow a study.
#ifndef DYNARCH_SERVER_SERVICE_WATCH_HUB_H_
#define DYNARCH_SERVER_SERVICE_WATCH_HUB_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "dynarch/v1/study_service.pb.h"
#include "dynarch/v1/trial.pb.h"
#include "server/study/clock.h"
#include "server/study/study.h"

namespace dynarch::server {

class Watch;

// Sends a study now, after a change at most once per interval, and at its end
// without delay. Thread-safe.
class WatchHub {
 public:
  using Describe = std::function<v1::Study(const Study&)>;

  WatchHub(Clock clock, Describe describe);
  ~WatchHub();

  grpc::ServerWriteReactor<v1::Study>* Follow(std::shared_ptr<Study> study,
                                              absl::Duration min_interval);
  // A stream that only says why there is none.
  static grpc::ServerWriteReactor<v1::Study>* Refuse(const absl::Status& why);

  // Sends what waited for its interval. Call it every 100 ms or so.
  void Tick();
  // Ends every stream, new ones included, as UNAVAILABLE.
  void Stop();

 private:
  friend class Watch;
  void Forget(const std::shared_ptr<Watch>& watch);

  Clock clock_;
  Describe describe_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::set<std::shared_ptr<Watch>> watches_;
};

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_SERVICE_WATCH_HUB_H_
