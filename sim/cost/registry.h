// Cost models by name. Registration is a call, never a static constructor.
#ifndef DYNARCH_SIM_COST_REGISTRY_H_
#define DYNARCH_SIM_COST_REGISTRY_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sim/cost/cost_model.h"

namespace dynarch::cost {

class CostModelRegistry {
 public:
  using Factory = std::function<std::unique_ptr<CostModel>()>;

  // Makes one model and keeps it. AlreadyExists if the name is taken,
  // InvalidArgument if it is empty or the version is below 1.
  absl::Status Register(ModelVersion version, const Factory& factory);

  // Null if there is none. Lives as long as the registry.
  const CostModel* Find(absl::string_view name) const;
  // Sorted by name.
  std::vector<ModelVersion> Versions() const;

 private:
  struct Entry {
    ModelVersion version;
    std::unique_ptr<CostModel> model;
  };
  std::vector<Entry> entries_;
};

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_REGISTRY_H_
