// SetField of yaml_reader.h: finds the field of a path.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/tree_reader.h"
#include "sim/io/yaml_reader.h"
#include "sim/io/yaml_schema.h"
#include "sim/io/yaml_tree.h"

namespace dynarch::io {
namespace {

using google::protobuf::Message;

// A field of a message that exists.
struct Place {
  Message* message = nullptr;
  const FieldDescriptor* field = nullptr;
};

absl::Status NoSuchField(absl::string_view path, absl::string_view word,
                         const std::vector<std::string>& allowed) {
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": no field '", word, "'; allowed: ", NameList(allowed),
      DidYouMean(word, allowed)));
}

// The element of a map field that `*rest` begins with, removed from it.
absl::StatusOr<Message*> FindElement(absl::string_view path,
                                     const FieldDescriptor& field,
                                     Message* message,
                                     absl::string_view* rest) {
  const FieldDescriptor* key = MapKeyOf(field);
  std::vector<std::string> names;
  const auto* access = message->GetReflection();
  for (int i = 0; key != nullptr && i < access->FieldSize(*message, &field);
       ++i) {
    Message* element = access->MutableRepeatedMessage(message, &field, i);
    const std::string name = KeyText(*element, *key);
    if (absl::ConsumePrefix(rest, absl::StrCat(name, "."))) return element;
    names.push_back(name);
  }
  return NoSuchField(path, rest->substr(0, rest->find('.')), names);
}

absl::StatusOr<Place> FindPlace(absl::string_view path, Message* message) {
  absl::string_view rest = path;
  while (true) {
    const size_t end = std::min(rest.find('.'), rest.size());
    const absl::string_view word = rest.substr(0, end);
    const Descriptor& type = *message->GetDescriptor();
    const FieldDescriptor* field = FieldOfKey(type, word);
    if (field == nullptr || IsOutputOnly(*field)) {
      return NoSuchField(path, word, KeysOf(type));
    }
    if (end == rest.size()) return Place{message, field};
    rest.remove_prefix(end + 1);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return NoSuchField(path, rest, {});
    }
    if (field->is_repeated()) {
      DYNARCH_ASSIGN_OR_RETURN(message,
                               FindElement(path, *field, message, &rest));
    } else {
      message = message->GetReflection()->MutableMessage(message, field);
    }
  }
}

}  // namespace

absl::Status SetField(absl::string_view path, absl::string_view value,
                      Message* message) {
  DYNARCH_ASSIGN_OR_RETURN(YamlNode node, ParseYaml(value, std::string(path)));
  DYNARCH_ASSIGN_OR_RETURN(const Place place, FindPlace(path, message));
  if (place.field->is_repeated() && node.kind == YamlNode::Kind::kScalar) {
    YamlNode list = YamlNode::Sequence();
    list.Append(std::move(node));
    node = std::move(list);
  }
  place.message->GetReflection()->ClearField(place.message, place.field);
  return ReadFieldTree(node, std::string(path), place.field, place.message);
}

}  // namespace dynarch::io
