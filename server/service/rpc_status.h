// absl::Status as a gRPC status.
#ifndef DYNARCH_SERVER_SERVICE_RPC_STATUS_H_
#define DYNARCH_SERVER_SERVICE_RPC_STATUS_H_

#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace dynarch::server {

// Same code, same message: both follow google.rpc.Code.
grpc::Status ToRpc(const absl::Status& status);

// Ends a unary call with `result`.
template <typename Response>
grpc::ServerUnaryReactor* Finish(grpc::ServerUnaryReactor* reactor,
                                 Response* response,
                                 absl::StatusOr<Response> result) {
  if (result.ok()) *response = *std::move(result);
  reactor->Finish(ToRpc(result.status()));
  return reactor;
}

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_SERVICE_RPC_STATUS_H_
