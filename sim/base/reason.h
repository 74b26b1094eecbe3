// Reasons why a candidate cannot be built or run (docs/semantics.md, 12).
//
// What only one candidate causes is INFEASIBLE: a FailedPrecondition whose
// message is "CODE: sentence". The code is stable and goes into results, the
// sentence is for people.
//
//   return Infeasible(reason::kNoLink, "gpu and npu share neither ...");
//   if (auto r = ReasonOf(status)) { ... r->code, r->sentence ... }
#ifndef DYNARCH_SIM_BASE_REASON_H_
#define DYNARCH_SIM_BASE_REASON_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace dynarch {
namespace reason {

// Two elements must exchange data and share neither a link nor a memory.
inline constexpr absl::string_view kNoLink = "no_link";
// An element lacks the network's data type.
inline constexpr absl::string_view kUnsupportedDataType =
    "unsupported_data_type";
// An element cannot run an operator.
inline constexpr absl::string_view kUnsupportedOperator =
    "unsupported_operator";
// Weights and activations do not fit a memory.
inline constexpr absl::string_view kMemoryCapacity = "memory_capacity";
// The platform has no element of this name.
inline constexpr absl::string_view kNoElement = "no_element";
// The platform has no operating point of this name.
inline constexpr absl::string_view kNoOperatingPoint = "no_operating_point";
// A table platform has no measurement of this stage.
inline constexpr absl::string_view kNoTableEntry = "no_table_entry";
// The source of the scenarios has none for the candidate's data type and knobs.
inline constexpr absl::string_view kNoTrace = "no_trace";
// Measured stages are known for the nominal outcomes only.
inline constexpr absl::string_view kUnmeasuredOutcome = "unmeasured_outcome";

// One firing takes longer or costs more than an activity may (2.5 hours, 9 J).
inline constexpr absl::string_view kActivityLimit = "activity_limit";

// All codes, in the order above.
absl::Span<const absl::string_view> All();

}  // namespace reason

struct Reason {
  absl::string_view code;  // One of reason::All(); lives for ever.
  std::string sentence;
};

// FailedPrecondition, "CODE: SENTENCE". `code` is one of reason::All().
absl::Status Infeasible(absl::string_view code, absl::string_view sentence);

// The reason of a status made by Infeasible; empty for any other status.
std::optional<Reason> ReasonOf(const absl::Status& status);

}  // namespace dynarch

#endif  // DYNARCH_SIM_BASE_REASON_H_
