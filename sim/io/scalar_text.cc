// Scalars of tree_reader.h.
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/quantity_parse.h"
#include "sim/base/status_macros.h"
#include "sim/io/tree_reader.h"

namespace dynarch::io {
namespace {

using google::protobuf::Message;

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

}  // namespace

absl::Status ReadScalarText(const std::string& text, const std::string& path,
                            const FieldDescriptor* field, Message* message) {
  return ScalarField(message, field).Set(text, path);
}

}  // namespace dynarch::io
