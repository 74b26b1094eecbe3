#include "sim/io/yaml_reader.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sim/base/name_match.h"
#include "sim/base/quantity_parse.h"
#include "sim/base/status_macros.h"
#include "sim/io/file.h"
#include "sim/io/yaml_schema.h"
#include "sim/io/yaml_tree.h"

namespace dynarch::io {
namespace {

using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

absl::Status Wrong(absl::string_view path, absl::string_view got,
                   absl::string_view allowed) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": got ", got, "; allowed: ", allowed));
}

// Puts a parsed scalar into a field, or appends it to a repeated one.
class ScalarField {
 public:
  ScalarField(Message* message, const FieldDescriptor* field)
      : message_(message), field_(field), access_(message->GetReflection()) {}

  // Errors begin with `path`.
  absl::Status Set(const std::string& text, const std::string& path) {
    switch (field_->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return SetString(text);
      case FieldDescriptor::CPPTYPE_BOOL:
        return SetBool(text, path);
      case FieldDescriptor::CPPTYPE_ENUM:
        return SetEnum(text, path);
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
        return SetNumber(text, path);
      default:
        return absl::InternalError(absl::StrCat(path, ": a field of type ",
                                                field_->cpp_type_name(),
                                                " is in no file"));
    }
  }

 private:
  absl::Status SetString(const std::string& text) {
    field_->is_repeated() ? access_->AddString(message_, field_, text)
                          : access_->SetString(message_, field_, text);
    return absl::OkStatus();
  }

  absl::Status SetBool(const std::string& text, const std::string& path) {
    if (text != "true" && text != "false") {
      return Wrong(path, absl::StrCat("'", text, "'"), "true, false");
    }
    access_->SetBool(message_, field_, text == "true");
    return absl::OkStatus();
  }

  absl::Status SetEnum(const std::string& text, const std::string& path) {
    const EnumDescriptor& type = *field_->enum_type();
    const EnumValueDescriptor* value = ValueOfText(type, text);
    if (value == nullptr) {
      const std::vector<std::string> texts = TextsOf(type);
      return Wrong(path, absl::StrCat("'", text, "'"),
                   absl::StrCat(NameList(texts), DidYouMean(text, texts)));
    }
    field_->is_repeated() ? access_->AddEnum(message_, field_, value)
                          : access_->SetEnum(message_, field_, value);
    return absl::OkStatus();
  }

  absl::Status SetNumber(const std::string& text, const std::string& path) {
    DYNARCH_ASSIGN_OR_RETURN(const int64_t number, ParseNumber(text, path));
    if (field_->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
      field_->is_repeated() ? access_->AddInt64(message_, field_, number)
                            : access_->SetInt64(message_, field_, number);
      return absl::OkStatus();
    }
    if (number != static_cast<int32_t>(number)) {
      return Wrong(path, absl::StrCat("'", text, "'"),
                   "a whole number of at most 32 bits");
    }
    const auto narrow = static_cast<int32_t>(number);
    field_->is_repeated() ? access_->AddInt32(message_, field_, narrow)
                          : access_->SetInt32(message_, field_, narrow);
    return absl::OkStatus();
  }

  absl::StatusOr<int64_t> ParseNumber(const std::string& text,
                                      const std::string& path) {
    if (const auto dimension = DimensionOf(*field_); dimension.has_value()) {
      absl::StatusOr<int64_t> quantity = ParseQuantity(text, *dimension);
      if (quantity.ok()) return quantity;
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", quantity.status().message()));
    }
    int64_t number = 0;
    const bool starts_well = !text.empty() && text.front() != '+' &&
                             text.front() != ' ' && text.back() != ' ';
    if (!starts_well || !absl::SimpleAtoi(text, &number)) {
      return Wrong(path, absl::StrCat("'", text, "'"),
                   "a whole number, e.g. 10");
    }
    return number;
  }

  Message* message_;
  const FieldDescriptor* field_;
  const google::protobuf::Reflection* access_;
};

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
      const bool written =
          std::any_of(node.keys.begin(), node.keys.end(),
                      [&](const YamlNode& k) { return k.text == name; });
      if (written) continue;
      return At(node, absl::InvalidArgumentError(absl::StrCat(
                          Join(path, name), ": missing; it must be given")));
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
    return At(node, ScalarField(message, field).Set(node.text, path));
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
  TreeReader reader(&sources);
  const absl::Status status = reader.ReadMessage(root, "", nullptr, message);
  if (!status.ok()) return PutPosition(status, file, reader.error_at());
  return sources;
}

absl::StatusOr<SourceMap> ReadYamlFile(const std::string& path,
                                       Message* message) {
  DYNARCH_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ReadYaml(text, path, message);
}

namespace {

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
  SourceMap sources;
  return TreeReader(&sources).ReadField(node, std::string(path), place.field,
                                        place.message);
}

}  // namespace dynarch::io
