#include "sim/platform/validate.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/platform/validate_runtime.h"

namespace dynarch::platform {
namespace {

template <typename... Parts>
absl::Status Error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// `low` <= `value` <= `high`.
absl::Status CheckRange(absl::string_view field, int64_t value, int64_t low,
                        int64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return Error(field, ": got ", value, "; allowed: ", low, " to ", high);
}

absl::Status CheckIndex(absl::string_view field, int index, size_t count,
                        absl::string_view what) {
  if (index >= 0 && static_cast<size_t>(index) < count) return absl::OkStatus();
  return Error(field, ": ", what, " number ", index, " does not exist; there ",
               count == 1 ? "is " : "are ", count);
}

// A non-empty list of things with different names.
template <typename T>
absl::Status CheckNames(absl::string_view field, const std::vector<T>& list) {
  if (list.empty()) return Error(field, ": at least one is needed");
  std::set<std::string> names;
  for (const T& item : list) {
    if (item.name.empty()) return Error(field, ": a name is empty");
    if (!names.insert(item.name).second) {
      return Error(field, ".", item.name, ": the name is used twice");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRate(absl::string_view field, const PerCycle& rate) {
  if (rate.numerator > 0 && rate.numerator <= kMaxRatePart &&
      rate.denominator > 0 && rate.denominator <= kMaxRatePart) {
    return absl::OkStatus();
  }
  return Error(field, ": got ", rate.numerator, "/", rate.denominator,
               "; must be > 0, with at most 12 digits before and after the "
               "point");
}

absl::Status CheckTime(absl::string_view field, Picoseconds time) {
  return CheckRange(field, time.value(), 0, kMaxTime.value());
}

absl::Status CheckEnergy(absl::string_view field, Attojoules energy) {
  return CheckRange(field, energy.value(), 0, kMaxUnitEnergy.value());
}

absl::Status CheckRates(const std::string& field,
                        const std::vector<ComputeRate>& rates,
                        bool has_ops_per_cycle) {
  if (rates.empty()) return Error(field, ": at least one type is needed");
  std::set<int> types;
  for (const ComputeRate& rate : rates) {
    if (!types.insert(rate.dtype).second) {
      return Error(field, ": a data type is given twice");
    }
    DYNARCH_RETURN_IF_ERROR(
        CheckEnergy(absl::StrCat(field, ".energy_per_op"), rate.energy_per_op));
    if (!has_ops_per_cycle) continue;
    DYNARCH_RETURN_IF_ERROR(
        CheckRate(absl::StrCat(field, ".ops_per_cycle"), rate.ops_per_cycle));
  }
  return absl::OkStatus();
}

absl::Status CheckRoofline(const std::string& field, const Roofline& roofline) {
  DYNARCH_RETURN_IF_ERROR(
      CheckRates(absl::StrCat(field, ".rates"), roofline.rates, true));
  for (const PerCycle& share : roofline.shares) {
    const std::string name = absl::StrCat(field, ".efficiencies");
    DYNARCH_RETURN_IF_ERROR(CheckRate(name, share));
    if (share.numerator > share.denominator) {
      return Error(name, ": got ", share.numerator, "/", share.denominator,
                   "; a share lies in (0, 1]");
    }
  }
  DYNARCH_RETURN_IF_ERROR(
      CheckTime(absl::StrCat(field, ".call_overhead"), roofline.call_overhead));
  return CheckTime(absl::StrCat(field, ".synchronize"), roofline.synchronize);
}

absl::Status CheckCaches(const std::string& field,
                         const std::vector<Cache>& caches) {
  Bytes smaller(0);
  for (const Cache& cache : caches) {
    const std::string name = absl::StrCat(field, ".caches.", cache.name);
    if (cache.capacity <= smaller) {
      return Error(name, ".capacity: got ", cache.capacity.value(),
                   " B; must be > 0 and larger than the level before it");
    }
    smaller = cache.capacity;
    DYNARCH_RETURN_IF_ERROR(CheckRate(absl::StrCat(name, ".bytes_per_cycle"),
                                      cache.bytes_per_cycle));
    DYNARCH_RETURN_IF_ERROR(CheckEnergy(absl::StrCat(name, ".energy_per_byte"),
                                        cache.energy_per_byte));
  }
  return absl::OkStatus();
}

absl::Status CheckKind(const std::string& field, const Cpu& cpu) {
  DYNARCH_RETURN_IF_ERROR(
      CheckRange(absl::StrCat(field, ".cores"), cpu.cores, 1, kMaxUnits));
  DYNARCH_RETURN_IF_ERROR(CheckCaches(field, cpu.caches));
  const PerCycle& serial = cpu.serial_share;
  if (serial.numerator < 0 || serial.denominator < 1 ||
      serial.denominator > kMaxRatePart ||
      serial.numerator >= serial.denominator) {
    return Error(field, ".serial_share: got ", serial.numerator, "/",
                 serial.denominator, "; must lie in [0, 1)");
  }
  return CheckRoofline(field, cpu.roofline);
}
absl::Status CheckKind(const std::string& field, const Mcu& mcu) {
  DYNARCH_RETURN_IF_ERROR(
      CheckRange(absl::StrCat(field, ".cores"), mcu.cores, 1, kMaxUnits));
  return CheckRoofline(field, mcu.roofline);
}
absl::Status CheckKind(const std::string& field, const Gpu& gpu) {
  DYNARCH_RETURN_IF_ERROR(CheckRange(absl::StrCat(field, ".multiprocessors"),
                                     gpu.multiprocessors, 1, kMaxUnits));
  DYNARCH_RETURN_IF_ERROR(
      CheckRange(absl::StrCat(field, ".blocks_per_multiprocessor"),
                 gpu.blocks_per_multiprocessor, 1, 64));
  DYNARCH_RETURN_IF_ERROR(CheckRange(absl::StrCat(field, ".l2"), gpu.l2.value(),
                                     0, int64_t{1} << 40));
  return CheckRoofline(field, gpu.roofline);
}
absl::Status CheckKind(const std::string& field, const Systolic& array) {
  DYNARCH_RETURN_IF_ERROR(
      CheckRange(absl::StrCat(field, ".rows"), array.rows, 1, kMaxUnits));
  DYNARCH_RETURN_IF_ERROR(
      CheckRange(absl::StrCat(field, ".columns"), array.columns, 1, kMaxUnits));
  DYNARCH_RETURN_IF_ERROR(
      CheckRates(absl::StrCat(field, ".types"), array.types, false));
  DYNARCH_RETURN_IF_ERROR(
      CheckRate(absl::StrCat(field, ".vector_ops_per_cycle"),
                array.vector_ops_per_cycle));
  DYNARCH_RETURN_IF_ERROR(
      CheckTime(absl::StrCat(field, ".call_overhead"), array.call_overhead));
  return CheckTime(absl::StrCat(field, ".synchronize"), array.synchronize);
}
absl::Status CheckKind(const std::string& field, const Table& table) {
  std::set<std::tuple<std::string, std::string, int>> keys;
  for (const TableEntry& entry : table.entries) {
    const std::string name =
        absl::StrCat(field, ".entries: ", entry.network, "/", entry.stage);
    DYNARCH_RETURN_IF_ERROR(CheckTime(absl::StrCat(name, ".time"), entry.time));
    if (entry.energy.has_value() && entry.energy->value() < 0) {
      return Error(name, ".energy: got ", entry.energy->value(),
                   " fJ; must be >= 0, or absent if not measured");
    }
    if (!keys.emplace(entry.network, entry.stage, entry.dtype).second) {
      return Error(name, ": is given twice for one data type");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckElements(const PlatformParts& parts) {
  DYNARCH_RETURN_IF_ERROR(CheckNames("elements", parts.elements));
  for (const ProcessingElement& element : parts.elements) {
    const std::string field = absl::StrCat("elements.", element.name);
    DYNARCH_RETURN_IF_ERROR(CheckIndex(absl::StrCat(field, ".domain"),
                                       element.domain, parts.domains.size(),
                                       "domain"));
    DYNARCH_RETURN_IF_ERROR(CheckIndex(absl::StrCat(field, ".memory"),
                                       element.memory, parts.memories.size(),
                                       "memory"));
    DYNARCH_RETURN_IF_ERROR(CheckIndex(absl::StrCat(field, ".weight_memory"),
                                       element.memory_of_weights(),
                                       parts.memories.size(), "memory"));
    DYNARCH_RETURN_IF_ERROR(CheckRuntime(field, element));
    if (element.area.value() < 0) {
      return Error(field, ".area: got ", element.area.value(),
                   " um^2; must be >= 0");
    }
    DYNARCH_RETURN_IF_ERROR(std::visit(
        [&](const auto& kind) {
          return CheckKind(absl::StrCat(field, ".", NameOf(element.kind)),
                           kind);
        },
        element.kind));
  }
  return CheckIndex("host", parts.host, parts.elements.size(), "element");
}

absl::Status CheckWaitStates(const std::string& field, const Memory& memory) {
  Hertz above(0);
  for (const WaitState& state : memory.wait_states) {
    if (state.above <= above || state.above > kMaxFrequency) {
      return Error(field, ".wait_states: got ", state.above.value(),
                   " Hz; clocks must be > 0 and ascend");
    }
    above = state.above;
    DYNARCH_RETURN_IF_ERROR(CheckRange(
        absl::StrCat(field, ".wait_states.cycles"), state.cycles, 0, 100));
  }
  return absl::OkStatus();
}

absl::Status CheckMemories(const PlatformParts& parts) {
  DYNARCH_RETURN_IF_ERROR(CheckNames("memories", parts.memories));
  for (const Memory& memory : parts.memories) {
    const std::string field = absl::StrCat("memories.", memory.name);
    if (memory.capacity.value() <= 0) {
      return Error(field, ".capacity: got ", memory.capacity.value(),
                   " B; must be > 0");
    }
    DYNARCH_RETURN_IF_ERROR(CheckIndex(absl::StrCat(field, ".domain"),
                                       memory.domain, parts.domains.size(),
                                       "domain"));
    DYNARCH_RETURN_IF_ERROR(CheckRate(absl::StrCat(field, ".bytes_per_cycle"),
                                      memory.bytes_per_cycle));
    DYNARCH_RETURN_IF_ERROR(CheckWaitStates(field, memory));
    DYNARCH_RETURN_IF_ERROR(CheckEnergy(absl::StrCat(field, ".energy_per_byte"),
                                        memory.energy_per_byte));
  }
  return absl::OkStatus();
}

absl::Status CheckLinks(const PlatformParts& parts) {
  if (parts.links.empty()) return absl::OkStatus();
  DYNARCH_RETURN_IF_ERROR(CheckNames("links", parts.links));
  std::set<std::pair<int, int>> pairs;
  for (const Link& link : parts.links) {
    const std::string field = absl::StrCat("links.", link.name);
    for (const int end : {link.first, link.second}) {
      DYNARCH_RETURN_IF_ERROR(CheckIndex(absl::StrCat(field, ".between"), end,
                                         parts.elements.size(), "element"));
    }
    if (link.first == link.second) {
      return Error(field, ".between: both ends are '",
                   parts.elements[link.first].name,
                   "'; a link joins two elements");
    }
    if (!pairs.insert(std::minmax(link.first, link.second)).second) {
      return Error(field, ".between: '", parts.elements[link.first].name,
                   "' and '", parts.elements[link.second].name,
                   "' have a link already; two elements have one at most");
    }
    DYNARCH_RETURN_IF_ERROR(
        CheckTime(absl::StrCat(field, ".latency"), link.latency));
    if (link.bandwidth.has_value() && link.bandwidth->value() <= 0) {
      return Error(field, ".bandwidth: got ", link.bandwidth->value(),
                   " B/s; must be > 0, or absent if only the latency is paid");
    }
    DYNARCH_RETURN_IF_ERROR(CheckEnergy(absl::StrCat(field, ".energy_per_byte"),
                                        link.energy_per_byte));
  }
  return absl::OkStatus();
}

absl::Status CheckState(const std::string& field, const PowerState& state) {
  for (const Nanowatts power : {state.leakage, state.clock}) {
    DYNARCH_RETURN_IF_ERROR(CheckRange(absl::StrCat(field, " power in nW"),
                                       power.value(), 0, kMaxPower.value()));
  }
  DYNARCH_RETURN_IF_ERROR(
      CheckTime(absl::StrCat(field, ".entry"), state.entry));
  DYNARCH_RETURN_IF_ERROR(CheckTime(absl::StrCat(field, ".exit"), state.exit));
  if (state.entry_energy.value() < 0 || state.exit_energy.value() < 0) {
    return Error(field, ": entry_energy and exit_energy must be >= 0");
  }
  if (state.kind == PowerStateKind::kActive &&
      (state.entry.value() != 0 || state.exit.value() != 0 ||
       state.entry_energy.value() != 0 || state.exit_energy.value() != 0)) {
    return Error(field,
                 ": active is not entered or left; its entry and exit "
                 "must be absent");
  }
  return absl::OkStatus();
}

absl::Status CheckDomains(const PlatformParts& parts) {
  DYNARCH_RETURN_IF_ERROR(CheckNames("domains", parts.domains));
  DYNARCH_RETURN_IF_ERROR(CheckRange("number of domains",
                                     static_cast<int64_t>(parts.domains.size()),
                                     1, kMaxDomains));
  for (const PowerDomain& domain : parts.domains) {
    const std::string field = absl::StrCat("domains.", domain.name);
    DYNARCH_RETURN_IF_ERROR(
        CheckRange(absl::StrCat(field, ".reference_voltage in uV"),
                   domain.reference_voltage.value(), 1, kMaxVoltage.value()));
    DYNARCH_RETURN_IF_ERROR(CheckRange(
        absl::StrCat(field, ".reference_frequency in Hz"),
        domain.reference_frequency.value(), 1, kMaxFrequency.value()));
    if (domain.states.empty() ||
        domain.states[0].kind != PowerStateKind::kActive) {
      return Error(field, ".states: 'active' must be the first of them");
    }
    for (size_t i = 0; i < domain.states.size(); ++i) {
      const PowerState& state = domain.states[i];
      const std::string name =
          absl::StrCat(field, ".states.", NameOf(state.kind));
      if (i > 0 && state.kind <= domain.states[i - 1].kind) {
        return Error(name,
                     ": states go from shallow to deep, each once: "
                     "active, clock_gated, power_gated");
      }
      DYNARCH_RETURN_IF_ERROR(CheckState(name, state));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOperatingPoints(const PlatformParts& parts) {
  DYNARCH_RETURN_IF_ERROR(
      CheckNames("operating_points", parts.operating_points));
  for (const OperatingPoint& point : parts.operating_points) {
    const std::string field = absl::StrCat("operating_points.", point.name);
    if (point.domains.size() != parts.domains.size()) {
      return Error(field, ": sets ", point.domains.size(), " of ",
                   parts.domains.size(),
                   " domains; every domain needs a frequency and a voltage");
    }
    for (size_t i = 0; i < point.domains.size(); ++i) {
      const std::string name = absl::StrCat(field, ".", parts.domains[i].name);
      DYNARCH_RETURN_IF_ERROR(CheckRange(absl::StrCat(name, ".frequency in Hz"),
                                         point.domains[i].frequency.value(), 1,
                                         kMaxFrequency.value()));
      DYNARCH_RETURN_IF_ERROR(CheckRange(absl::StrCat(name, ".voltage in uV"),
                                         point.domains[i].voltage.value(), 1,
                                         kMaxVoltage.value()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Validate(const PlatformParts& parts) {
  if (parts.name.empty()) return Error("name: must not be empty");
  DYNARCH_RETURN_IF_ERROR(CheckDomains(parts));
  DYNARCH_RETURN_IF_ERROR(CheckMemories(parts));
  DYNARCH_RETURN_IF_ERROR(CheckElements(parts));
  DYNARCH_RETURN_IF_ERROR(CheckLinks(parts));
  DYNARCH_RETURN_IF_ERROR(CheckOperatingPoints(parts));
  return CheckRange("overhead_power in nW", parts.overhead_power.value(), 0,
                    kMaxPower.value());
}

}  // namespace dynarch::platform
