// One inference of one scenario as a chain of activities.
//
// With one inference in flight and host control, everything an inference does
// is totally ordered: input transfer, the actors of stage 1, synchronisation,
// result transfer, check, trunk transfer, stage 2, and so on to the exit taken
// (docs/semantics.md, "The chain").
#ifndef DYNARCH_SIM_MAPPING_SCHEDULE_H_
#define DYNARCH_SIM_MAPPING_SCHEDULE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/base/units.h"
#include "sim/graph/network.h"
#include "sim/platform/platform.h"

namespace dynarch::mapping {

// Which exit is taken, and which earlier exits exist at all. Bit s of
// `skipped_heads` is set if exit s is `never`.
struct Scenario {
  int exit = 0;
  uint32_t skipped_heads = 0;
  bool checked = true;  // False if exit `exit` is `always` or the last one.
  bool operator==(const Scenario&) const = default;
};

// Element of each stage.
using StageElements = std::vector<int>;

enum class ActivityKind : uint8_t {
  kFiring,       // An actor on an element.
  kStage,        // A measured stage (table platforms).
  kTransfer,     // A tensor over a link.
  kSynchronize,  // The host learns that an element has finished.
  kCheck,        // The host compares a signal with its threshold.
};

// What happens, not yet how long it takes.
struct Activity {
  ActivityKind kind = ActivityKind::kFiring;
  int stage = 0;
  int actor = -1;    // kFiring only.
  int element = 0;   // Where it runs: host for checks and synchronisation.
  int link = -1;     // kTransfer only.
  int64_t elements = 0;  // kTransfer: tensor elements moved; kCheck: classes.
};

// The chain of one scenario.
struct Chain {
  std::vector<Activity> activities;
};

// FailedPrecondition with a reason code (see measurement/reason.h) if two
// elements that must exchange data share neither memory nor link.
absl::StatusOr<Chain> BuildChain(const graph::Network& network,
                                 const platform::Platform& platform,
                                 const StageElements& stages,
                                 const Scenario& scenario);

// Power domains that an activity needs awake, as a bit set over the platform's
// domains: those of its element and its memory (of both ends of a transfer),
// and the host's, for the host launches and waits.
uint64_t DomainsNeeded(const Activity& activity,
                       const platform::Platform& platform);

}  // namespace dynarch::mapping

#endif  // DYNARCH_SIM_MAPPING_SCHEDULE_H_
