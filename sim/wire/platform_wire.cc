#include "sim/wire/platform_wire.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/status_macros.h"
#include "sim/graph/data_type.h"
#include "sim/graph/operator.h"
#include "sim/wire/field_error.h"
#include "sim/wire/platform_fields.h"
#include "sim/wire/runtime_wire.h"

namespace dynarch::wire {
namespace {

using platform::PerCycle;

template <typename Messages>
absl::StatusOr<std::vector<platform::ComputeRate>> RatesFrom(
    const Messages& messages, const std::string& path) {
  std::vector<platform::ComputeRate> rates;
  for (const v1::ComputeRate& message : messages) {
    const std::string below = EnumPath(path, NameOfType(message.dtype()));
    platform::ComputeRate rate;
    DYNARCH_ASSIGN_OR_RETURN(
        rate.dtype, IndexOfEnum(message.dtype(), graph::kDataTypeCount, below));
    DYNARCH_ASSIGN_OR_RETURN(
        rate.ops_per_cycle,
        PerCycleFrom(message.ops_per_cycle(),
                     absl::StrCat(below, ".ops_per_cycle")));
    rate.energy_per_op = platform::Attojoules(message.energy_aj_per_op());
    rates.push_back(rate);
  }
  return rates;
}

template <typename Messages>
absl::StatusOr<std::vector<PerCycle>> SharesFrom(const Messages& messages,
                                                 const std::string& path) {
  std::vector<PerCycle> shares(graph::kOperatorClassCount, PerCycle{1, 1});
  std::vector<bool> given(graph::kOperatorClassCount);
  for (const v1::Efficiency& message : messages) {
    DYNARCH_ASSIGN_OR_RETURN(const int index,
                             IndexOfEnum(message.operator_class(),
                                         graph::kOperatorClassCount, path));
    const std::string below =
        EnumPath(path, NameOf(static_cast<graph::OperatorClass>(index)));
    if (given[index]) return FieldError(below, "is given twice");
    given[index] = true;
    DYNARCH_ASSIGN_OR_RETURN(shares[index],
                             PerCycleFrom(message.share(), below));
  }
  return shares;
}

// What Cpu, Mcu and Gpu share; the two times are put in by the caller.
template <typename Message>
absl::StatusOr<platform::Roofline> RooflineFrom(const Message& message,
                                                const std::string& path) {
  platform::Roofline roofline;
  DYNARCH_ASSIGN_OR_RETURN(
      roofline.rates, RatesFrom(message.rates(), absl::StrCat(path, ".rates")));
  DYNARCH_ASSIGN_OR_RETURN(
      roofline.shares,
      SharesFrom(message.efficiencies(), absl::StrCat(path, ".efficiencies")));
  return roofline;
}

absl::StatusOr<platform::Cache> CacheFrom(const v1::Cache& message,
                                          const std::string& path) {
  DYNARCH_RETURN_IF_ERROR(CheckName(path, message.name()));
  platform::Cache cache;
  cache.name = message.name();
  cache.capacity = Bytes(message.capacity_bytes());
  DYNARCH_ASSIGN_OR_RETURN(
      cache.bytes_per_cycle,
      PerCycleFrom(message.bytes_per_cycle(),
                   absl::StrCat(path, ".bytes_per_cycle")));
  cache.energy_per_byte = platform::Attojoules(message.energy_aj_per_byte());
  cache.shared = message.shared();
  return cache;
}

absl::StatusOr<platform::ElementKind> CpuFrom(const v1::Cpu& message,
                                              const std::string& path) {
  platform::Cpu cpu;
  cpu.cores = message.cores();
  DYNARCH_ASSIGN_OR_RETURN(cpu.roofline, RooflineFrom(message, path));
  cpu.roofline.call_overhead = Picoseconds(message.call_overhead_ps());
  for (const v1::Cache& cache : message.caches()) {
    DYNARCH_ASSIGN_OR_RETURN(
        platform::Cache converted,
        CacheFrom(cache, absl::StrCat(path, ".caches.", cache.name())));
    cpu.caches.push_back(std::move(converted));
  }
  if (!message.serial_share().empty()) {
    DYNARCH_ASSIGN_OR_RETURN(cpu.serial_share,
                             PerCycleFrom(message.serial_share(),
                                          absl::StrCat(path, ".serial_share")));
  }
  return cpu;
}

absl::StatusOr<platform::ElementKind> McuFrom(const v1::Mcu& message,
                                              const std::string& path) {
  platform::Mcu mcu;
  mcu.cores = message.cores();
  DYNARCH_ASSIGN_OR_RETURN(mcu.roofline, RooflineFrom(message, path));
  mcu.roofline.call_overhead = Picoseconds(message.call_overhead_ps());
  mcu.roofline.synchronize = Picoseconds(message.synchronize_ps());
  mcu.dma = message.dma();
  return mcu;
}

absl::StatusOr<platform::ElementKind> GpuFrom(const v1::Gpu& message,
                                              const std::string& path) {
  platform::Gpu gpu;
  gpu.multiprocessors = message.multiprocessors();
  DYNARCH_ASSIGN_OR_RETURN(gpu.roofline, RooflineFrom(message, path));
  gpu.roofline.call_overhead = Picoseconds(message.launch_ps());
  gpu.roofline.synchronize = Picoseconds(message.synchronize_ps());
  gpu.tensor_cores = message.tensor_cores();
  gpu.l2 = Bytes(message.l2_bytes());
  if (message.blocks_per_multiprocessor() != 0) {
    gpu.blocks_per_multiprocessor = message.blocks_per_multiprocessor();
  }
  return gpu;
}

absl::StatusOr<platform::ElementKind> SystolicFrom(const v1::Systolic& message,
                                                   const std::string& path) {
  platform::Systolic systolic;
  systolic.rows = message.rows();
  systolic.columns = message.columns();
  DYNARCH_ASSIGN_OR_RETURN(
      const int dataflow,
      IndexOfEnum(message.dataflow(), 3, absl::StrCat(path, ".dataflow")));
  systolic.dataflow = static_cast<platform::Systolic::Dataflow>(dataflow);
  for (const v1::SystolicType& type : message.types()) {
    const std::string below =
        absl::StrCat(path, ".types.", NameOfType(type.dtype()));
    platform::ComputeRate rate;
    DYNARCH_ASSIGN_OR_RETURN(
        rate.dtype, IndexOfEnum(type.dtype(), graph::kDataTypeCount, below));
    rate.energy_per_op = platform::Attojoules(type.energy_aj_per_op());
    systolic.types.push_back(rate);
  }
  DYNARCH_ASSIGN_OR_RETURN(
      systolic.vector_ops_per_cycle,
      PerCycleFrom(message.vector_ops_per_cycle(),
                   absl::StrCat(path, ".vector_ops_per_cycle")));
  systolic.call_overhead = Picoseconds(message.call_overhead_ps());
  systolic.synchronize = Picoseconds(message.synchronize_ps());
  return systolic;
}

absl::StatusOr<platform::ElementKind> TableFrom(const v1::Table& message,
                                                const std::string& path) {
  platform::Table table;
  for (int i = 0; i < message.entries_size(); ++i) {
    const v1::TableEntry& entry = message.entries(i);
    platform::TableEntry out;
    out.network = entry.network();
    out.stage = entry.stage();
    DYNARCH_ASSIGN_OR_RETURN(
        out.dtype, IndexOfEnum(entry.dtype(), graph::kDataTypeCount,
                               absl::StrCat(path, ".entries[", i, "].dtype")));
    out.time = Picoseconds(entry.time_ps());
    if (entry.has_energy_fj()) out.energy = Femtojoules(entry.energy_fj());
    table.entries.push_back(std::move(out));
  }
  return table;
}

absl::StatusOr<platform::ElementKind> KindFrom(
    const v1::ProcessingElement& message, const std::string& path) {
  switch (message.kind_case()) {
    case v1::ProcessingElement::kCpu:
      return CpuFrom(message.cpu(), absl::StrCat(path, ".cpu"));
    case v1::ProcessingElement::kMcu:
      return McuFrom(message.mcu(), absl::StrCat(path, ".mcu"));
    case v1::ProcessingElement::kGpu:
      return GpuFrom(message.gpu(), absl::StrCat(path, ".gpu"));
    case v1::ProcessingElement::kSystolic:
      return SystolicFrom(message.systolic(), absl::StrCat(path, ".systolic"));
    case v1::ProcessingElement::kTable:
      return TableFrom(message.table(), absl::StrCat(path, ".table"));
    case v1::ProcessingElement::KIND_NOT_SET:
      break;
  }
  return FieldError(path,
                    "no kind; one of cpu, mcu, gpu, systolic, table is needed");
}

// Names of the parts that others refer to.
struct Names {
  explicit Names(const v1::Platform& message) {
    for (const auto& e : message.elements()) elements.push_back(e.name());
    for (const auto& m : message.memories()) memories.push_back(m.name());
    for (const auto& d : message.domains()) domains.push_back(d.name());
  }
  std::vector<std::string> elements;
  std::vector<std::string> memories;
  std::vector<std::string> domains;
};

absl::StatusOr<platform::ProcessingElement> ElementFrom(
    const v1::ProcessingElement& message, const Names& names) {
  const std::string path = absl::StrCat("elements.", message.name());
  DYNARCH_RETURN_IF_ERROR(CheckName(path, message.name()));
  platform::ProcessingElement element;
  element.name = message.name();
  DYNARCH_ASSIGN_OR_RETURN(element.domain,
                           IndexOfName(absl::StrCat(path, ".domain"), "domain",
                                       message.domain(), names.domains));
  DYNARCH_ASSIGN_OR_RETURN(element.memory,
                           IndexOfName(absl::StrCat(path, ".memory"), "memory",
                                       message.memory(), names.memories));
  DYNARCH_ASSIGN_OR_RETURN(element.kind, KindFrom(message, path));
  element.area = SquareMicrons(message.area_um2());
  if (!message.weight_memory().empty()) {
    DYNARCH_ASSIGN_OR_RETURN(
        element.weight_memory,
        IndexOfName(absl::StrCat(path, ".weight_memory"), "memory",
                    message.weight_memory(), names.memories));
  }
  if (message.runtimes_size() > 0) {
    const v1::RuntimeUse& use = message.runtimes(0);
    DYNARCH_ASSIGN_OR_RETURN(
        element.runtime,
        RuntimeFrom(use, absl::StrCat(path, ".runtimes.", use.name()),
                    message.gpu().tensor_cores()));
  }
  if (message.threads() != 0) element.threads = message.threads();
  return element;
}

absl::StatusOr<platform::Memory> MemoryFrom(const v1::Memory& message,
                                            const Names& names) {
  const std::string path = absl::StrCat("memories.", message.name());
  DYNARCH_RETURN_IF_ERROR(CheckName(path, message.name()));
  platform::Memory memory;
  memory.name = message.name();
  memory.capacity = Bytes(message.capacity_bytes());
  DYNARCH_ASSIGN_OR_RETURN(memory.domain,
                           IndexOfName(absl::StrCat(path, ".domain"), "domain",
                                       message.domain(), names.domains));
  DYNARCH_ASSIGN_OR_RETURN(
      memory.bytes_per_cycle,
      PerCycleFrom(message.bytes_per_cycle(),
                   absl::StrCat(path, ".bytes_per_cycle")));
  memory.energy_per_byte = platform::Attojoules(message.energy_aj_per_byte());
  for (const v1::WaitState& state : message.wait_states()) {
    memory.wait_states.push_back(
        {.above = Hertz(state.above_hz()), .cycles = state.cycles()});
  }
  return memory;
}

absl::StatusOr<platform::Link> LinkFrom(const v1::Link& message,
                                        const Names& names) {
  const std::string path = absl::StrCat("links.", message.name());
  DYNARCH_RETURN_IF_ERROR(CheckName(path, message.name()));
  const std::string between = absl::StrCat(path, ".between");
  if (message.between_size() != 2) {
    return FieldError(between, "got ", message.between_size(),
                      " names; exactly two elements are needed");
  }
  platform::Link link;
  link.name = message.name();
  DYNARCH_ASSIGN_OR_RETURN(link.first,
                           IndexOfName(absl::StrCat(between, "[0]"), "element",
                                       message.between(0), names.elements));
  DYNARCH_ASSIGN_OR_RETURN(link.second,
                           IndexOfName(absl::StrCat(between, "[1]"), "element",
                                       message.between(1), names.elements));
  link.latency = Picoseconds(message.latency_ps());
  if (message.has_bandwidth_bytes_per_s()) {
    link.bandwidth = BytesPerSecond(message.bandwidth_bytes_per_s());
  }
  link.energy_per_byte = platform::Attojoules(message.energy_aj_per_byte());
  return link;
}

absl::StatusOr<platform::PowerState> StateFrom(const v1::PowerState& message,
                                               const std::string& path) {
  platform::PowerState state;
  DYNARCH_ASSIGN_OR_RETURN(const int kind,
                           IndexOfEnum(message.kind(), 3, path));
  state.kind = static_cast<platform::PowerStateKind>(kind);
  state.leakage = Nanowatts(message.leakage_power_nw());
  state.clock = Nanowatts(message.clock_power_nw());
  state.entry = Picoseconds(message.entry_ps());
  state.exit = Picoseconds(message.exit_ps());
  state.entry_energy = Femtojoules(message.entry_energy_fj());
  state.exit_energy = Femtojoules(message.exit_energy_fj());
  return state;
}

absl::StatusOr<platform::PowerDomain> DomainFrom(
    const v1::PowerDomain& message) {
  const std::string path = absl::StrCat("domains.", message.name());
  DYNARCH_RETURN_IF_ERROR(CheckName(path, message.name()));
  platform::PowerDomain domain;
  domain.name = message.name();
  domain.reference_voltage = Microvolts(message.reference_voltage_uv());
  domain.reference_frequency = Hertz(message.reference_frequency_hz());
  for (const v1::PowerState& state : message.states()) {
    DYNARCH_ASSIGN_OR_RETURN(platform::PowerState converted,
                             StateFrom(state, absl::StrCat(path, ".states")));
    domain.states.push_back(converted);
  }
  // A file may list them in any order.
  std::stable_sort(
      domain.states.begin(), domain.states.end(),
      [](const auto& a, const auto& b) { return a.kind < b.kind; });
  return domain;
}

absl::StatusOr<platform::OperatingPoint> PointFrom(
    const v1::OperatingPoint& message, const Names& names) {
  const std::string path = absl::StrCat("operating_points.", message.name());
  DYNARCH_RETURN_IF_ERROR(CheckName(path, message.name()));
  platform::OperatingPoint point;
  point.name = message.name();
  point.domains.resize(names.domains.size());
  std::vector<bool> given(names.domains.size());
  for (const v1::DomainPoint& domain : message.domains()) {
    const std::string below = absl::StrCat(path, ".domains.", domain.domain());
    DYNARCH_ASSIGN_OR_RETURN(
        const int index,
        IndexOfName(below, "domain", domain.domain(), names.domains));
    if (given[index]) return FieldError(below, "is given twice");
    given[index] = true;
    point.domains[index] = {.frequency = Hertz(domain.frequency_hz()),
                            .voltage = Microvolts(domain.voltage_uv())};
  }
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i]) continue;
    return FieldError(absl::StrCat(path, ".domains"), "leaves out '",
                      names.domains[i], "'; every domain needs its setting");
  }
  return point;
}

