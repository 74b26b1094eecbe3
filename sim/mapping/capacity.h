// Whether a mapped network fits the memories of its platform.
#ifndef DYNARCH_SIM_MAPPING_CAPACITY_H_
#define DYNARCH_SIM_MAPPING_CAPACITY_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/base/units.h"
#include "sim/graph/data_type.h"
#include "sim/graph/network.h"
#include "sim/graph/scenario_graph.h"
#include "sim/mapping/schedule.h"
#include "sim/platform/platform.h"

namespace dynarch::mapping {

// What one memory must hold.
struct MemoryNeed {
  Bytes weights;      // Of all actors on elements of the memory; resident.
  Bytes activations;  // The most that is live at once.
  Bytes total() const { return weights + activations; }
  bool operator==(const MemoryNeed&) const = default;
};

// By memory, for an inference of one scenario of the inner decisions that goes
// through every stage and fires every head, so that any threshold fits too.
// Weights are those of every actor, whatever fires: inactive experts and
// branches are there.
//
// A tensor lives where it is produced (network inputs: in the host's memory,
// from the beginning) from the firing that produces it to the last one that
// reads it, wherever that is; its copy in another memory from the beginning of
// the stage that brings it there to the last firing that reads it there. The
// tensor behind an exit lives to the end of its stage at least; the host's copy
// of what an inner decision reads lives as long as the firing. A reshape's or
// merge's tensor is its input. Inputs and output of a firing live together;
// what a loop reads lives to its end. A tensor that a later inference reads
// lives throughout.
//
// A stage on a `table` element was measured with all it needs: it counts
// nothing.
//
// InvalidArgument if `stages` has not one element per stage.
absl::StatusOr<std::vector<MemoryNeed>> MemoryNeeds(
    const graph::Network& network, const graph::ScenarioGraph& graph,
    const platform::Platform& platform, const StageElements& stages,
    graph::DataType dtype);

// Infeasible (memory_capacity), saying where and by how much, if a memory is
// smaller than its need.
absl::Status CheckCapacity(const graph::Network& network,
                           const graph::ScenarioGraph& graph,
                           const platform::Platform& platform,
                           const StageElements& stages, graph::DataType dtype);

}  // namespace dynarch::mapping

#endif  // DYNARCH_SIM_MAPPING_CAPACITY_H_
