#include "sim/io/yaml_schema.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dynarch/v1/annotations.pb.h"

namespace dynarch::io {
namespace {

struct DimensionInfo {
  v1::Dimension wire;
  Dimension dimension;
  absl::string_view suffix;
};

constexpr DimensionInfo kDimensions[] = {
    {v1::TIME, Dimension::kTime, "_ps"},
    {v1::FREQUENCY, Dimension::kFrequency, "_hz"},
    {v1::SIZE, Dimension::kSize, "_bytes"},
    {v1::BANDWIDTH, Dimension::kBandwidth, "_bytes_per_s"},
    {v1::POWER, Dimension::kPower, "_nw"},
    {v1::ENERGY, Dimension::kEnergy, "_fj"},
    {v1::ENERGY_PER_OP, Dimension::kEnergyPerOp, "_aj_per_op"},
    {v1::ENERGY_PER_BYTE, Dimension::kEnergyPerByte, "_aj_per_byte"},
    {v1::VOLTAGE, Dimension::kVoltage, "_uv"},
    {v1::AREA, Dimension::kArea, "_um2"},
};

const DimensionInfo* InfoOf(const FieldDescriptor& field) {
  const v1::Dimension wire = field.options().GetExtension(v1::dimension);
  for (const DimensionInfo& info : kDimensions) {
    if (info.wire == wire) return &info;
  }
  return nullptr;
}

const FieldDescriptor* ElementField(const FieldDescriptor& field,
                                    const std::string& name) {
  return name.empty() ? nullptr : field.message_type()->FindFieldByName(name);
}

}  // namespace

std::optional<Dimension> DimensionOf(const FieldDescriptor& field) {
  const DimensionInfo* info = InfoOf(field);
  if (info == nullptr) return std::nullopt;
  return info->dimension;
}

std::string KeyOf(const FieldDescriptor& field) {
  const DimensionInfo* info = InfoOf(field);
  const absl::string_view suffix = info == nullptr ? "" : info->suffix;
  return std::string(absl::StripSuffix(field.name(), suffix));
}

bool IsOutputOnly(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::output_only);
}

bool IsRequired(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::required);
}

bool IsDecimal(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::decimal);
}

const FieldDescriptor* MapKeyOf(const FieldDescriptor& field) {
  return ElementField(field, field.options().GetExtension(v1::map_key));
}

const FieldDescriptor* MapValueOf(const FieldDescriptor& field) {
  return ElementField(field, field.options().GetExtension(v1::map_value));
}

const FieldDescriptor* ShorthandOf(const Descriptor& message) {
  const std::string& name = message.options().GetExtension(v1::shorthand);
  return name.empty() ? nullptr : message.FindFieldByName(name);
}

const FieldDescriptor* FieldOfKey(const Descriptor& message,
                                  absl::string_view key) {
  for (int i = 0; i < message.field_count(); ++i) {
    if (KeyOf(*message.field(i)) == key) return message.field(i);
  }
  return nullptr;
}

std::vector<std::string> KeysOf(const Descriptor& message,
                                const FieldDescriptor* except) {
  std::vector<std::string> keys;
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (&field == except || IsOutputOnly(field)) continue;
    keys.push_back(KeyOf(field));
  }
  return keys;
}

std::string TextOf(const EnumValueDescriptor& value) {
  return absl::AsciiStrToLower(value.name());
}

const EnumValueDescriptor* ValueOfText(const EnumDescriptor& type,
                                       absl::string_view text) {
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    if (value.number() != 0 && TextOf(value) == text) return &value;
  }
  return nullptr;
}

std::vector<std::string> TextsOf(const EnumDescriptor& type) {
  std::vector<std::string> texts;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) texts.push_back(TextOf(*type.value(i)));
  }
  return texts;
}

std::string KeyText(const google::protobuf::Message& element,
                    const FieldDescriptor& key) {
  const google::protobuf::Reflection& access = *element.GetReflection();
  return key.cpp_type() == FieldDescriptor::CPPTYPE_ENUM
             ? TextOf(*access.GetEnum(element, &key))
             : access.GetString(element, &key);
}

std::string Join(absl::string_view path, absl::string_view key) {
  return path.empty() ? std::string(key) : absl::StrCat(path, ".", key);
}

}  // namespace dynarch::io
