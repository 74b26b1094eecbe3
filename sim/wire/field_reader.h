// Reads the fields of one message into the domain. Internal to sim/wire.
#ifndef DYNARCH_SIM_WIRE_FIELD_READER_H_
#define DYNARCH_SIM_WIRE_FIELD_READER_H_

#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/repeated_field.h>
#include <google/protobuf/repeated_ptr_field.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sim/base/decimal.h"
#include "sim/graph/network.h"
#include "sim/graph/operator.h"
#include "sim/graph/outcome_expression.h"

namespace dynarch::wire {

// Each function reads one field, which errors name as `path.field`; after the
// first error, status(), what the functions return has no meaning.
class FieldReader {
 public:
  using Numbers = google::protobuf::RepeatedField<int64_t>;
  using Texts = google::protobuf::RepeatedPtrField<std::string>;

  explicit FieldReader(std::string path) : path_(std::move(path)) {}

  // A whole number written plainly; of any other expression 1, and it joins
  // TakeExtents(). An empty text is `otherwise`, or an error without one.
  int64_t Extent(const std::string& text, graph::OperatorField field,
                 std::optional<int64_t> otherwise = std::nullopt);
  // The same for each extent of a shape.
  graph::Shape Shape(const Texts& texts);
  // An expression that stays one. An empty text is an error.
  graph::OutcomeExpression Expression(absl::string_view field,
                                      const std::string& text);
  // [height, width]; an empty list is `otherwise`, or an error without one.
  graph::Extent2d Pair(absl::string_view field, const Numbers& numbers,
                       std::optional<graph::Extent2d> otherwise = std::nullopt);
  // [top, left, bottom, right]; an empty list is zeros.
  graph::Padding2d Padding(absl::string_view field, const Numbers& numbers);
  // An enum whose message numbers its values from 1 in the domain's order.
  // Unspecified is `otherwise`, or an error without one.
  template <typename Kind, typename MessageKind>
  Kind Choice(absl::string_view field, MessageKind value,
              std::optional<Kind> otherwise = std::nullopt) {
    const auto* type = google::protobuf::GetEnumDescriptor<MessageKind>();
    if (value == 0 && otherwise.has_value()) return *otherwise;
    CheckChoice(field, static_cast<int>(value), *type);
    return static_cast<Kind>(static_cast<int>(value) - 1);
  }
  // An exact decimal; an empty text is none.
  std::optional<Decimal> Number(absl::string_view field,
                                const std::string& text);
  std::vector<Decimal> DecimalList(absl::string_view field, const Texts& texts);
  // Refuses a field, with `message`, unless it is empty.
  void Refuse(bool is_set, absl::string_view field, absl::string_view message);

  const absl::Status& status() const { return status_; }
  std::vector<graph::ExtentExpression> TakeExtents() {
    return std::move(extents_);
  }

 private:
  void CheckChoice(absl::string_view field, int value,
                   const google::protobuf::EnumDescriptor& type);
  int64_t ExtentAt(absl::string_view place, const std::string& text,
                   graph::OperatorField field, int index);
  // Keeps the first error.
  void Fail(absl::string_view field, absl::string_view message);

  std::string path_;
  absl::Status status_;
  std::vector<graph::ExtentExpression> extents_;
};

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_FIELD_READER_H_
