// A hardware platform: elements, memories, links, power and operating points.
#ifndef DYNARCH_SIM_PLATFORM_PLATFORM_H_
#define DYNARCH_SIM_PLATFORM_PLATFORM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/units.h"
#include "sim/platform/runtime.h"

namespace dynarch::platform {

// What Platform::Create accepts; the limits keep times and energies of one
// activity exact.
inline constexpr int64_t kMaxRatePart = 1'000'000'000'000;  // Of a PerCycle.
inline constexpr int64_t kMaxUnits = 65'536;  // Cores, rows, columns.
inline constexpr int kMaxDomains = 64;        // Sets of domains are 64 bits.
inline constexpr Picoseconds kMaxTime{1'000'000'000'000'000};   // 1000 s.
inline constexpr Attojoules kMaxUnitEnergy{1'000'000'000'000};  // 1 uJ.
inline constexpr Hertz kMaxFrequency{1'000'000'000'000};        // 1 THz.
inline constexpr Microvolts kMaxVoltage{100'000'000};           // 100 V.
inline constexpr Nanowatts kMaxPower{1'000'000'000'000'000};    // 1 MW.

enum class EnergyScope : uint8_t { kCore, kSoc, kBoard };
// `core`, `soc`, `board`.
absl::string_view NameOf(EnergyScope scope);

// Rates are indexed by graph::DataType, shares by graph::OperatorClass, both
// as their underlying number, so that this module knows no network.
struct ComputeRate {
  int dtype = 0;
  PerCycle ops_per_cycle;  // 1 MAC = 2 ops; whole element.
  Attojoules energy_per_op;
};

// What `cpu`, `mcu` and `gpu` share: a roofline over one memory.
struct Roofline {
  std::vector<ComputeRate> rates;
  std::vector<PerCycle> shares;  // By operator class; 1/1 where not given.
  Picoseconds call_overhead;     // Paid per actor (a GPU's launch).
  Picoseconds synchronize;       // Host learns that a stage has finished.
};
// One level between a core and the memory.
struct Cache {
  std::string name;
  Bytes capacity;
  PerCycle bytes_per_cycle;  // Of the element's clock, to one core.
  Attojoules energy_per_byte{};
  bool shared = false;  // By all cores; else one for each.
};
struct Cpu {
  int cores = 1;
  Roofline roofline;
  std::vector<Cache> caches{};  // Smallest first.
  PerCycle serial_share{0, 1};  // Of a kernel, in [0, 1).
};
struct Mcu {
  int cores = 1;
  Roofline roofline;
  bool dma = false;  // Bytes move while the core computes.
};
struct Gpu {
  int multiprocessors = 1;
  Roofline roofline;
  bool tensor_cores = false;
  Bytes l2{};  // Zero: no activation stays on the chip.
  int blocks_per_multiprocessor = 1;
};
struct Systolic {
  enum class Dataflow : uint8_t { kOutput, kWeight, kInput };
  int64_t rows = 1;
  int64_t columns = 1;
  Dataflow dataflow = Dataflow::kOutput;
  std::vector<ComputeRate> types{};  // `ops_per_cycle` unused.
  PerCycle vector_ops_per_cycle{};
  Picoseconds call_overhead{};
  Picoseconds synchronize{};
};
struct TableEntry {
  std::string network;
  std::string stage;
  int dtype = 0;
  Picoseconds time;
  std::optional<Femtojoules> energy;
};
struct Table {
  std::vector<TableEntry> entries;
};
using ElementKind = std::variant<Cpu, Mcu, Gpu, Systolic, Table>;

// `output_stationary`, `weight_stationary`, `input_stationary`.
absl::string_view NameOf(Systolic::Dataflow dataflow);

// `cpu`, `mcu`, `gpu`, `systolic`, `table`.
absl::string_view NameOf(const ElementKind& kind);

struct ProcessingElement {
  std::string name;
  int domain = 0;
  int memory = 0;
  ElementKind kind;
  SquareMicrons area;
  std::optional<int> weight_memory{};  // Absent: `memory`.
  std::optional<Runtime> runtime{};    // Absent: the rates of its kind.
  int threads = 1;                     // Cores that the runtime uses.
  int memory_of_weights() const { return weight_memory.value_or(memory); }
  bool is_gpu() const { return std::holds_alternative<Gpu>(kind); }
  bool is_table() const { return std::holds_alternative<Table>(kind); }
};

// Above a clock, an access takes so many cycles more.
struct WaitState {
  Hertz above;
  int cycles = 0;
};
struct Memory {
  std::string name;
  Bytes capacity;
  int domain = 0;
  PerCycle bytes_per_cycle;  // Without wait states.
  Attojoules energy_per_byte;
  std::vector<WaitState> wait_states{};  // By clock, ascending.
  // At a clock of its domain: bytes_per_cycle / (1 + wait states).
  PerCycle BytesPerCycleAt(Hertz frequency) const;
};

struct Link {
  std::string name;
  int first = 0;  // Elements; both directions.
  int second = 0;
  Picoseconds latency;
  std::optional<BytesPerSecond> bandwidth;  // Absent: latency only.
  Attojoules energy_per_byte;
};

// Ordered from shallow to deep.
enum class PowerStateKind : uint8_t { kActive, kClockGated, kPowerGated };
// `active`, `clock_gated`, `power_gated`.
absl::string_view NameOf(PowerStateKind kind);

struct PowerState {
  PowerStateKind kind = PowerStateKind::kActive;
  Nanowatts leakage{};         // At reference voltage; scales with V.
  Nanowatts clock{};           // At reference; scales with f and V^2.
  Picoseconds entry{};         // From the idle instant into the state.
  Picoseconds exit{};          // From the wake to the first firing.
  Femtojoules entry_energy{};  // Of the whole transition.
  Femtojoules exit_energy{};
};

struct PowerDomain {
  std::string name;
  Microvolts reference_voltage;
  Hertz reference_frequency;
  std::vector<PowerState> states;  // Shallowest first; the first is active.
  // The state of this kind, or the deepest one that is shallower.
  const PowerState& StateOrShallower(PowerStateKind kind) const;
  bool Has(PowerStateKind kind) const;
};

struct DomainPoint {
  Hertz frequency;
  Microvolts voltage;
};
struct OperatingPoint {
  std::string name;
  std::vector<DomainPoint> domains;  // By domain.
};

struct Source {
  std::string path;
  std::string text;
};

struct PlatformParts {
  std::string name;
  std::string description;
  EnergyScope scope = EnergyScope::kSoc;
  int host = 0;
  std::vector<ProcessingElement> elements;
  std::vector<Memory> memories;
  std::vector<Link> links;
  std::vector<PowerDomain> domains;
  std::vector<OperatingPoint> operating_points;
  Nanowatts overhead_power;
  std::vector<Source> sources;
};

// A checked platform. Immutable.
class Platform {
 public:
  // InvalidArgument, naming the field: an empty list (links may be none), a
  // name twice, a host, domain or memory that does not exist, an operating
  // point that leaves out a domain, a rate, frequency or voltage <= 0, a
  // negative time, power or energy, a share outside (0, 1], states that do not
  // begin with `active` or are not from shallow to deep, two links between the
  // same elements, a table entry or a data type twice, a figure beyond the
  // limits above, a runtime on an element that is no cpu, mcu or gpu, a gpu's
  // runtime without tiles, more threads than cores, caches or wait states out
  // of order.
  static absl::StatusOr<Platform> Create(PlatformParts parts);

  const PlatformParts& parts() const { return parts_; }
  const std::string& name() const { return parts_.name; }
  EnergyScope scope() const { return parts_.scope; }
  int host() const { return parts_.host; }
  const std::vector<ProcessingElement>& elements() const {
    return parts_.elements;
  }
  const std::vector<Memory>& memories() const { return parts_.memories; }
  const std::vector<Link>& links() const { return parts_.links; }
  const std::vector<PowerDomain>& domains() const { return parts_.domains; }
  const std::vector<OperatingPoint>& operating_points() const {
    return parts_.operating_points;
  }
  Nanowatts overhead_power() const { return parts_.overhead_power; }

  std::optional<int> ElementNamed(absl::string_view name) const;
  std::optional<int> OperatingPointNamed(absl::string_view name) const;
  // The link between two elements, if any.
  std::optional<int> LinkBetween(int a, int b) const;

 private:
  PlatformParts parts_;
};

// Power of a state at an operating point, rounded up once:
// leakage * V/Vref + clock * f/fref * (V/Vref)^2. Exact before the rounding.
Nanowatts StatePower(const PowerDomain& domain, const PowerState& state,
                     const DomainPoint& point);

// Dynamic energy of `count` (>= 0) operations or bytes at a domain point,
// rounded up once: count * energy * (V/Vref)^2. Exact before the rounding; what
// passes int64 is the largest int64, which `cost` refuses.
Femtojoules DynamicEnergy(int64_t count, Attojoules energy,
                          const PowerDomain& domain, const DomainPoint& point);

}  // namespace dynarch::platform

#endif  // DYNARCH_SIM_PLATFORM_PLATFORM_H_
