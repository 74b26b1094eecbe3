// One inference of one scenario as a chain of activities.
//
// One inference is in flight and the host controls it, so everything that an
// inference does is totally ordered: each activity starts when the one before
// has ended (docs/semantics.md, "The chain"). For stage 1, 2, ... up to the
// exit taken, on the stage's element:
//
//   1. Transfers. What the stage's actors read and its element does not have
//      yet comes over the link between the two elements: network inputs from
//      the host, where they arrive, outputs of earlier stages from where they
//      were produced; each once per element, in the order in which the actors
//      first read them. Elements that share a memory and have no link exchange
//      for nothing. A reshape moves nothing: what it gives is its input.
//   2. Firings of the stage's actors in static order (Network::order). Actors
//      that only `never` exits need are left out; a reshape is no activity.
//   3. Decision, if the exit is not `never` and is either checked or taken. If
//      its probabilities are not on the host: synchronisation (the host learns
//      that the element has finished), then their transfer to the host, always
//      in fp32. Then the check, unless the exit is the last or `always`.
//
// A stage on a `table` element is one measured activity instead of 2 and 3:
// its entry holds the exit's head and decision, `never` or not.
//
// The inference is complete at the end of the last activity.
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
// `skipped_heads` is set if exit s is `never`; the last exit's bit says
// nothing, for that exit is always there.
struct Scenario {
  int exit = 0;
  uint32_t skipped_heads = 0;
  bool checked = true;  // False if exit `exit` is `always`; of the last exit
                        // it says nothing: that one is never checked.
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
  int actor = -1;  // kFiring only.
  // Where it runs: the host for checks and synchronisation; of a transfer,
  // where it goes to.
  int element = 0;
  // kTransfer: where it comes from; kSynchronize: who has finished, whose kind
  // states the cost. Else `element`.
  int from_element = 0;
  int link = -1;         // kTransfer only.
  int64_t elements = 0;  // kTransfer: tensor elements moved; kCheck: classes.
  graph::Endpoint tensor{};    // kTransfer: what moves.
  bool probabilities = false;  // kTransfer: to the host, 4 bytes an element.
  bool operator==(const Activity&) const = default;
};

// The chain of one scenario.
struct Chain {
  std::vector<Activity> activities;
};

// Infeasible (base/reason.h): no_link, naming both elements and the tensor, if
// two elements that must exchange data share neither memory nor link.
// InvalidArgument if `stages` has not one element per stage, or the exit taken
// does not exist.
absl::StatusOr<Chain> BuildChain(const graph::Network& network,
                                 const platform::Platform& platform,
                                 const StageElements& stages,
                                 const Scenario& scenario);

// Power domains that an activity needs awake, as a bit set over the platform's
// domains: those of its element and its memory, of both ends of a transfer or
// a synchronisation, and the host's, for the host launches and waits.
uint64_t DomainsNeeded(const Activity& activity,
                       const platform::Platform& platform);

}  // namespace dynarch::mapping

#endif  // DYNARCH_SIM_MAPPING_SCHEDULE_H_
