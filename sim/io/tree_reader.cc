#include "sim/io/tree_reader.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"

namespace dynarch::io {
namespace {

using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

absl::Status Wrong(absl::string_view path, absl::string_view got,
                   absl::string_view allowed) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": got ", got, "; allowed: ", allowed));
}

// Reads nodes into messages and notes positions. An error's message begins
// with the field path; `error_at` says where it is.
class TreeReader {
 public:
  explicit TreeReader(SourceMap* sources) : sources_(sources) {}

  Position error_at() const { return error_at_; }

  // `key` is the field that a map's key has filled already, or null.
  absl::Status ReadMessage(const YamlNode& node, const std::string& path,
                           const FieldDescriptor* key, Message* message) {
    const Descriptor& type = *message->GetDescriptor();
    if (node.kind == YamlNode::Kind::kScalar ||
        node.kind == YamlNode::Kind::kSequence) {
      const FieldDescriptor* shorthand = ShorthandOf(type);
      if (shorthand == nullptr) return NotAMap(node, path, type, key);
      return ReadShorthand(node, path, *shorthand, message);
    }
    std::map<const OneofDescriptor*, std::string> chosen;
    for (size_t i = 0; i < node.keys.size(); ++i) {
      DYNARCH_ASSIGN_OR_RETURN(const FieldDescriptor* field,
                               FindField(node.keys[i], path, type, key));
      DYNARCH_RETURN_IF_ERROR(CheckOneof(*field, node.keys[i], path, &chosen));
      DYNARCH_RETURN_IF_ERROR(ReadField(
          node.items[i], Join(path, node.keys[i].text), field, message));
    }
    return CheckRequired(node, path, key, *message);
  }

