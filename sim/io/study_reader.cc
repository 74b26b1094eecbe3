#include "sim/io/study_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/sha256.h"
#include "sim/base/status_macros.h"
#include "sim/io/catalog.h"
#include "sim/io/file.h"
#include "sim/io/trace_csv.h"
#include "sim/io/yaml_reader.h"
#include "sim/wire/compile_study.h"
#include "sim/wire/field_error.h"
#include "sim/wire/network_wire.h"
#include "sim/wire/study_space.h"
#include "sim/wire/trace_wire.h"

namespace dynarch::io {
namespace {

bool IsFile(absl::string_view name) { return absl::EndsWith(name, ".yaml"); }

// True if the space explores `path`, alone or as an item of a list.
bool IsExplored(const v1::StudySpec& message, absl::string_view path) {
  return std::any_of(
      message.space().begin(), message.space().end(),
      [path](const v1::Parameter& parameter) {
        return path == parameter.path() ||
               (parameter.domain().has_each() &&
                absl::StartsWith(path, absl::StrCat(parameter.path(), ".")));
      });
}

// Field of the message that a setting's path means. Parameters of the network
// lie in its definition.
std::string FieldOf(const std::string& path) {
  if (path == "network.dtype") return "dtype";
  if (absl::StartsWith(path, "decisions.")) {
    return absl::StrCat("network.definition.", path);
  }
  return path;
}

// Loads one study; see LoadStudy.
class StudyLoader {
 public:
  StudyLoader(const std::string& path, const StudyOptions& options)
      : path_(path), options_(options) {}

  absl::StatusOr<LoadedStudy> Load() {
    DYNARCH_ASSIGN_OR_RETURN(loaded_.sources,
                             ReadYamlFile(path_, &loaded_.message));
    return Complete();
  }

  absl::StatusOr<LoadedStudy> Load(v1::StudySpec message) {
    loaded_.message = std::move(message);
    return Complete();
  }

 private:
  absl::StatusOr<LoadedStudy> Complete() {
    DYNARCH_RETURN_IF_ERROR(SortSettings());
    DYNARCH_RETURN_IF_ERROR(ApplyOverrides(/*to_network=*/false));
    DYNARCH_RETURN_IF_ERROR(LoadNetwork());
    DYNARCH_RETURN_IF_ERROR(ApplyOverrides(/*to_network=*/true));
    DYNARCH_RETURN_IF_ERROR(LoadBehavior());
    DYNARCH_RETURN_IF_ERROR(LoadPlatforms());
    return std::move(loaded_);
  }

  // What is wrong at a field of the study file.
  absl::Status At(const std::string& field, const absl::Status& status) const {
    return loaded_.sources.Annotate(absl::Status(
        status.code(), absl::StrCat(field, ": ", status.message())));
  }

  absl::Status SortSettings() {
    std::set<std::string> seen;
    for (const Setting& setting : options_.settings) {
      if (!seen.insert(setting.first).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("--set ", setting.first, ": given twice"));
      }
      if (IsExplored(loaded_.message, setting.first)) {
        loaded_.candidate.push_back(setting);
      } else {
        overrides_.push_back(setting);
      }
    }
    return absl::OkStatus();
  }

  absl::Status ApplyOverrides(bool to_network) {
    for (const Setting& setting : overrides_) {
      const std::string field = FieldOf(setting.first);
      if (absl::StartsWith(field, "network.definition.") != to_network) {
        continue;
      }
      const absl::Status status =
          SetField(field, setting.second, &loaded_.message);
      if (status.ok()) continue;
      return absl::Status(status.code(),
                          absl::StrCat("--set ", status.message()));
    }
    return absl::OkStatus();
  }

  absl::Status LoadNetwork() {
    v1::NetworkSource& source = *loaded_.message.mutable_network();
    if (source.has_definition()) return absl::OkStatus();
    if (source.file().empty()) {
      return At("network", absl::InvalidArgumentError(
                               "is empty; a file or a definition is needed"));
    }
    auto network = IsFile(source.file())
                       ? ReadNetworkFile(PathBeside(path_, source.file()))
                       : FromCatalog<v1::Network>(source.file());
    if (!network.ok()) return AtReference("network", network.status());
    *source.mutable_definition() = *std::move(network);
    return absl::OkStatus();
  }

  // A missing file is shown where it is named; what is wrong in a file, there.
  absl::Status AtReference(const std::string& field,
                           const absl::Status& status) const {
    return status.code() == absl::StatusCode::kInvalidArgument
               ? status
               : At(field, status);
  }

