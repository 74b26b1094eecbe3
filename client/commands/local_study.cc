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

namespace {

absl::StatusOr<io::StudyOptions> OptionsFrom(
    const std::string& catalog, const std::vector<std::string>& settings) {
  io::StudyOptions options;
  options.catalog = catalog;
  for (const std::string& text : settings) {
    DYNARCH_ASSIGN_OR_RETURN(io::Setting setting, io::ParseSetting(text));
    options.settings.push_back(std::move(setting));
  }
  return options;
}

absl::StatusOr<LocalStudy> Prepare(std::string name, io::LoadedStudy loaded) {
  LocalStudy study;
  study.name = std::move(name);
  study.loaded = std::move(loaded);
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

// The first GPU, or the host.
std::string DefaultElement(const v1::Platform& platform) {
  for (const v1::ProcessingElement& element : platform.elements()) {
    if (element.has_gpu()) return element.name();
  }
  if (!platform.host().empty()) return platform.host();
  return platform.elements_size() > 0 ? platform.elements(0).name() : "";
}

}  // namespace

absl::StatusOr<LocalStudy> OpenStudyFile(
    const std::string& path, const std::string& catalog,
    const std::vector<std::string>& settings) {
  DYNARCH_ASSIGN_OR_RETURN(const io::StudyOptions options,
                           OptionsFrom(catalog, settings));
  DYNARCH_ASSIGN_OR_RETURN(io::LoadedStudy loaded,
                           io::LoadStudy(path, options));
  return Prepare(std::filesystem::path(path).stem().string(),
                 std::move(loaded));
}

absl::StatusOr<LocalStudy> OpenNetwork(const std::string& network,
                                       const std::string& platform,
                                       const std::string& catalog,
                                       const std::vector<std::string>& settings,
                                       int exponent) {
  DYNARCH_ASSIGN_OR_RETURN(const io::StudyOptions options,
                           OptionsFrom(catalog, settings));
  v1::StudySpec message;
  message.mutable_network()->set_file(network);
  v1::Parameter& explored = *message.add_space();
  explored.set_path("platform");
  explored.mutable_domain()->add_values()->set_text(platform);
  message.set_baseline(v1::NO_BASELINE);
  int64_t period_ps = 1'000'000'000;
  for (int i = 0; i < exponent; ++i) period_ps *= 10;
  v1::Workload& workload = *message.mutable_workload();
  workload.mutable_arrivals()->mutable_periodic()->set_period_ps(period_ps);
  workload.set_deadline_ps(period_ps);
  workload.set_inferences(1000);
  workload.set_seed(1);
  v1::Objective& objective = *message.add_objectives();
  objective.set_metric("latency_mean");
  objective.set_direction(v1::Objective::MINIMIZE);
  DYNARCH_ASSIGN_OR_RETURN(io::LoadedStudy loaded,
                           io::CompleteStudy(std::move(message), options));
  if (loaded.message.mapping().stages().empty() &&
      loaded.message.platforms_size() > 0) {
    loaded.message.mutable_mapping()->add_stages(
        DefaultElement(loaded.message.platforms(0)));
  }
  return Prepare(std::filesystem::path(network).stem().string(),
                 std::move(loaded));
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
