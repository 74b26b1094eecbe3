// A whole server: store, studies, services, the port they are on.
#ifndef DYNARCH_SERVER_SERVICE_SERVER_H_
#define DYNARCH_SERVER_SERVICE_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/queue/queue.h"
#include "server/store/store.h"
#include "server/study/clock.h"

namespace dynarch::server {

struct ServerOptions {
  std::string listen = "127.0.0.1:7733";  // HOST:PORT (0: any) or unix:PATH
  std::string metrics_listen;             // HOST:PORT; empty: none
  bool allow_insecure_remote = false;
  queue::QueueOptions queue;
  // Tests call Server::Tick themselves.
  bool ticks = true;
};

class Server {
 public:
  // Reads the store, then listens. FailedPrecondition or InvalidArgument say
  // what is wrong with the address or the database.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      std::unique_ptr<store::Store> store, ServerOptions options, Clock clock);
  // Drains, unless that was done.
  ~Server();

  // With the port that was bound.
  const std::string& address() const;
  int metrics_port() const;  // 0: none

  // Ends expired leases and sends what watchers wait for.
  void Tick();
  // Takes no new calls, lets the ones under way end within `patience`, writes
  // what was received.
  void Drain(absl::Duration patience);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_SERVICE_SERVER_H_
