#include "client/commands/submit_study.h"

#include "client/commands/spec_digest.h"
#include "sim/base/status_macros.h"

namespace dynarch::commands {

absl::StatusOr<report::GpuCandidates> CheckBaseline(LocalStudy& study) {
  auto gpus = report::GpuCandidates::Find(*study.evaluator);
  if (!gpus.ok()) return study.loaded.sources.Annotate(gpus.status());
  return gpus;
}

absl::StatusOr<v1::Study> SubmitStudy(connection::StudyClient& client,
                                      const LocalStudy& study) {
  DYNARCH_ASSIGN_OR_RETURN(const Digest digest,
                           DigestOfMessage(study.loaded.message));
  for (const io::Artifact& artifact : study.loaded.artifacts) {
    DYNARCH_RETURN_IF_ERROR(
        client.UploadArtifact(artifact.sha256, artifact.bytes));
  }
  return client.CreateStudy(StudyId(study.name, digest), study.loaded.message,
                            digest.ToHex());
}

}  // namespace dynarch::commands
