#include "sim/wire/field_reader.h"

#include <google/protobuf/descriptor.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/wire/field_error.h"

namespace dynarch::wire {

int64_t FieldReader::Extent(const std::string& text, graph::OperatorField field,
                            std::optional<int64_t> otherwise) {
  if (text.empty() && otherwise.has_value()) return *otherwise;
  return ExtentAt(NameOf(field), text, field, 0);
}

graph::Shape FieldReader::Shape(const Texts& texts) {
  graph::Shape shape;
  for (int i = 0; i < texts.size(); ++i) {
    shape.push_back(ExtentAt(absl::StrCat("shape[", i, "]"), texts[i],
                             graph::OperatorField::kShape, i));
  }
  return shape;
}

int64_t FieldReader::ExtentAt(absl::string_view place, const std::string& text,
                              graph::OperatorField field, int index) {
  graph::OutcomeExpression expression = Expression(place, text);
  if (!status_.ok()) return 1;
  if (expression.constant()) {
    const int64_t value = expression.Count({}).value_or(1);
    if (text == absl::StrCat(value)) return value;
  }
  extents_.push_back({field, index, std::move(expression)});
  return 1;
}

graph::OutcomeExpression FieldReader::Expression(absl::string_view field,
                                                 const std::string& text) {
  if (text.empty()) {
    Fail(field, "missing; a whole number or an expression is needed");
    return {};
  }
  auto expression = graph::OutcomeExpression::Parse(text);
  if (expression.ok()) return *std::move(expression);
  Fail(field, expression.status().message());
  return {};
}

graph::Extent2d FieldReader::Pair(absl::string_view field,
                                  const Numbers& numbers,
                                  std::optional<graph::Extent2d> otherwise) {
  if (numbers.size() == 2) return {.height = numbers[0], .width = numbers[1]};
  if (!numbers.empty()) {
    Fail(field, absl::StrCat("got ", numbers.size(),
                             " numbers; [height, width] is allowed"));
  } else if (!otherwise.has_value()) {
    Fail(field, "is empty; [height, width] is needed");
  }
  return otherwise.value_or(graph::Extent2d());
}

graph::Padding2d FieldReader::Padding(absl::string_view field,
                                      const Numbers& numbers) {
  if (numbers.size() == 4) {
    return {.top = numbers[0],
            .left = numbers[1],
            .bottom = numbers[2],
            .right = numbers[3]};
  }
  if (!numbers.empty()) {
    Fail(field,
         absl::StrCat("got ", numbers.size(),
                      " numbers; [top, left, bottom, right] is allowed"));
  }
  return {};
}

std::optional<Decimal> FieldReader::Number(absl::string_view field,
                                           const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto number = Decimal::Parse(text);
  if (number.ok()) return *number;
  Fail(field, number.status().message());
  return std::nullopt;
}

std::vector<Decimal> FieldReader::DecimalList(absl::string_view field,
                                              const Texts& texts) {
  std::vector<Decimal> decimals;
  for (int i = 0; i < texts.size(); ++i) {
    const auto number = Decimal::Parse(texts[i]);
    if (number.ok()) {
      decimals.push_back(*number);
    } else {
      Fail(absl::StrCat(field, "[", i, "]"), number.status().message());
    }
  }
  return decimals;
}

void FieldReader::Refuse(bool is_set, absl::string_view field,
                         absl::string_view message) {
  if (is_set) Fail(field, message);
}

void FieldReader::CheckChoice(absl::string_view field, int value,
                              const google::protobuf::EnumDescriptor& type) {
  if (value != 0 && type.FindValueByNumber(value) != nullptr) return;
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    names.push_back(absl::AsciiStrToLower(type.value(i)->name()));
  }
  const std::string came = value == 0 ? "missing" : absl::StrCat("got ", value);
  Fail(field, absl::StrCat(came, "; allowed: ",
                           NameList(names, static_cast<int>(names.size()))));
}

void FieldReader::Fail(absl::string_view field, absl::string_view message) {
  if (!status_.ok()) return;
  const absl::string_view dot = path_.empty() || field.empty() ? "" : ".";
  status_ = FieldError(absl::StrCat(path_, dot, field), message);
}

}  // namespace dynarch::wire
