#include "server/service/listen_address.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace dynarch::server {
namespace {

// Whether some process accepts connections on the socket.
bool IsAlive(const sockaddr_un& address) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const int result = connect(
      descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  close(descriptor);
  return result == 0;
}

absl::Status CheckUnixPath(absl::string_view path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--listen unix:", path, ": a socket path has 1 to ",
        sizeof(address.sun_path) - 1, " bytes, got ", path.size()));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  if (IsAlive(address)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--listen unix:", path,
        ": already in use by another server; choose another socket"));
  }
  return absl::OkStatus();
}

bool IsLoopback(absl::string_view host) {
  return host == "localhost" || host == "[::1]" ||
         absl::StartsWith(host, "127.");
}

}  // namespace

absl::Status CheckListenAddress(absl::string_view address, bool allow_remote) {
  absl::string_view path = address;
  if (absl::ConsumePrefix(&path, "unix:")) return CheckUnixPath(path);
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--listen: got '", address, "'; allowed: HOST:PORT or unix:PATH"));
  }
  if (!allow_remote && !IsLoopback(address.substr(0, colon))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--listen ", address,
        ": other machines could connect, without encryption or password; "
        "listen on 127.0.0.1 or unix:PATH, or add --allow-insecure-remote"));
  }
  return absl::OkStatus();
}

std::string BoundAddress(absl::string_view address, int port) {
  if (absl::StartsWith(address, "unix:")) return std::string(address);
  return absl::StrCat(address.substr(0, address.rfind(':') + 1), port);
}

}  // namespace dynarch::server
