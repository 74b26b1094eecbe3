#include "sim/io/catalog.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/file.h"
#include "sim/io/runtime_choice.h"
#include "sim/io/source_map.h"
#include "sim/io/yaml_reader.h"
#include "sim/io/yaml_schema.h"
#include "sim/wire/network_wire.h"
#include "sim/wire/platform_wire.h"
#include "sim/wire/runtime_wire.h"
#include "sim/wire/technology_wire.h"

namespace dynarch::io {
namespace {

constexpr absl::string_view kExtension = ".yaml";
constexpr absl::string_view kPlatforms = "platforms";
constexpr absl::string_view kNetworks = "networks";
constexpr absl::string_view kRuntimes = "runtimes";
constexpr absl::string_view kTechnology = "technology.yaml";
constexpr absl::string_view kErrorBands = "error_bands.csv";

std::string Below(const std::string& folder, absl::string_view name) {
  return (std::filesystem::path(folder) / std::string(name)).string();
}

// Names of the YAML files of a folder, ascending.
absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end;
       !error && it != end; it.increment(error)) {
    const std::filesystem::path& path = it->path();
    if (path.extension().string() != kExtension) continue;
    names.push_back(path.stem().string());
  }
  if (error) {
    return absl::NotFoundError(
        absl::StrCat(folder, ": no catalogue there: ", error.message()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status CheckKnown(absl::string_view what, const std::string& name,
                        const std::vector<std::string>& names) {
  if (std::binary_search(names.begin(), names.end(), name)) {
    return absl::OkStatus();
  }
  return absl::NotFoundError(
      absl::StrCat("unknown ", what, " '", name, "'; the catalogue has ",
                   NameList(names), DidYouMean(name, names)));
}

// PlatformFrom looks at the runtime that an element uses; here, at every one.
absl::Status CheckEveryRuntime(const v1::Platform& platform) {
  for (const v1::ProcessingElement& element : platform.elements()) {
    for (const v1::RuntimeUse& use : element.runtimes()) {
      DYNARCH_RETURN_IF_ERROR(
          wire::RuntimeFrom(use, absl::StrCat("elements.", element.name(),
                                              ".runtimes.", use.name()))
              .status());
    }
  }
  return absl::OkStatus();
}

// A platform's file; `complete` adds what is in other files.
absl::StatusOr<v1::Platform> ReadPlatformText(
    const std::string& path,
    const std::function<absl::Status(v1::Platform*)>& complete) {
  v1::Platform platform;
  DYNARCH_ASSIGN_OR_RETURN(const SourceMap sources,
                           ReadYamlFile(path, &platform));
  absl::Status checked = complete(&platform);
  if (checked.ok()) checked = CheckEveryRuntime(platform);
  if (checked.ok()) checked = wire::PlatformFrom(platform).status();
  if (!checked.ok()) return sources.Annotate(checked);
  return platform;
}

// One entry, read and checked by `read`.
template <typename Message>
absl::StatusOr<Message> Entry(
    const std::string& folder, absl::string_view what, const std::string& name,
    const std::vector<std::string>& names,
    const std::function<absl::StatusOr<Message>(const std::string&)>& read) {
  DYNARCH_RETURN_IF_ERROR(CheckKnown(what, name, names));
  const std::string path = Below(folder, absl::StrCat(name, kExtension));
  DYNARCH_ASSIGN_OR_RETURN(Message message, read(path));
  if (message.name() != name) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": name: got '", message.name(), "'; allowed: '",
                     name, "', the name of its file"));
  }
  return message;
}

}  // namespace

absl::StatusOr<Catalog> Catalog::Open(const std::string& folder) {
  Catalog catalog;
  catalog.folder_ = folder;
  DYNARCH_ASSIGN_OR_RETURN(catalog.platforms_,
                           NamesIn(Below(folder, kPlatforms)));
  auto networks = NamesIn(Below(folder, kNetworks));
  if (networks.ok()) catalog.networks_ = *std::move(networks);
  auto runtimes = NamesIn(Below(folder, kRuntimes));
  if (runtimes.ok()) catalog.runtimes_ = *std::move(runtimes);
  return catalog;
}

absl::StatusOr<v1::Platform> Catalog::Platform(const std::string& name) const {
  DYNARCH_ASSIGN_OR_RETURN(const RuntimeChoice choice,
                           ParseRuntimeChoice(name));
  DYNARCH_ASSIGN_OR_RETURN(v1::Platform platform,
                           PlatformAsWritten(choice.platform));
  DYNARCH_RETURN_IF_ERROR(ApplyRuntimeChoice(choice, &platform));
  return platform;
}

absl::StatusOr<v1::Platform> Catalog::PlatformAsWritten(
    const std::string& name) const {
  return Entry<v1::Platform>(Below(folder_, kPlatforms), "platform", name,
                             platforms_, [this](const std::string& path) {
                               return ReadPlatformText(
                                   path, [this](v1::Platform* platform) {
                                     return AddLibraries(platform);
                                   });
                             });
}

absl::StatusOr<v1::Runtime> Catalog::Runtime(const std::string& name) const {
  return Entry<v1::Runtime>(Below(folder_, kRuntimes), "kernel library", name,
                            runtimes_, &ReadRuntimeFile);
}

