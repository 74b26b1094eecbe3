// The store of a server: one SQLite file.
#ifndef DYNARCH_SERVER_STORE_SQLITE_STORE_H_
#define DYNARCH_SERVER_STORE_SQLITE_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/store/store.h"

namespace dynarch::store {

// Opens or creates the database at `path` and brings it to this program's
// schema. WAL, synchronous=FULL: a commit that returned survives power loss,
// on a local disk that honours fsync.
//
// Errors: FailedPrecondition if another server uses the file, a newer version
// or another program wrote it; NotFound if its folder is not there; nothing
// is changed then.
absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path);

}  // namespace dynarch::store

#endif  // DYNARCH_SERVER_STORE_SQLITE_STORE_H_
