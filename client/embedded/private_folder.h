// A temporary folder that goes when its owner goes, however that happens.
#ifndef DYNARCH_CLIENT_EMBEDDED_PRIVATE_FOLDER_H_
#define DYNARCH_CLIENT_EMBEDDED_PRIVATE_FOLDER_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace dynarch::embedded {

// A folder of mode 0700 in $TMPDIR, or /tmp. A small process of our own waits
// for the end of this one, be it SIGKILL, and then removes the folder with the
// files in it.
class PrivateFolder {
 public:
  // Call while this process has one thread. ResourceExhausted if a socket in
  // it would have a path of more than 107 bytes.
  static absl::StatusOr<std::unique_ptr<PrivateFolder>> Create();
  // Removes the folder and waits until it is gone.
  ~PrivateFolder();

  const std::string& path() const { return path_; }
  // Path of the one socket that lies in it.
  std::string SocketPath() const;

 private:
  PrivateFolder(std::string path, pid_t janitor, int lifeline)
      : path_(std::move(path)), janitor_(janitor), lifeline_(lifeline) {}

  const std::string path_;
  const pid_t janitor_;
  const int lifeline_;  // Write end of the janitor's pipe; closes with us.
};

}  // namespace dynarch::embedded

#endif  // DYNARCH_CLIENT_EMBEDDED_PRIVATE_FOLDER_H_
