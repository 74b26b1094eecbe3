#include "sim/io/yaml_writer.h"

#include "absl/strings/str_cat.h"
#include "sim/base/quantity_parse.h"
#include "sim/io/yaml_schema.h"
#include "sim/io/yaml_tree.h"

namespace dynarch::io {
namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;

YamlNode MessageNode(const Message& message, const FieldDescriptor* key);

std::string NumberText(int64_t value, const FieldDescriptor& field) {
  const auto dimension = DimensionOf(field);
  return dimension.has_value() ? FormatQuantity(value, *dimension)
                               : absl::StrCat(value);
}

// Text of a scalar; `index` is -1 unless the field is repeated.
std::string ScalarText(const Message& message, const FieldDescriptor& field,
                       int index) {
  const Reflection& access = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return access.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return TextOf(*(one ? access.GetEnum(message, &field)
                          : access.GetRepeatedEnum(message, &field, index)));
    case FieldDescriptor::CPPTYPE_INT32:
      return NumberText(one ? access.GetInt32(message, &field)
                            : access.GetRepeatedInt32(message, &field, index),
                        field);
    case FieldDescriptor::CPPTYPE_INT64:
      return NumberText(one ? access.GetInt64(message, &field)
                            : access.GetRepeatedInt64(message, &field, index),
                        field);
    default:
      return one ? access.GetString(message, &field)
                 : access.GetRepeatedString(message, &field, index);
  }
}

YamlNode ValueNode(const Message& message, const FieldDescriptor& field,
                   int index) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    return YamlNode::Scalar(ScalarText(message, field, index));
  }
  const Reflection& access = *message.GetReflection();
  return MessageNode(index < 0
                         ? access.GetMessage(message, &field)
                         : access.GetRepeatedMessage(message, &field, index),
                     nullptr);
}

YamlNode FieldNode(const Message& message, const FieldDescriptor& field);

YamlNode MapNode(const Message& message, const FieldDescriptor& field) {
  YamlNode map = YamlNode::Map();
  const FieldDescriptor* key = MapKeyOf(field);
  const FieldDescriptor* value = MapValueOf(field);
  const Reflection& access = *message.GetReflection();
  for (int i = 0; i < access.FieldSize(message, &field); ++i) {
    const Message& element = access.GetRepeatedMessage(message, &field, i);
    map.Set(ScalarText(element, *key, -1), value == nullptr
                                               ? MessageNode(element, key)
                                               : FieldNode(element, *value));
  }
  return map;
}

YamlNode FieldNode(const Message& message, const FieldDescriptor& field) {
  if (!field.is_repeated()) return ValueNode(message, field, -1);
  if (MapKeyOf(field) != nullptr) return MapNode(message, field);
  YamlNode list = YamlNode::Sequence();
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) list.Append(ValueNode(message, field, i));
  return list;
}

// Fields that a reader must be shown: those set, and required ones.
std::vector<const FieldDescriptor*> ShownFields(const Message& message,
                                                const FieldDescriptor* key) {
  std::vector<const FieldDescriptor*> shown;
  const Descriptor& type = *message.GetDescriptor();
  const Reflection& access = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (&field == key || IsOutputOnly(field)) continue;
    const bool is_set = field.is_repeated()
                            ? access.FieldSize(message, &field) > 0
                            : access.HasField(message, &field);
    const bool is_value = field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_set || (IsRequired(field) && is_value)) shown.push_back(&field);
  }
  return shown;
}

YamlNode MessageNode(const Message& message, const FieldDescriptor* key) {
  const auto shown = ShownFields(message, key);
  const FieldDescriptor* shorthand = ShorthandOf(*message.GetDescriptor());
  if (shown.size() == 1 && shown[0] == shorthand) {
    YamlNode node = FieldNode(message, *shorthand);
    if (node.kind != YamlNode::Kind::kMap) return node;
  }
  YamlNode map = YamlNode::Map();
  for (const FieldDescriptor* field : shown) {
    map.Set(KeyOf(*field), FieldNode(message, *field));
  }
  return map;
}

}  // namespace

std::string WriteYaml(const Message& message) {
  YamlNode node = MessageNode(message, nullptr);
  return PrintYaml(node);
}

}  // namespace dynarch::io
