// One server per database file.
#ifndef DYNARCH_SERVER_STORE_DATABASE_LOCK_H_
#define DYNARCH_SERVER_STORE_DATABASE_LOCK_H_

#include <string>

#include "absl/status/statusor.h"

namespace dynarch::store {

// Held from Acquire to destruction, and let go by the system if the process
// dies. Destroy it after every connection to the file is closed.
class DatabaseLock {
 public:
  // Creates the file if need be. FailedPrecondition if another process (or
  // another lock of this one) holds it; NotFound, PermissionDenied when the
  // file cannot be opened.
  static absl::StatusOr<DatabaseLock> Acquire(const std::string& path);

  DatabaseLock(DatabaseLock&& other) noexcept;
  DatabaseLock& operator=(DatabaseLock&& other) noexcept;
  ~DatabaseLock();

 private:
  explicit DatabaseLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace dynarch::store

#endif  // DYNARCH_SERVER_STORE_DATABASE_LOCK_H_
