#include "client/commands/submit_study.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/commands/spec_digest.h"
#include "sim/base/status_macros.h"

namespace dynarch::commands {

namespace {

constexpr absl::Duration kSilence = absl::Seconds(1);

}  // namespace

absl::Status CheckInterrupt(const embedded::InterruptGuard& guard) {
  if (!guard.interrupted()) return absl::OkStatus();
  return absl::CancelledError(
      "interrupted; finished results are kept, run again to go on");
}

absl::StatusOr<report::GpuCandidates> CheckBaseline(
    const Context& context, const embedded::InterruptGuard* guard,
    LocalStudy& study) {
  const absl::Time start = absl::Now();
  bool line_open = false;
  const auto on_progress = [&](double share) -> absl::Status {
    if (guard != nullptr) DYNARCH_RETURN_IF_ERROR(CheckInterrupt(*guard));
    if (context.terminal && absl::Now() - start > kSilence) {
      context.err << "\rlooking for the GPU baseline: "
                  << static_cast<int>(share * 100) << " %\033[K" << std::flush;
      line_open = true;
    }
    return absl::OkStatus();
  };
  auto gpus = report::GpuCandidates::Find(*study.evaluator, on_progress);
  if (line_open) context.err << std::endl;
  if (absl::IsCancelled(gpus.status())) return gpus.status();
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
  DYNARCH_ASSIGN_OR_RETURN(
      v1::Study created,
      client.CreateStudy(StudyId(study.name, digest), study.loaded.message,
                         digest.ToHex()));
  if (created.state() == v1::Study::CANCELLED) {
    return absl::FailedPreconditionError(
        absl::StrCat(created.name(),
                     ": was cancelled; change the study or use another "
                     "database"));
  }
  return created;
}

}  // namespace dynarch::commands
