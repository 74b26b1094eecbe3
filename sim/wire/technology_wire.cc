#include "sim/wire/technology_wire.h"

#include <cstdint>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::wire {
namespace {

absl::Status Positive(absl::string_view path, int64_t value) {
  if (value > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": got ", value, " in base units; must be > 0"));
}

absl::Status NotNegative(absl::string_view path, int64_t value) {
  if (value >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": got ", value, " in base units; must be >= 0"));
}

// At least one entry, each name once.
template <typename List>
absl::Status CheckNames(absl::string_view path, const List& list) {
  if (list.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": at least one is needed"));
  }
  std::set<std::string> names;
  for (const auto& entry : list) {
    if (!names.insert(entry.name()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ".", entry.name(), ": the name is used twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMacs(const std::string& path, const v1::ProcessNode& node) {
  DYNARCH_RETURN_IF_ERROR(CheckNames(path, node.macs()));
  for (const v1::MacCost& mac : node.macs()) {
    const std::string below = absl::StrCat(path, ".", mac.name());
    DYNARCH_RETURN_IF_ERROR(
        Positive(absl::StrCat(below, ".energy"), mac.energy_aj_per_op()));
    DYNARCH_RETURN_IF_ERROR(
        NotNegative(absl::StrCat(below, ".area"), mac.area_um2()));
  }
  return absl::OkStatus();
}

absl::Status CheckStorage(const std::string& path,
                          const v1::ProcessNode& node) {
  DYNARCH_RETURN_IF_ERROR(CheckNames(path, node.storage()));
  int64_t smaller = 0;
  for (const v1::StorageCost& storage : node.storage()) {
    const std::string below = absl::StrCat(path, ".", storage.name());
    if (storage.capacity_bytes() <= smaller) {
      return absl::InvalidArgumentError(
          absl::StrCat(below, ".capacity: got ", storage.capacity_bytes(),
                       " B; must be > 0 and larger than the entry before it"));
    }
    smaller = storage.capacity_bytes();
    DYNARCH_RETURN_IF_ERROR(
        Positive(absl::StrCat(below, ".energy"), storage.energy_aj_per_byte()));
  }
  return absl::OkStatus();
}

absl::Status CheckNode(const v1::ProcessNode& node) {
  const std::string path = absl::StrCat("nodes.", node.name());
  const auto at = [&](absl::string_view field) {
    return absl::StrCat(path, ".", field);
  };
  DYNARCH_RETURN_IF_ERROR(Positive(at("feature_nm"), node.feature_nm()));
  DYNARCH_RETURN_IF_ERROR(Positive(at("voltage"), node.voltage_uv()));
  DYNARCH_RETURN_IF_ERROR(CheckMacs(at("macs"), node));
  DYNARCH_RETURN_IF_ERROR(CheckStorage(at("storage"), node));
  DYNARCH_RETURN_IF_ERROR(
      NotNegative(at("wire_energy"), node.wire_energy_aj_per_byte()));
  DYNARCH_RETURN_IF_ERROR(
      NotNegative(at("hop_energy"), node.hop_energy_aj_per_byte()));
  DYNARCH_RETURN_IF_ERROR(
      NotNegative(at("sram_leakage_power"), node.sram_leakage_power_nw()));
  DYNARCH_RETURN_IF_ERROR(NotNegative(at("sram_area"), node.sram_area_um2()));
  return NotNegative(at("logic_leakage_power"), node.logic_leakage_power_nw());
}

}  // namespace

absl::Status CheckTechnology(const v1::Technology& technology) {
  DYNARCH_RETURN_IF_ERROR(CheckNames("nodes", technology.nodes()));
  for (const v1::ProcessNode& node : technology.nodes()) {
    DYNARCH_RETURN_IF_ERROR(CheckNode(node));
  }
  DYNARCH_RETURN_IF_ERROR(CheckNames("dram", technology.dram()));
  for (const v1::DramClass& dram : technology.dram()) {
    DYNARCH_RETURN_IF_ERROR(Positive(absl::StrCat("dram.", dram.name()),
                                     dram.energy_aj_per_byte()));
  }
  return absl::OkStatus();
}

}  // namespace dynarch::wire
