#include "sim/workload/workload.h"

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"

namespace dynarch::workload {

absl::Status Validate(const Workload& workload) {
  if (workload.period.value() <= 0) {
    return absl::InvalidArgumentError(absl::StrCat("arrivals.periodic: got ",
                                                   workload.period.value(),
                                                   " ps; must be > 0"));
  }
  if (workload.deadline.value() <= 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "deadline: got ", workload.deadline.value(), " ps; must be > 0"));
  }
  if (workload.inferences < 1 || workload.inferences > kMaxInferences) {
    return absl::InvalidArgumentError(
        absl::StrCat("inferences: got ", workload.inferences,
                     "; allowed: 1 to ", kMaxInferences));
  }
  const absl::int128 end =
      absl::int128(workload.period.value()) * workload.inferences +
      workload.deadline.value();
  if (end > kMaxSpan.value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "inferences: ", workload.inferences, " periods of ",
        workload.period.value(), " ps and the deadline pass the ",
        kMaxSpan.value(), " ps that a run may span; fewer inferences fit"));
  }
  return absl::OkStatus();
}

}  // namespace dynarch::workload