  // What the study says where scenarios come from, in place; nothing if it
  // leaves that to the network.
  absl::Status LoadBehavior() {
    if (!loaded_.message.has_behavior()) return absl::OkStatus();
    v1::Behavior& behavior = *loaded_.message.mutable_behavior();
    if (behavior.has_trace()) return LoadTrace(behavior);
    if (behavior.has_distribution()) {
      return LoadInPlace("behavior.distribution",
                         behavior.mutable_distribution());
    }
    if (behavior.has_markov_chain()) {
      return LoadInPlace("behavior.markov_chain",
                         behavior.mutable_markov_chain());
    }
    return absl::OkStatus();
  }

  template <typename Source>
  absl::Status LoadInPlace(const std::string& field, Source* source) {
    if (source->has_definition()) return absl::OkStatus();
    const std::string path = PathBeside(path_, source->file());
    const auto read = ReadYamlFile(path, source->mutable_definition());
    return read.ok() ? absl::OkStatus() : AtReference(field, read.status());
  }

  absl::Status LoadTrace(v1::Behavior& behavior) {
    if (behavior.trace().file().empty()) {
      return At("behavior.trace",
                absl::InvalidArgumentError("names no file; {trace: FILE.csv}"));
    }
    const std::string path = PathBeside(path_, behavior.trace().file());
    const auto network =
        wire::NetworkFrom(loaded_.message.network().definition());
    if (!network.ok()) return wire::Below("network", network.status());
    auto trace = ReadTraceFile(path, &*network);
    if (!trace.ok()) return AtReference("behavior.trace", trace.status());
    loaded_.trace = *std::move(trace);
    Artifact artifact;
    artifact.bytes = wire::EncodeTrace(*loaded_.trace);
    artifact.sha256 = Sha256Hex(artifact.bytes);
    behavior.mutable_trace()->set_sha256(artifact.sha256);
    loaded_.artifacts.push_back(std::move(artifact));
    return absl::OkStatus();
  }

  absl::Status LoadPlatforms() {
    for (v1::Parameter& parameter : *loaded_.message.mutable_space()) {
      if (parameter.path() != "platform") continue;
      auto& values = *parameter.mutable_domain()->mutable_values();
      for (int i = 0; i < values.size(); ++i) {
        DYNARCH_RETURN_IF_ERROR(LoadPlatform(
            absl::StrCat("space.platform[", i, "]"), values[i].mutable_text()));
      }
      return absl::OkStatus();
    }
    v1::PlatformSource& source = *loaded_.message.mutable_platform();
    if (source.has_definition()) {
      *loaded_.message.add_platforms() = source.definition();
      return absl::OkStatus();
    }
    if (source.name().empty())
      return absl::OkStatus();  // CompileStudy refuses.
    return LoadPlatform("platform", source.mutable_name());
  }

  // Adds the definition of the platform called `*name`; a file's name becomes
  // the platform's.
  absl::Status LoadPlatform(const std::string& field, std::string* name) {
    absl::StatusOr<v1::Platform> platform =
        IsFile(*name)
            ? ReadPlatformFile(PathBeside(path_, *name), options_.catalog)
            : FromCatalog<v1::Platform>(*name);
    if (!platform.ok()) return AtReference(field, platform.status());
    *name = platform->name();
    for (const v1::Platform& known : loaded_.message.platforms()) {
      if (known.name() != *name) continue;
      return At(field, absl::InvalidArgumentError(absl::StrCat(
                           "the platform '", *name, "' is there twice")));
    }
    *loaded_.message.add_platforms() = *std::move(platform);
    return absl::OkStatus();
  }

  // A platform or a network.
  template <typename Message>
  absl::StatusOr<Message> FromCatalog(const std::string& name) {
    constexpr bool kNetwork = std::is_same_v<Message, v1::Network>;
    if (options_.catalog.empty()) {
      return absl::NotFoundError(absl::StrCat(
          kNetwork ? "network '" : "platform '", name,
          "' is looked up in a catalogue, and none was found; name its folder "
          "with --catalog, or a file that ends in .yaml"));
    }
    if (!catalog_.has_value()) {
      DYNARCH_ASSIGN_OR_RETURN(catalog_, Catalog::Open(options_.catalog));
    }
    if constexpr (kNetwork) {
      return catalog_->Network(name);
    } else {
      return catalog_->Platform(name);
    }
  }

