#include "sim/base/reason.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace dynarch {
namespace {

constexpr absl::string_view kAll[] = {
    reason::kNoLink,
    reason::kUnsupportedDataType,
    reason::kUnsupportedOperator,
    reason::kMemoryCapacity,
    reason::kNoElement,
    reason::kNoOperatingPoint,
    reason::kNoTableEntry,
    reason::kNoTrace,
    reason::kUnmeasuredOutcome,
    reason::kActivityLimit,
};

}  // namespace

absl::Span<const absl::string_view> reason::All() { return kAll; }

absl::Status Infeasible(absl::string_view code, absl::string_view sentence) {
  return absl::FailedPreconditionError(absl::StrCat(code, ": ", sentence));
}

std::optional<Reason> ReasonOf(const absl::Status& status) {
  if (!absl::IsFailedPrecondition(status)) return std::nullopt;
  for (const absl::string_view code : kAll) {
    absl::string_view rest = status.message();
    if (absl::ConsumePrefix(&rest, code) && absl::ConsumePrefix(&rest, ": ")) {
      return Reason{code, std::string(rest)};
    }
  }
  return std::nullopt;
}

}  // namespace dynarch
