// Where a server listens.
#ifndef DYNARCH_SERVER_SERVICE_LISTEN_ADDRESS_H_
#define DYNARCH_SERVER_SERVICE_LISTEN_ADDRESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dynarch::server {

// Accepts `unix:PATH` (at most 107 bytes, no other server on it) and
// `HOST:PORT`. Insecure listening is for this machine only, unless
// `allow_remote`. InvalidArgument or FailedPrecondition say what to do.
absl::Status CheckListenAddress(absl::string_view address, bool allow_remote);

// The address with the port that was bound: `127.0.0.1:0` becomes
// `127.0.0.1:43211`; `unix:PATH` stays.
std::string BoundAddress(absl::string_view address, int port);

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_SERVICE_LISTEN_ADDRESS_H_
