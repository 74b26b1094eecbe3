// A server and workers of our own, on a private Unix socket.
#ifndef DYNARCH_CLIENT_EMBEDDED_EMBEDDED_SYSTEM_H_
#define DYNARCH_CLIENT_EMBEDDED_EMBEDDED_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/embedded/child_process.h"
#include "client/embedded/private_folder.h"

namespace dynarch::embedded {

struct SystemOptions {
  std::string program_folder;  // Holds dynarch-server and dynarch-worker.
  std::string out_folder;      // Of the database and the logs.
  std::string database;        // Path.
  int workers = 2;
};

// Processor time and memory of the children.
struct SystemUsage {
  absl::Duration server;
  absl::Duration workers;         // All of them, restarted ones included.
  int64_t server_peak_bytes = 0;  // Largest resident memory.
};

// Call every member from the thread that called Start.
class EmbeddedSystem {
 public:
  // Starts the server and returns when its socket is there. Call while this
  // process has one thread. Unavailable with the server's last words if it
  // ends instead, e.g. on a database that a newer version has written.
  static absl::StatusOr<std::unique_ptr<EmbeddedSystem>> Start(
      const SystemOptions& options);
  // Stops what still runs.
  ~EmbeddedSystem();

  // `unix:PATH`.
  std::string address() const;

  absl::Status StartWorkers();

  // Restarts workers that have ended. Unavailable if the server has, or if
  // workers have ended more often than bad luck explains.
  absl::Status Supervise();

  // Ends workers, then the server, and removes the socket.
  SystemUsage Stop();

 private:
  EmbeddedSystem(SystemOptions options, std::unique_ptr<PrivateFolder> folder,
                 ChildProcess server)
      : options_(std::move(options)),
        folder_(std::move(folder)),
        server_(std::move(server)) {}

  std::string WorkerLog() const;
  absl::Status StartOneWorker();

  const SystemOptions options_;
  std::unique_ptr<PrivateFolder> folder_;
  ChildProcess server_;
  std::vector<ChildProcess> workers_;
  int restarts_ = 0;
  SystemUsage usage_;
  bool stopped_ = false;
};

}  // namespace dynarch::embedded

#endif  // DYNARCH_CLIENT_EMBEDDED_EMBEDDED_SYSTEM_H_
