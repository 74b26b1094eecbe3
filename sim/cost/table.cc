#include "sim/cost/table.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/reason.h"

namespace dynarch::cost {

absl::StatusOr<Cost> StageCost(const platform::ProcessingElement& element,
                               absl::string_view network,
                               absl::string_view stage, graph::DataType dtype) {
  std::vector<std::string> measured;
  if (const auto* table = std::get_if<platform::Table>(&element.kind)) {
    for (const platform::TableEntry& entry : table->entries) {
      if (entry.network == network && entry.stage == stage &&
          entry.dtype == static_cast<int>(dtype)) {
        return Cost{.time = entry.time,
                    .energy = entry.energy,
                    .bytes = Bytes(0),
                    .bound = Bound::kMeasured};
      }
      measured.push_back(
          absl::StrCat(entry.network, "/", entry.stage, "/",
                       NameOf(static_cast<graph::DataType>(entry.dtype))));
    }
  }
  return Infeasible(
      reason::kNoTableEntry,
      absl::StrCat("element '", element.name, "' has no measurement of ",
                   network, "/", stage, "/", NameOf(dtype), "; measured: ",
                   measured.empty() ? "nothing" : NameList(measured)));
}

absl::StatusOr<Cost> TableModel::Firing(const FiringContext& context) const {
  return Infeasible(
      reason::kUnsupportedOperator,
      absl::StrCat("element '",
                   context.platform.elements()[context.element].name,
                   "' holds measured stages and runs no single operator"));
}

absl::Status RegisterTable(CostModelRegistry& registry) {
  return registry.Register({.name = "table", .version = 1},
                           [] { return std::make_unique<TableModel>(); });
}

}  // namespace dynarch::cost
