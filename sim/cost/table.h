// Measured stages: no model, only what was measured.
#ifndef DYNARCH_SIM_COST_TABLE_H_
#define DYNARCH_SIM_COST_TABLE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/cost/registry.h"
#include "sim/graph/data_type.h"
#include "sim/platform/platform.h"

namespace dynarch::cost {

// One stage of a network on a table element: its entry's time and energy, exit
// head and decision included, whatever the operating point. Energy is absent
// where it was not measured. Infeasible (no_table_entry) if the stage, or the
// element, was not measured; the message says what was.
absl::StatusOr<Cost> StageCost(const platform::ProcessingElement& element,
                               absl::string_view network,
                               absl::string_view stage, graph::DataType dtype);

// A table element runs whole stages, so every firing is Infeasible
// (unsupported_operator).
class TableModel : public CostModel {
 public:
  absl::StatusOr<Cost> Firing(const FiringContext& context) const override;
};

absl::Status RegisterTable(CostModelRegistry& registry);

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_TABLE_H_
