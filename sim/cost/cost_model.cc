#include "sim/cost/cost_model.h"

#include "absl/strings/str_cat.h"

namespace dynarch::cost {

absl::string_view NameOf(Bound bound) {
  switch (bound) {
    case Bound::kCompute:
      return "compute";
    case Bound::kMemory:
      return "memory";
    case Bound::kOverhead:
      return "overhead";
    case Bound::kLink:
      return "link";
    case Bound::kMeasured:
      return "measured";
  }
  return "";
}

std::string ModelVersion::ToString() const {
  return absl::StrCat(name, "@", version);
}

}  // namespace dynarch::cost
