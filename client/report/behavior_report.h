// What `dynarch behavior` prints.
#ifndef DYNARCH_CLIENT_REPORT_BEHAVIOR_REPORT_H_
#define DYNARCH_CLIENT_REPORT_BEHAVIOR_REPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/report/json.h"
#include "sim/behavior/population.h"
#include "sim/behavior/statistics.h"
#include "sim/graph/network.h"

namespace dynarch::report {

// A population summarised, with what was asked.
struct BehaviorReport {
  std::string network;
  std::string source;  // `trace`, `distribution`, ...
  behavior::Request request;
  behavior::Statistics statistics;
};

// Every member of --json: docs/behavior.md.
absl::StatusOr<Json> BehaviorJson(const BehaviorReport& report);
absl::StatusOr<std::string> BehaviorText(const BehaviorReport& report);

}  // namespace dynarch::report

#endif  // DYNARCH_CLIENT_REPORT_BEHAVIOR_REPORT_H_
