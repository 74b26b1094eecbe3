// Time and energy of one activity on one element at one operating point.
#ifndef DYNARCH_SIM_COST_COST_MODEL_H_
#define DYNARCH_SIM_COST_COST_MODEL_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/units.h"
#include "sim/graph/data_type.h"
#include "sim/graph/network.h"
#include "sim/platform/platform.h"

namespace dynarch::cost {

// What bounds an activity's time.
enum class Bound : uint8_t { kCompute, kMemory, kOverhead, kLink, kMeasured };
absl::string_view NameOf(Bound bound);

// Cost of one activity. Both figures are rounded up once, here; every path
// uses these integers.
struct Cost {
  Picoseconds time;
  std::optional<Femtojoules> energy;  // Dynamic. Absent: not known.
  Bytes bytes;                        // Moved to and from the memory or link.
  Bound bound = Bound::kCompute;
};

// Everything a firing's cost depends on.
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
  // FailedPrecondition with a reason code (measurement/reason.h is not
  // included here: the code is the status message's first word) if the element
  // cannot run the actor, e.g. `unsupported_data_type`.
  virtual absl::StatusOr<Cost> Firing(const FiringContext& context) const = 0;
};

struct ModelVersion {
  std::string name;
  int version = 1;
  std::string ToString() const;  // `roofline@1`
};

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_COST_MODEL_H_