  absl::Status ReadField(const YamlNode& node, const std::string& path,
                         const FieldDescriptor* field, Message* message) {
    sources_->Add(path, node.position);
    if (field->is_repeated()) return ReadList(node, path, field, message);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return ReadMessage(
          node, path, nullptr,
          message->GetReflection()->MutableMessage(message, field));
    }
    return ReadScalar(node, path, field, message);
  }

 private:
  absl::Status At(const YamlNode& node, absl::Status status) {
    if (!status.ok()) error_at_ = node.position;
    return status;
  }

  absl::Status NotAMap(const YamlNode& node, const std::string& path,
                       const Descriptor& type, const FieldDescriptor* key) {
    return At(node,
              Wrong(path.empty() ? "file" : path, node.Describe(),
                    absl::StrCat("a map with ", NameList(KeysOf(type, key)))));
  }

  absl::StatusOr<const FieldDescriptor*> FindField(const YamlNode& key,
                                                   const std::string& path,
                                                   const Descriptor& type,
                                                   const FieldDescriptor* set) {
    const FieldDescriptor* field = FieldOfKey(type, key.text);
    if (field != nullptr && field != set && !IsOutputOnly(*field)) return field;
    const std::vector<std::string> keys = KeysOf(type, set);
    const std::string problem = field == nullptr ? "unknown field"
                                : field == set
                                    ? "is the key above already"
                                    : "is set by the program, not in a file";
    return At(key, absl::InvalidArgumentError(absl::StrCat(
                       Join(path, key.text), ": ", problem, "; allowed: ",
                       NameList(keys), DidYouMean(key.text, keys))));
  }

  absl::Status CheckOneof(
      const FieldDescriptor& field, const YamlNode& key,
      const std::string& path,
      std::map<const OneofDescriptor*, std::string>* chosen) {
    const OneofDescriptor* oneof = field.real_containing_oneof();
    if (oneof == nullptr) return absl::OkStatus();
    const auto [found, is_first] = chosen->emplace(oneof, key.text);
    if (is_first) return absl::OkStatus();
    return At(key, absl::InvalidArgumentError(absl::StrCat(
                       Join(path, key.text), ": '", found->second,
                       "' is given already; only one of the two is allowed")));
  }

  // A field counts as written when it is in the file or was its map's key.
  absl::Status CheckRequired(const YamlNode& node, const std::string& path,
                             const FieldDescriptor* key,
                             const Message& message) {
    const Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (!IsRequired(field) || &field == key) continue;
      const std::string name = KeyOf(field);
      const auto written =
          std::find_if(node.keys.begin(), node.keys.end(),
                       [&](const YamlNode& k) { return k.text == name; });
      if (written == node.keys.end()) {
        return At(node, absl::InvalidArgumentError(absl::StrCat(
                            Join(path, name), ": missing; it must be given")));
      }
      if (field.is_repeated() &&
          message.GetReflection()->FieldSize(message, &field) == 0) {
        return At(*written,
                  absl::InvalidArgumentError(absl::StrCat(
                      Join(path, name), ": is empty; at least one is needed")));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadShorthand(const YamlNode& node, const std::string& path,
                             const FieldDescriptor& field, Message* message) {
    if (field.is_repeated() && node.kind == YamlNode::Kind::kScalar) {
      return ReadElement(node, path, &field, message);
    }
    return ReadField(node, path, &field, message);
  }

  absl::Status ReadList(const YamlNode& node, const std::string& path,
                        const FieldDescriptor* field, Message* message) {
    const FieldDescriptor* key = MapKeyOf(*field);
    if (key != nullptr && node.kind == YamlNode::Kind::kMap) {
      return ReadMap(node, path, field, message);
    }
    if (node.kind != YamlNode::Kind::kSequence) {
      return At(node,
                Wrong(path, node.Describe(),
                      key == nullptr ? "a list, e.g. [a, b]"
                                     : absl::StrCat("a map by ", KeyOf(*key))));
    }
    for (size_t i = 0; i < node.items.size(); ++i) {
      DYNARCH_RETURN_IF_ERROR(ReadElement(
          node.items[i], absl::StrCat(path, "[", i, "]"), field, message));
    }
    return absl::OkStatus();
  }

  // Appends one element.
  absl::Status ReadElement(const YamlNode& node, const std::string& path,
                           const FieldDescriptor* field, Message* message) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return ReadScalar(node, path, field, message);
    }
    sources_->Add(path, node.position);
    return ReadMessage(node, path, nullptr,
                       message->GetReflection()->AddMessage(message, field));
  }

  absl::Status ReadMap(const YamlNode& node, const std::string& path,
                       const FieldDescriptor* field, Message* message) {
    const FieldDescriptor* key = MapKeyOf(*field);
    const FieldDescriptor* value = MapValueOf(*field);
    for (size_t i = 0; i < node.keys.size(); ++i) {
      const std::string below = Join(path, node.keys[i].text);
      Message* element = message->GetReflection()->AddMessage(message, field);
      DYNARCH_RETURN_IF_ERROR(ReadScalar(node.keys[i], below, key, element));
      sources_->Add(below, node.items[i].position);
      DYNARCH_RETURN_IF_ERROR(
          value == nullptr ? ReadMessage(node.items[i], below, key, element)
                           : ReadField(node.items[i], below, value, element));
    }
    return absl::OkStatus();
  }

  absl::Status ReadScalar(const YamlNode& node, const std::string& path,
                          const FieldDescriptor* field, Message* message) {
    sources_->Add(path, node.position);
    if (node.kind != YamlNode::Kind::kScalar) {
      return At(node, Wrong(path, node.Describe(), ScalarKind(*field)));
    }
    return At(node, ReadScalarText(node.text, path, field, message));
  }

  static std::string ScalarKind(const FieldDescriptor& field) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      return NameList(TextsOf(*field.enum_type()));
    }
    if (const auto dimension = DimensionOf(field); dimension.has_value()) {
      return absl::StrCat("a value of ", DimensionName(*dimension),
                          " with its unit");
    }
    return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING
               ? "a single value"
               : "a single number";
  }

  SourceMap* sources_;
  Position error_at_;
};

}  // namespace

absl::Status ReadTree(const YamlNode& root, Message* message,
                      SourceMap* sources, Position* error_at) {
  TreeReader reader(sources);
  const absl::Status status = reader.ReadMessage(root, "", nullptr, message);
  *error_at = reader.error_at();
  return status;
}

absl::Status ReadFieldTree(const YamlNode& node, const std::string& path,
                           const FieldDescriptor* field, Message* message) {
  SourceMap sources;
  return TreeReader(&sources).ReadField(node, path, field, message);
}

}  // namespace dynarch::io
