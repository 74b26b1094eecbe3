// How the schema's messages look in YAML: annotations.proto, read by
// reflection. Reader, writer and catalogue share it.
#ifndef DYNARCH_SIM_IO_YAML_SCHEMA_H_
#define DYNARCH_SIM_IO_YAML_SCHEMA_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/base/quantity_parse.h"

namespace dynarch::io {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

// What an integer field measures, if it is a quantity.
std::optional<Dimension> DimensionOf(const FieldDescriptor& field);
// Name of the field in a file: without the suffix of its base unit.
std::string KeyOf(const FieldDescriptor& field);
// Set by the program, never in a file.
bool IsOutputOnly(const FieldDescriptor& field);
bool IsRequired(const FieldDescriptor& field);
// A string that holds an exact decimal.
bool IsDecimal(const FieldDescriptor& field);
// Fields of the element that a map's key and value go to; null if the field is
// no map, or the value is the other fields.
const FieldDescriptor* MapKeyOf(const FieldDescriptor& field);
const FieldDescriptor* MapValueOf(const FieldDescriptor& field);
// Field that a scalar or list written for the message fills; null if none.
const FieldDescriptor* ShorthandOf(const Descriptor& message);
// The field of a key, output only ones included; null if there is none.
const FieldDescriptor* FieldOfKey(const Descriptor& message,
                                  absl::string_view key);
// Keys that a file may use; `except` is left out.
std::vector<std::string> KeysOf(const Descriptor& message,
                                const FieldDescriptor* except = nullptr);

// Enum values in a file: lower case; the unspecified one has no name.
std::string TextOf(const EnumValueDescriptor& value);
const EnumValueDescriptor* ValueOfText(const EnumDescriptor& type,
                                       absl::string_view text);
std::vector<std::string> TextsOf(const EnumDescriptor& type);

// Text of the field that is an element's map key: a string or an enum.
std::string KeyText(const google::protobuf::Message& element,
                    const FieldDescriptor& key);

// Path of a part: `a.b`, or `b` at the top.
std::string Join(absl::string_view path, absl::string_view key);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_YAML_SCHEMA_H_
