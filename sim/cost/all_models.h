// Every cost model compiled in.
#ifndef DYNARCH_SIM_COST_ALL_MODELS_H_
#define DYNARCH_SIM_COST_ALL_MODELS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/cost/cost_model.h"
#include "sim/cost/registry.h"
#include "sim/platform/platform.h"

namespace dynarch::cost {

// One line per model. AlreadyExists if one of them is registered.
absl::Status RegisterAllModels(CostModelRegistry& registry);

// The model of an element: named as its kind (`systolic`, `table`, ...); a cpu,
// mcu or gpu without a runtime has the `roofline`.
absl::string_view ModelNameFor(const platform::ProcessingElement& element);

// One firing by the model of its element. Errors as CostModel::Firing.
absl::StatusOr<Cost> FiringCost(const FiringContext& context);

// All models and LinkModelVersion, sorted by name.
std::vector<ModelVersion> AllModelVersions();

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_ALL_MODELS_H_
