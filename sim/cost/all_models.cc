#include "sim/cost/all_models.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/cost/cpu.h"
#include "sim/cost/gpu.h"
#include "sim/cost/mcu.h"
#include "sim/cost/roofline.h"
#include "sim/cost/systolic.h"
#include "sim/cost/table.h"
#include "sim/cost/transfer.h"

namespace dynarch::cost {
namespace {

// Made on first use, never destroyed; immutable from then on. A name that is
// taken twice shows as a model that is missing, which the tests find.
const CostModelRegistry& BuiltInModels() {
  static const CostModelRegistry* const registry = [] {
    auto* models = new CostModelRegistry;
    RegisterAllModels(*models).IgnoreError();
    return models;
  }();
  return *registry;
}

}  // namespace

absl::Status RegisterAllModels(CostModelRegistry& registry) {
  DYNARCH_RETURN_IF_ERROR(RegisterCpu(registry));
  DYNARCH_RETURN_IF_ERROR(RegisterGpu(registry));
  DYNARCH_RETURN_IF_ERROR(RegisterMcu(registry));
  DYNARCH_RETURN_IF_ERROR(RegisterRoofline(registry));
  DYNARCH_RETURN_IF_ERROR(RegisterSystolic(registry));
  return RegisterTable(registry);
}

absl::string_view ModelNameFor(const platform::ProcessingElement& element) {
  const bool has_rates = std::holds_alternative<platform::Cpu>(element.kind) ||
                         std::holds_alternative<platform::Mcu>(element.kind) ||
                         element.is_gpu();
  if (has_rates && !element.runtime.has_value()) return "roofline";
  return NameOf(element.kind);
}

absl::StatusOr<Cost> FiringCost(const FiringContext& context) {
  const absl::string_view name =
      ModelNameFor(context.platform.elements()[context.element]);
  const CostModel* model = BuiltInModels().Find(name);
  if (model == nullptr) {
    return absl::InternalError(
        absl::StrCat("cost model '", name, "' is not registered"));
  }
  return model->Firing(context);
}

std::vector<ModelVersion> AllModelVersions() {
  std::vector<ModelVersion> versions = BuiltInModels().Versions();
  versions.push_back(LinkModelVersion());
  std::sort(versions.begin(), versions.end(),
            [](const ModelVersion& a, const ModelVersion& b) {
              return a.name < b.name;
            });
  return versions;
}

}  // namespace dynarch::cost
