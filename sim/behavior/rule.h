// How a signal becomes an outcome.
#ifndef DYNARCH_SIM_BEHAVIOR_RULE_H_
#define DYNARCH_SIM_BEHAVIOR_RULE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/graph/network.h"

namespace dynarch::behavior {

// Threshold of one exit. `never` and `always` are values of their own, not
// numbers that happen to be out of reach: a `never` exit costs nothing, for
// its head and its check are not executed; an `always` exit is not checked.
class Threshold {
 public:
  enum class Kind : uint8_t { kNever, kAlways, kValue };
  static Threshold Never() { return Threshold(Kind::kNever, 0, "never"); }
  static Threshold Always() { return Threshold(Kind::kAlways, 0, "always"); }
  // `never`, `always` or an exact decimal; keeps the text. InvalidArgument for
  // anything else.
  static absl::StatusOr<Threshold> Parse(absl::string_view text);

  Kind kind() const { return kind_; }
  double value() const { return value_; }  // Only if kValue.
  const std::string& text() const { return text_; }
  // True if the exit is taken on this signal: max-probability and margin on
  // >= value, entropy on < value.
  bool Takes(graph::Signal signal, double value) const;

 private:
  Threshold(Kind kind, double value, std::string text)
      : kind_(kind), value_(value), text_(std::move(text)) {}
  Kind kind_;
  double value_;
  std::string text_;
};

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_RULE_H_