absl::Status Catalog::AddLibraries(v1::Platform* platform) const {
  for (v1::ProcessingElement& element : *platform->mutable_elements()) {
    for (v1::RuntimeUse& use : *element.mutable_runtimes()) {
      auto library = Runtime(use.library());
      if (!library.ok()) {
        return absl::Status(
            library.status().code(),
            absl::StrCat("elements.", element.name(), ".runtimes.", use.name(),
                         ".library: ", library.status().message()));
      }
      *use.mutable_definition() = *std::move(library);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Network> Catalog::Network(const std::string& name) const {
  return Entry<v1::Network>(Below(folder_, kNetworks), "network", name,
                            networks_, &ReadNetworkFile);
}

absl::StatusOr<v1::Technology> Catalog::Technology() const {
  v1::Technology technology;
  DYNARCH_ASSIGN_OR_RETURN(
      const SourceMap sources,
      ReadYamlFile(Below(folder_, kTechnology), &technology));
  const absl::Status checked = wire::CheckTechnology(technology);
  if (!checked.ok()) return sources.Annotate(checked);
  return technology;
}

absl::StatusOr<std::vector<ErrorBand>> Catalog::ErrorBands() const {
  return ReadErrorBands(Below(folder_, kErrorBands));
}

absl::StatusOr<v1::Network> ReadNetworkFile(const std::string& path) {
  v1::Network network;
  DYNARCH_ASSIGN_OR_RETURN(const SourceMap sources,
                           ReadYamlFile(path, &network));
  const auto checked = wire::NetworkFrom(network);
  if (!checked.ok()) return sources.Annotate(checked.status());
  return network;
}

absl::StatusOr<v1::Platform> ReadPlatformFile(const std::string& path,
                                              const std::string& catalog) {
  DYNARCH_ASSIGN_OR_RETURN(
      v1::Platform platform,
      ReadPlatformText(path, [&](v1::Platform* message) -> absl::Status {
        const bool needs_libraries = std::any_of(
            message->elements().begin(), message->elements().end(),
            [](const auto& element) { return element.runtimes_size() > 0; });
        if (!needs_libraries) return absl::OkStatus();
        DYNARCH_ASSIGN_OR_RETURN(const Catalog opened, Catalog::Open(catalog));
        return opened.AddLibraries(message);
      }));
  DYNARCH_RETURN_IF_ERROR(ApplyRuntimeChoice(
      {.platform = platform.name(), .runtimes = {}, .threads = 0}, &platform));
  return platform;
}

absl::StatusOr<v1::Runtime> ReadRuntimeFile(const std::string& path) {
  v1::Runtime runtime;
  DYNARCH_ASSIGN_OR_RETURN(const SourceMap sources,
                           ReadYamlFile(path, &runtime));
  v1::RuntimeUse use;
  use.set_name(runtime.name());
  *use.mutable_definition() = runtime;
  const auto checked = wire::RuntimeFrom(use, "");
  if (!checked.ok()) return sources.Annotate(checked.status());
  return runtime;
}

namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;

using Sources = google::protobuf::RepeatedPtrField<v1::Source>;

// Walks a message and collects the paths of its numbers.
class NumberFinder {
 public:
  NumberFinder(const Message& message, const Sources& sources)
      : sources_(sources) {
    Visit(message, "");
  }
  std::vector<std::string> TakeUncovered() { return std::move(uncovered_); }

 private:
  static bool IsNumber(const FieldDescriptor& field) {
    return field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
           field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 ||
           IsDecimal(field);
  }

  bool IsCovered(absl::string_view path) const {
    return std::any_of(
        sources_.begin(), sources_.end(), [path](const v1::Source& source) {
          return path == source.path() ||
                 absl::StartsWith(path, absl::StrCat(source.path(), ".")) ||
                 absl::StartsWith(path, absl::StrCat(source.path(), "["));
        });
  }

  void VisitNumber(const std::string& path) {
    if (!IsCovered(path)) uncovered_.push_back(path);
  }

  void Visit(const Message& message, const std::string& path) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (IsOutputOnly(*field)) continue;
      const std::string below = Join(path, KeyOf(*field));
      if (field->is_repeated()) {
        VisitList(message, *field, below);
      } else if (IsNumber(*field)) {
        VisitNumber(below);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Visit(message.GetReflection()->GetMessage(message, field), below);
      }
    }
  }

  void VisitList(const Message& message, const FieldDescriptor& field,
                 const std::string& path) {
    if (IsNumber(field)) return VisitNumber(path);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
    const FieldDescriptor* key = MapKeyOf(field);
    const FieldDescriptor* value = MapValueOf(field);
    const Reflection& access = *message.GetReflection();
    for (int i = 0; i < access.FieldSize(message, &field); ++i) {
      const Message& element = access.GetRepeatedMessage(message, &field, i);
      const std::string below = key == nullptr
                                    ? absl::StrCat(path, "[", i, "]")
                                    : Join(path, KeyText(element, *key));
      if (value != nullptr && IsNumber(*value)) {
        VisitNumber(below);
      } else if (value == nullptr) {
        Visit(element, below);
      }
    }
  }

  const Sources& sources_;
  std::vector<std::string> uncovered_;
};

}  // namespace

std::vector<std::string> UncoveredNumbers(const v1::Platform& platform) {
  return NumberFinder(platform, platform.sources()).TakeUncovered();
}

std::vector<std::string> UncoveredNumbers(const v1::Runtime& runtime) {
  return NumberFinder(runtime, runtime.sources()).TakeUncovered();
}

std::vector<std::string> UncoveredNumbers(const v1::Technology& technology) {
  return NumberFinder(technology, technology.sources()).TakeUncovered();
}

}  // namespace dynarch::io
