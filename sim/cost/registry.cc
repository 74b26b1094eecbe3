#include "sim/cost/registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dynarch::cost {

absl::Status CostModelRegistry::Register(ModelVersion version,
                                         const Factory& factory) {
  if (version.name.empty() || version.version < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("cost model '", version.ToString(),
                     "': needs a name and a version of 1 or more"));
  }
  if (Find(version.name) != nullptr) {
    return absl::AlreadyExistsError(
        absl::StrCat("cost model '", version.name, "' is registered already"));
  }
  entries_.push_back({std::move(version), factory()});
  return absl::OkStatus();
}

const CostModel* CostModelRegistry::Find(absl::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.version.name == name) return entry.model.get();
  }
  return nullptr;
}

std::vector<ModelVersion> CostModelRegistry::Versions() const {
  std::vector<ModelVersion> versions;
  for (const Entry& entry : entries_) versions.push_back(entry.version);
  std::sort(versions.begin(), versions.end(),
            [](const ModelVersion& a, const ModelVersion& b) {
              return a.name < b.name;
            });
  return versions;
}

}  // namespace dynarch::cost
