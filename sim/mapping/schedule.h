// One inference of one scenario as a chain of activities.
//
// One inference is in flight and the host controls it, so everything that an
// inference does is totally ordered: each activity starts when the one before
// has ended (docs/semantics.md, "The chain"). What the inner decisions say is
// the scenario graph's: actors that it leaves out are nowhere in the chain, and
// a tensor behind reshapes and merges is the one that they start from there.
// For stage 1, 2, ... up to the exit taken, on the stage's element:
//
//   1. Transfers. What the stage's actors read and its element does not have
//      yet comes over the link between the two elements: network inputs from
//      the host, where they arrive, outputs of earlier stages from where they
//      were produced; each once per element, in the order in which the actors
//      first read them. Elements that share a memory and have no link exchange
//      for nothing. A reshape moves nothing: what it gives is its input. What
//      only actors after a decision of this stage read comes after its check.
//   2. Firings of the stage's actors in static order (Network::order). Actors
//      that only `never` exits need are left out; a reshape is no activity. A
//      loop fires round by round, all of its actors in each.
//   3. Inner decisions that are the host's: right after the actor that a
//      decision reads, in every round. If its tensor is not on the host:
//      synchronisation, then the transfer of the tensor as it is. Then the
//      check. Decisions that read one tensor share synchronisation and
//      transfer.
//   4. Exit, if it is not `never` and is either checked or taken. If its
//      probabilities are not on the host: synchronisation (the host learns
//      that the element has finished), then their transfer to the host, always
//      in fp32. Then the check, unless the exit is the last or `always`. An
//      output is delivered in the data type and never checked.
//
// A stage on a `table` element is one measured activity instead of 2 to 4: its
// entry holds the exit's head and decision, `never` or not, and the inner
// decisions as they are in the nominal scenario.
//
// The inference is complete at the end of the last activity.
#ifndef DYNARCH_SIM_MAPPING_SCHEDULE_H_
#define DYNARCH_SIM_MAPPING_SCHEDULE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/graph/network.h"
#include "sim/graph/scenario_graph.h"
#include "sim/platform/platform.h"

namespace dynarch::mapping {

// Which exit is taken, and which earlier exits exist at all. Bit s of
// `skipped_heads` is set if exit s is `never`; the last exit's bit says
// nothing, for that exit is always there.
struct Scenario {
  int exit = 0;
  uint64_t skipped_heads = 0;
  bool checked = true;  // False if exit `exit` is `always`; of the last exit
                        // it says nothing: that one is never checked.
  // The exit that says which of the later ones is taken: from there on only
  // what `exit` needs is computed, and nothing is checked.
  std::optional<int> predictor = {};
  bool operator==(const Scenario&) const = default;
};

// Who says what the outcome of an inner decision with `from` is.
enum class Deciding : uint8_t {
  kHost,   // The host, which reads the tensor.
  kCount,  // How many is settled before the inference, which ones are not: what
           // leads to the decision is computed, and the host does not look.
  kBefore,  // Settled before the inference: what only leads to the decision is
            // not computed.
};

// Element of each stage.
using StageElements = std::vector<int>;

enum class ActivityKind : uint8_t {
  kFiring,       // An actor on an element.
  kStage,        // A measured stage (table platforms).
  kTransfer,     // A tensor over a link.
  kSynchronize,  // The host learns that an element has finished.
  kCheck,        // The host decides: an exit, or an inner decision.
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
  int link = -1;             // kTransfer only.
  int64_t elements = 0;      // kTransfer: tensor elements moved; kCheck: read.
  graph::Endpoint tensor{};  // kTransfer: what moves.
  bool result = false;       // kTransfer: what an exit delivers.
  int decision = -1;         // kCheck: inner decision; none: the stage's exit.
  bool operator==(const Activity&) const = default;
};

// The chain of one scenario.
struct Chain {
  std::vector<Activity> activities;
};

// Builds chains of one network on one platform under one mapping. Keeps memory
// from call to call.
class ChainBuilder {
 public:
  // All must outlive this; `stages` has one existing element per stage;
  // `deciding` is by inner decision, empty for kHost throughout.
  ChainBuilder(const graph::Network& network,
               const platform::Platform& platform, const StageElements& stages,
               absl::Span<const Deciding> deciding = {});

  // Infeasible (base/reason.h): no_link, naming both elements and the tensor,
  // if two elements that must exchange data share neither memory nor link;
  // unmeasured_outcome if a measured stage meets outcomes that are not nominal.
  // InvalidArgument if the exit taken does not exist.
  //
  // `graph` is of the builder's network. Fills `chain`.
  absl::Status Build(const graph::ScenarioGraph& graph,
                     const Scenario& scenario, Chain& chain);

 private:
  class Writer;

  const graph::Network& network_;
  const platform::Platform& platform_;
  const StageElements& stages_;
  std::vector<std::vector<int>> actors_;   // By stage, in static order.
  std::vector<std::vector<int>> read_by_;  // Decisions of the host, by actor.
  std::vector<uint64_t> exits_needing_;    // Bit s for exit s, by actor.
  std::vector<int> homes_;                 // Element, by actor.
  // By tensor and element: the call that brought the one to the other.
  std::vector<int64_t> brought_;
  int64_t call_ = 0;
  graph::Outcomes nominal_;  // Of measured stages; empty if there is none.
};

// One chain. Errors as ChainBuilder::Build; InvalidArgument if `stages` has not
// one element per stage.
absl::StatusOr<Chain> BuildChain(const graph::Network& network,
                                 const graph::ScenarioGraph& graph,
                                 const platform::Platform& platform,
                                 const StageElements& stages,
                                 const Scenario& scenario,
                                 absl::Span<const Deciding> deciding = {});

// Power domains that an activity needs awake, as a bit set over the platform's
// domains: those of its element and its memory, of both ends of a transfer or
// a synchronisation, and the host's, for the host launches and waits.
uint64_t DomainsNeeded(const Activity& activity,
                       const platform::Platform& platform);

}  // namespace dynarch::mapping

#endif  // DYNARCH_SIM_MAPPING_SCHEDULE_H_
