#include "client/commands/local_study.h"

#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/status_macros.h"
#include "sim/wire/compile_study.h"
#include "sim/wire/trace_wire.h"

namespace dynarch::commands {
namespace {

absl::Status CheckVersions(const std::string& name,
                           const v1::StudySpec& message) {
  const std::vector<std::string> theirs(message.model_versions().begin(),
                                        message.model_versions().end());
  const std::vector<std::string> ours = ModelVersions();
  if (theirs == ours) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(name, ": was made with models ", absl::StrJoin(theirs, ", "),
                   "; this program has ", absl::StrJoin(ours, ", "),
                   ", so its numbers would differ"));
}

}  // namespace

absl::StatusOr<LocalStudy> OpenStudyFile(
    const std::string& path, const std::string& catalog,
    const std::vector<std::string>& settings) {
  io::StudyOptions options;
  options.catalog = catalog;
  for (const std::string& text : settings) {
    DYNARCH_ASSIGN_OR_RETURN(io::Setting setting, io::ParseSetting(text));
    options.settings.push_back(std::move(setting));
  }
  LocalStudy study;
  study.name = std::filesystem::path(path).stem().string();
  DYNARCH_ASSIGN_OR_RETURN(study.loaded, io::LoadStudy(path, options));
  study.loaded.message.clear_model_versions();
  for (const std::string& version : ModelVersions()) {
    study.loaded.message.add_model_versions(version);
  }
  DYNARCH_ASSIGN_OR_RETURN(study::StudySpec spec, io::Compile(study.loaded));
  auto evaluator = Evaluator::Create(
      std::make_shared<const study::StudySpec>(std::move(spec)));
  if (!evaluator.ok()) {
    return study.loaded.sources.Annotate(evaluator.status());
  }
  study.evaluator = *std::move(evaluator);
  return study;
}

absl::StatusOr<LocalStudy> OpenServerStudy(connection::StudyClient& client,
                                           const std::string& name) {
  LocalStudy study;
  study.name = name;
  DYNARCH_ASSIGN_OR_RETURN(const v1::Study stored, client.GetStudy(name));
  DYNARCH_RETURN_IF_ERROR(CheckVersions(name, stored.spec()));
  study.loaded.message = stored.spec();
  if (stored.spec().behavior().has_trace()) {
    DYNARCH_ASSIGN_OR_RETURN(
        const std::string bytes,
        client.DownloadArtifact(stored.spec().behavior().trace().sha256()));
    DYNARCH_ASSIGN_OR_RETURN(study.loaded.trace, wire::DecodeTrace(bytes));
  }
  DYNARCH_ASSIGN_OR_RETURN(
      study::StudySpec spec,
      wire::CompileStudy(study.loaded.message, study.loaded.trace));
  DYNARCH_ASSIGN_OR_RETURN(
      study.evaluator,
      Evaluator::Create(
          std::make_shared<const study::StudySpec>(std::move(spec))));
  return study;
}

std::string StudyResource(const std::string& text) {
  return absl::StartsWith(text, "studies/") ? text
                                            : absl::StrCat("studies/", text);
}

absl::StatusOr<space::Candidate> CandidateAt(const study::StudySpec& spec,
                                             int64_t index) {
  if (index < 0 || index >= spec.space.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "trial: ", index, " came; allowed is 0 to ", spec.space.size() - 1));
  }
  if (!spec.space.IsValid(index)) {
    return absl::InvalidArgumentError(
        absl::StrCat("trial: ", index, " is excluded by only_if"));
  }
  return spec.space.At(index);
}

absl::StatusOr<study::Fidelity> FidelityNamed(const study::StudySpec& spec,
                                              const std::string& text) {
  if (text.empty()) return spec.fidelity;
  for (const auto fidelity :
       {study::Fidelity::kAnalytical, study::Fidelity::kEvent}) {
    if (text == study::NameOf(fidelity)) return fidelity;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "fidelity: '", text, "' came; allowed are analytical, event"));
}

}  // namespace dynarch::commands