  std::string path_;
  const StudyOptions& options_;
  std::vector<Setting> overrides_;
  std::optional<Catalog> catalog_;
  LoadedStudy loaded_;
};

// The setting of a parameter: its own, or that of the list it is an item of
// (`mapping.stages` for every stage). Null if there is none.
const Setting* SettingOf(const space::Parameter& parameter,
                         const std::vector<Setting>& settings) {
  const std::string list = parameter.path.substr(0, parameter.path.rfind('.'));
  const bool is_item =
      parameter.slot.target == space::Slot::Target::kStageElement;
  const Setting* found = nullptr;
  for (const Setting& setting : settings) {
    if (setting.first == parameter.path) return &setting;
    if (is_item && setting.first == list) found = &setting;
  }
  return found;
}

// Every setting must be of some parameter.
absl::Status CheckPaths(const std::vector<Setting>& settings,
                        const space::DesignSpace& space) {
  std::vector<std::string> paths;
  for (const space::Parameter& parameter : space.parameters()) {
    paths.push_back(parameter.path);
  }
  for (const Setting& setting : settings) {
    const auto& parameters = space.parameters();
    if (std::none_of(parameters.begin(), parameters.end(),
                     [&](const space::Parameter& parameter) {
                       return SettingOf(parameter, {setting}) != nullptr;
                     })) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--set ", setting.first, ": not an explored parameter; explored: ",
          NameList(paths), DidYouMean(setting.first, paths)));
    }
  }
  return absl::OkStatus();
}

// The candidate's settings in canonical text, by path.
absl::StatusOr<std::map<std::string, std::string>> CanonicalSettings(
    const std::vector<Setting>& settings, const space::DesignSpace& space) {
  std::map<std::string, std::string> values;
  for (const space::Parameter& parameter : space.parameters()) {
    const Setting* setting = SettingOf(parameter, settings);
    if (setting == nullptr) continue;
    auto canonical = wire::CanonicalValue(parameter.slot, setting->second);
    if (!canonical.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--set ", setting->first, ": ", canonical.status().message()));
    }
    values[parameter.path] = *std::move(canonical);
  }
  return values;
}

}  // namespace

absl::StatusOr<Setting> ParseSetting(const std::string& text) {
  const size_t middle = text.find('=');
  if (middle == std::string::npos || middle == 0 || middle + 1 == text.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--set: got '", text, "'; PATH=VALUE is needed, e.g. platform=gap9"));
  }
  return Setting(text.substr(0, middle), text.substr(middle + 1));
}

absl::StatusOr<LoadedStudy> LoadStudy(const std::string& path,
                                      const StudyOptions& options) {
  return StudyLoader(path, options).Load();
}

absl::StatusOr<LoadedStudy> CompleteStudy(v1::StudySpec message,
                                          const StudyOptions& options) {
  return StudyLoader("", options).Load(std::move(message));
}

absl::StatusOr<study::StudySpec> Compile(const LoadedStudy& loaded) {
  auto spec = wire::CompileStudy(loaded.message, loaded.trace);
  if (!spec.ok()) return loaded.sources.Annotate(spec.status());
  return spec;
}

absl::StatusOr<space::Candidate> CandidateOf(const LoadedStudy& loaded,
                                             const space::DesignSpace& space) {
  DYNARCH_ASSIGN_OR_RETURN(auto values,
                           CanonicalSettings(loaded.candidate, space));
  DYNARCH_RETURN_IF_ERROR(CheckPaths(loaded.candidate, space));
  std::vector<std::string> missing;
  for (const space::Parameter& parameter : space.parameters()) {
    if (values.count(parameter.path) > 0) continue;
    if (parameter.values.size() == 1) {
      values[parameter.path] = parameter.values[0];
    } else {
      missing.push_back(absl::StrCat("  --set ", parameter.path, "=VALUE, of ",
                                     NameList(parameter.values, 12)));
    }
  }
  if (!missing.empty()) {
    std::string message =
        "one candidate needs a value for every explored parameter; missing:";
    for (const std::string& line : missing) {
      absl::StrAppend(&message, "\n", line);
    }
    return absl::InvalidArgumentError(message);
  }
  const std::vector<Setting> settings(values.begin(), values.end());
  auto candidate = space.Parse(settings);
  if (!candidate.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--set ", candidate.status().message()));
  }
  return candidate;
}

}  // namespace dynarch::io