// Converts each of `messages` with `convert` into `out`.
template <typename Messages, typename Convert, typename Out>
absl::Status ConvertAll(const Messages& messages, const Convert& convert,
                        std::vector<Out>* out) {
  for (const auto& message : messages) {
    DYNARCH_ASSIGN_OR_RETURN(Out converted, convert(message));
    out->push_back(std::move(converted));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<platform::Platform> PlatformFrom(const v1::Platform& message) {
  // `NAME@RUNTIME:THREADS` is a platform that has chosen.
  const size_t end = message.name().find_first_of("@:");
  DYNARCH_RETURN_IF_ERROR(CheckName("name", message.name().substr(0, end)));
  const Names names(message);
  platform::PlatformParts parts;
  parts.name = message.name();
  parts.description = message.description();
  DYNARCH_ASSIGN_OR_RETURN(const int scope,
                           IndexOfEnum(message.scope(), 3, "scope"));
  parts.scope = static_cast<platform::EnergyScope>(scope);
  DYNARCH_ASSIGN_OR_RETURN(
      parts.host,
      IndexOfName("host", "element", message.host(), names.elements));
  DYNARCH_RETURN_IF_ERROR(ConvertAll(
      message.elements(), [&](const auto& m) { return ElementFrom(m, names); },
      &parts.elements));
  DYNARCH_RETURN_IF_ERROR(ConvertAll(
      message.memories(), [&](const auto& m) { return MemoryFrom(m, names); },
      &parts.memories));
  DYNARCH_RETURN_IF_ERROR(ConvertAll(
      message.links(), [&](const auto& m) { return LinkFrom(m, names); },
      &parts.links));
  DYNARCH_RETURN_IF_ERROR(
      ConvertAll(message.domains(), DomainFrom, &parts.domains));
  DYNARCH_RETURN_IF_ERROR(ConvertAll(
      message.operating_points(),
      [&](const auto& m) { return PointFrom(m, names); },
      &parts.operating_points));
  parts.overhead_power = Nanowatts(message.overhead_power_nw());
  for (const v1::Source& source : message.sources()) {
    parts.sources.push_back({source.path(), source.text()});
  }
  return platform::Platform::Create(std::move(parts));
}

}  // namespace dynarch::wire
