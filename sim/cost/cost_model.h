// Time and energy of one activity on one element at one operating point.
//
//   firing of an actor     FiringCost (all_models.h), by the element's model
//   measured stage         StageCost (table.h)
//   transfer over a link   TransferCost (transfer.h)
//   synchronisation        SynchronizeCost (transfer.h)
//   check of a signal      CheckCost (transfer.h)
//
// Formulae, assumptions and sources: docs/cost_models.md. All arithmetic is in
// integers; a time is rounded up once to a picosecond, an energy to a
// femtojoule.
#ifndef DYNARCH_SIM_COST_COST_MODEL_H_
#define DYNARCH_SIM_COST_COST_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "sim/base/units.h"
#include "sim/graph/data_type.h"
#include "sim/graph/network.h"
#include "sim/platform/platform.h"

namespace dynarch::cost {

// What bounds an activity's time.
enum class Bound : uint8_t { kCompute, kMemory, kOverhead, kLink, kMeasured };
// `compute`, `memory`, `overhead`, `link`, `measured`.
absl::string_view NameOf(Bound bound);

// Cost of one activity. Both figures are rounded up once, here; every path
// uses these integers.
struct Cost {
  Picoseconds time{};
  std::optional<Femtojoules> energy{};  // Dynamic. Absent: not known.
  Bytes bytes{};                        // Moved to and from the memory or link.
  Bound bound = Bound::kCompute;
  bool operator==(const Cost&) const = default;
};

// Everything a firing's cost depends on. Borrows; the indices exist.
struct FiringContext {
  const graph::OperatorWork& work;
  graph::DataType dtype;
  const platform::Platform& platform;
  int element;
  int operating_point;
};

// One way of costing firings. Stateless; one file each.
class CostModel {
 public:
  virtual ~CostModel() = default;
  // `context.element` is of a kind the model is for (ModelNameFor). Infeasible
  // (base/reason.h) if the element cannot run the actor: unsupported_data_type,
  // unsupported_operator; activity_limit if a figure passes kMaxActivity.
  virtual absl::StatusOr<Cost> Firing(const FiringContext& context) const = 0;
};

// Largest time (ps) or energy (fJ) of one activity: 2.5 hours, 9 J. So a
// thousand activities add up within int64.
inline constexpr int64_t kMaxActivity = int64_t{1} << 53;

// Stored with every result; a change of any figure is a new version.
struct ModelVersion {
  std::string name;
  int version = 1;
  std::string ToString() const;  // `roofline@1`
  bool operator==(const ModelVersion&) const = default;
};

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_COST_MODEL_H_
