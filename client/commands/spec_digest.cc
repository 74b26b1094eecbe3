#include "client/commands/spec_digest.h"

#include <google/protobuf/descriptor.h>

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace dynarch::commands {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Field numbers are tags; these two lie above every field number.
constexpr uint32_t kBeginTag = 1u << 30;
constexpr uint32_t kEndTag = kBeginTag + 1;

void AddMessage(const Message& message, DigestBuilder* builder);

// One value: the field itself, or item `index` of a repeated one.
void AddValue(const Message& message, const FieldDescriptor* field, int index,
              DigestBuilder* builder) {
  const Reflection& r = *message.GetReflection();
  const uint32_t tag = static_cast<uint32_t>(field->number());
  const bool list = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      builder->AddInt(tag, index);
      AddMessage(list ? r.GetRepeatedMessage(message, field, index)
                      : r.GetMessage(message, field),
                 builder);
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      builder->AddString(tag, list ? r.GetRepeatedString(message, field, index)
                                   : r.GetString(message, field));
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      builder->AddBool(tag, list ? r.GetRepeatedBool(message, field, index)
                                 : r.GetBool(message, field));
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      builder->AddInt(tag, list ? r.GetRepeatedInt32(message, field, index)
                                : r.GetInt32(message, field));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      builder->AddInt(tag, list ? r.GetRepeatedInt64(message, field, index)
                                : r.GetInt64(message, field));
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      builder->AddInt(tag, list ? r.GetRepeatedEnumValue(message, field, index)
                                : r.GetEnumValue(message, field));
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      builder->AddDouble(tag, list ? r.GetRepeatedDouble(message, field, index)
                                   : r.GetDouble(message, field));
      break;
    default:  // The schema has no unsigned and no float field.
      builder->AddString(tag, field->full_name());
  }
}

void AddMessage(const Message& message, DigestBuilder* builder) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);  // Set ones, by number.
  builder->AddInt(kBeginTag, static_cast<int64_t>(fields.size()));
  for (const FieldDescriptor* field : fields) {
    const int count =
        field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) AddValue(message, field, i, builder);
  }
  builder->AddInt(kEndTag, 0);
}

}  // namespace

absl::StatusOr<Digest> DigestOfMessage(const Message& message) {
  DigestBuilder builder;
  AddMessage(message, &builder);
  return builder.Finish();
}

std::string StudyId(const std::string& name, const Digest& digest) {
  constexpr size_t kNameLength = 48;
  std::string id;
  for (const char c : name.substr(0, kNameLength)) {
    const char lower = absl::ascii_tolower(c);
    id.push_back(absl::ascii_isalnum(lower) ? lower : '-');
  }
  return absl::StrCat(id, "-", digest.ToHex().substr(0, 12));
}

}  // namespace dynarch::commands
