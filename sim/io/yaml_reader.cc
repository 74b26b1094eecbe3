#include "sim/io/yaml_reader.h"

#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/file.h"
#include "sim/io/tree_reader.h"
#include "sim/io/yaml_schema.h"
#include "sim/io/yaml_tree.h"

namespace dynarch::io {
namespace {

using google::protobuf::Message;

absl::Status PutPosition(const absl::Status& status, const std::string& file,
                         Position at) {
  return absl::Status(
      status.code(),
      absl::StrCat(file, ":", at.line, ":", at.column, ": ", status.message()));
}

}  // namespace

absl::StatusOr<SourceMap> ReadYaml(absl::string_view text,
                                   const std::string& file, Message* message) {
  message->Clear();
  DYNARCH_ASSIGN_OR_RETURN(const YamlNode root, ParseYaml(text, file));
  if (root.kind == YamlNode::Kind::kNull) {
    return absl::InvalidArgumentError(absl::StrCat(
        file, ":1:1: is empty; a map with ",
        NameList(KeysOf(*message->GetDescriptor())), " is allowed"));
  }
  SourceMap sources(file);
  Position error_at;
  const absl::Status status = ReadTree(root, message, &sources, &error_at);
  if (!status.ok()) return PutPosition(status, file, error_at);
  return sources;
}

absl::StatusOr<SourceMap> ReadYamlFile(const std::string& path,
                                       Message* message) {
  DYNARCH_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ReadYaml(text, path, message);
}

}  // namespace dynarch::io
