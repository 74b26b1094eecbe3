// Artifacts in chunks.
#ifndef DYNARCH_SERVER_SERVICE_ARTIFACT_STREAMS_H_
#define DYNARCH_SERVER_SERVICE_ARTIFACT_STREAMS_H_

#include <grpcpp/support/server_callback.h>

#include "dynarch/v1/study_service.pb.h"
#include "server/store/store.h"

namespace dynarch::server {

inline constexpr size_t kLargestChunk = 1 << 20;
inline constexpr size_t kLargestArtifact = 64 << 20;

// Takes an artifact in and stores it once it has the digest it claims.
// InvalidArgument if not, or if a chunk is too large; ResourceExhausted if the
// artifact is. Reactors delete themselves.
grpc::ServerReadReactor<v1::UploadArtifactRequest>* ReceiveArtifact(
    store::Store& store, v1::UploadArtifactResponse* response);

// Sends a stored artifact. NotFound if there is none.
grpc::ServerWriteReactor<v1::DownloadArtifactResponse>* SendArtifact(
    store::Store& store, const v1::DownloadArtifactRequest& request);

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_SERVICE_ARTIFACT_STREAMS_H_
