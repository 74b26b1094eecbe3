#include "sim/measurement/measurement.h"

namespace dynarch::measurement {

absl::string_view NameOf(TrialState state) {
  switch (state) {
    case TrialState::kPending:
      return "pending";
    case TrialState::kLeased:
      return "leased";
    case TrialState::kSucceeded:
      return "succeeded";
    case TrialState::kInfeasible:
      return "infeasible";
    case TrialState::kFailed:
      return "failed";
    case TrialState::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace dynarch::measurement
