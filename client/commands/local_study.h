// A study ready to evaluate in this process.
#ifndef DYNARCH_CLIENT_COMMANDS_LOCAL_STUDY_H_
#define DYNARCH_CLIENT_COMMANDS_LOCAL_STUDY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection/study_client.h"
#include "sim/evaluator.h"
#include "sim/io/study_reader.h"

namespace dynarch::commands {

struct LocalStudy {
  std::string name;  // File name without extension, or `studies/{study}`.
  // As read, with the model versions of this program; of a study on a server
  // only `message` and `trace`.
  io::LoadedStudy loaded;
  std::unique_ptr<Evaluator> evaluator;

  const study::StudySpec& spec() const { return evaluator->spec(); }
};

// Reads, compiles and prepares a study file; settings are `PATH=VALUE`.
absl::StatusOr<LocalStudy> OpenStudyFile(
    const std::string& path, const std::string& catalog,
    const std::vector<std::string>& settings);

// A network on a platform, each by name or file, as commands.h says; a period
// of 10^`exponent` ms.
absl::StatusOr<LocalStudy> OpenNetwork(const std::string& network,
                                       const std::string& platform,
                                       const std::string& catalog,
                                       const std::vector<std::string>& settings,
                                       int exponent);

// Fetches a study and its trace from a server and prepares them.
// FailedPrecondition if it was made with other model versions.
absl::StatusOr<LocalStudy> OpenServerStudy(connection::StudyClient& client,
                                           const std::string& name);

// Resource name from what a user wrote: `digits` is `studies/digits`.
std::string StudyResource(const std::string& text);

// The candidate of a valid index. InvalidArgument if there is no such index
// or `only_if` excludes it.
absl::StatusOr<space::Candidate> CandidateAt(const study::StudySpec& spec,
                                             int64_t index);

// `analytical`, `event`, or the study's when empty.
absl::StatusOr<study::Fidelity> FidelityNamed(const study::StudySpec& spec,
                                              const std::string& text);

}  // namespace dynarch::commands

#endif  // DYNARCH_CLIENT_COMMANDS_LOCAL_STUDY_H_
