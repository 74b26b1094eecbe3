// A worker's connection to its server.
#ifndef DYNARCH_WORKER_CONNECTION_SERVER_CONNECTION_H_
#define DYNARCH_WORKER_CONNECTION_SERVER_CONNECTION_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dynarch/v1/work_service.pb.h"
#include "worker/work_loop.h"

namespace dynarch::worker {

// Thread-safe.
class ServerConnection {
 public:
  // `address`: HOST:PORT or unix:PATH. Connects when first used.
  explicit ServerConnection(const std::string& address);
  ~ServerConnection();

  // Waits for the server. Unavailable after `patience`; Cancelled soon after
  // `stops` says so, which is asked ten times a second.
  absl::Status WaitUntilReachable(absl::Duration patience,
                                  const std::function<bool()>& stops);

  absl::StatusOr<v1::WorkStudy> GetStudy(const std::string& name);
  // All bytes of it, not verified.
  absl::StatusOr<std::string> GetArtifact(const std::string& sha256);

  // Carries the loop's requests and the server's answers until the loop has
  // ended (OK) or the stream broke.
  absl::Status Exchange(WorkLoop& loop);

 private:
  struct Stubs;
  std::string address_;
  std::unique_ptr<Stubs> stubs_;
};

}  // namespace dynarch::worker

#endif  // DYNARCH_WORKER_CONNECTION_SERVER_CONNECTION_H_
