#include "sim/io/catalog.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/file.h"
#include "sim/io/source_map.h"
#include "sim/io/yaml_reader.h"
#include "sim/io/yaml_schema.h"
#include "sim/wire/network_wire.h"
#include "sim/wire/platform_wire.h"

namespace dynarch::io {
namespace {

constexpr absl::string_view kExtension = ".yaml";
constexpr absl::string_view kPlatforms = "platforms";
constexpr absl::string_view kNetworks = "networks";

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

// One entry, read and checked by `read`.
template <typename Message>
absl::StatusOr<Message> Entry(
    const std::string& folder, absl::string_view what, const std::string& name,
    const std::vector<std::string>& names,
    absl::StatusOr<Message> (*read)(const std::string&)) {
  if (!std::binary_search(names.begin(), names.end(), name)) {
    return absl::NotFoundError(
        absl::StrCat("unknown ", what, " '", name, "'; the catalogue has ",
                     NameList(names), DidYouMean(name, names)));
  }
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
  return catalog;
}

absl::StatusOr<v1::Platform> Catalog::Platform(const std::string& name) const {
  return Entry<v1::Platform>(Below(folder_, kPlatforms), "platform", name,
                             platforms_, &ReadPlatformFile);
}

absl::StatusOr<v1::Network> Catalog::Network(const std::string& name) const {
  return Entry<v1::Network>(Below(folder_, kNetworks), "network", name,
                            networks_, &ReadNetworkFile);
}

absl::StatusOr<v1::Network> ReadNetworkFile(const std::string& path) {
  v1::Network network;
  DYNARCH_ASSIGN_OR_RETURN(const SourceMap sources,
                           ReadYamlFile(path, &network));
  const auto checked = wire::NetworkFrom(network);
  if (!checked.ok()) return sources.Annotate(checked.status());
  return network;
}

absl::StatusOr<v1::Platform> ReadPlatformFile(const std::string& path) {
  v1::Platform platform;
  DYNARCH_ASSIGN_OR_RETURN(const SourceMap sources,
                           ReadYamlFile(path, &platform));
  const auto checked = wire::PlatformFrom(platform);
  if (!checked.ok()) return sources.Annotate(checked.status());
  return platform;
}

namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;

// Walks a message and collects the paths of its numbers.
class NumberFinder {
 public:
  explicit NumberFinder(const v1::Platform& platform) : platform_(platform) {
    Visit(platform, "");
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
        platform_.sources().begin(), platform_.sources().end(),
        [path](const v1::Source& source) {
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

  const v1::Platform& platform_;
  std::vector<std::string> uncovered_;
};

}  // namespace

std::vector<std::string> UncoveredNumbers(const v1::Platform& platform) {
  return NumberFinder(platform).TakeUncovered();
}

}  // namespace dynarch::io
