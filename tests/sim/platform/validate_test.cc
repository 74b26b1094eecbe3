#include "sim/platform/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::platform {
namespace {

using ::dynarch::testing::AddElement;
using ::dynarch::testing::PlainPlatform;
using ::dynarch::testing::PlainRoofline;
using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

// A correct platform with every kind of part, one thing of it changed.
struct Case {
  std::string name;
  std::function<void(PlatformParts&)> change;
  std::string message;
};

PlatformParts FullPlatform() {
  PlatformParts parts = PlainPlatform();
  const int gpu = AddElement(parts, "gpu", Gpu{2, PlainRoofline()}, false);
  Systolic array{.rows = 16, .columns = 16};
  array.types.push_back({2, {}, Attojoules(100)});
  array.vector_ops_per_cycle = {16, 1};
  AddElement(parts, "npu", array, true);
  Table table;
  table.entries.push_back({"net", "exit1", 0, Picoseconds(5), std::nullopt});
  AddElement(parts, "measured", table, false);
  parts.links.push_back({"bus", 0, gpu, Picoseconds(7),
                         BytesPerSecond(1'000'000), Attojoules(3)});
  parts.domains[0].states.push_back(
      {.kind = PowerStateKind::kClockGated, .exit = Picoseconds(9)});
  return parts;
}

Roofline& GpuRoofline(PlatformParts& p) {
  return std::get<Gpu>(p.elements[1].kind).roofline;
}
Systolic& Npu(PlatformParts& p) {
  return std::get<Systolic>(p.elements[2].kind);
}
Table& Measured(PlatformParts& p) {
  return std::get<Table>(p.elements[3].kind);
}

// A runtime with one type without kernels.
Runtime OneType(const std::string& name) {
  Runtime runtime{name, "lib"};
  runtime.types.resize(1);
  return runtime;
}

TEST(PlatformValidateTest, AcceptsEveryKindOfPart) {
  EXPECT_OK(Platform::Create(FullPlatform()));
}

class RefusalTest : public ::testing::TestWithParam<Case> {};

TEST_P(RefusalTest, NamesTheFieldAndWhatIsAllowed) {
  PlatformParts parts = FullPlatform();
  GetParam().change(parts);
  EXPECT_THAT(Platform::Create(parts),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr(GetParam().message)));
}

using P = PlatformParts;
INSTANTIATE_TEST_SUITE_P(
    Platform, RefusalTest,
    ::testing::ValuesIn(std::vector<Case>({
        {"no_name", [](P& p) { p.name = ""; }, "name: must not be empty"},
        {"no_element", [](P& p) { p.elements.clear(); },
         "elements: at least one"},
        {"no_memory", [](P& p) { p.memories.clear(); },
         "memories: at least one"},
        {"no_domain", [](P& p) { p.domains.clear(); }, "domains: at least one"},
        {"weight_memory", [](P& p) { p.elements[0].weight_memory = 9; },
         "weight_memory: memory number 9 does not exist"},
        {"threads", [](P& p) { p.elements[0].threads = 99; },
         "threads: got 99; allowed: 1 to"},
        {"runtime_types",
         [](P& p) { p.elements[0].runtime = Runtime{"fast", "lib"}; },
         "runtimes.fast.types: at least one is needed"},
        {"runtime_tiles",
         [](P& p) { p.elements[1].runtime = OneType("trt"); },
         "runtimes.trt.blocking.tiles: at least one is needed on a gpu"},
        {"runtime_tile",
         [](P& p) {
           p.elements[1].runtime = OneType("trt");
           p.elements[1].runtime->blocking.tiles = {{128, 0}};
         },
         "blocking.tiles: got an extent of 0; allowed: 1 to 4096"},
        {"runtime_fill",
         [](P& p) {
           p.elements[1].runtime = OneType("trt");
           p.elements[1].runtime->blocking = {.tiles = {{64, 64}},
                                              .fill_words = -1};
         },
         "got -1 for macs_per_operand or fill_words; allowed: 0 to 4096"},
        {"runtime_splits",
         [](P& p) {
           p.elements[1].runtime = OneType("trt");
           p.elements[1].runtime->blocking = {.tiles = {{64, 64}},
                                              .max_splits = 3};
         },
         "blocking.max_splits: got 3; allowed: a power of two"},
        {"runtime_synchronize",
         [](P& p) {
           p.elements[0].runtime = OneType("fast");
           p.elements[0].runtime->synchronize = Picoseconds(-1);
         },
         "runtimes.fast.synchronize: got -1 ps"},
        {"gpu_blocks",
         [](P& p) {
           std::get<Gpu>(p.elements[1].kind).blocks_per_multiprocessor = 0;
         },
         "elements.gpu.gpu.blocks_per_multiprocessor: got 0; allowed: 1 to 64"},
        {"gpu_l2",
         [](P& p) { std::get<Gpu>(p.elements[1].kind).l2 = Bytes(-1); },
         "elements.gpu.gpu.l2: got -1; allowed: 0 to"},
        {"runtime_twice",
         [](P& p) {
           p.elements[0].runtime = Runtime{"fast", "lib"};
           p.elements[0].runtime->types.resize(2);
         },
         "types: a data type is given twice"},
        {"runtime_ops_per_cycle",
         [](P& p) {
           p.elements[0].runtime = Runtime{"fast", "lib"};
           p.elements[0].runtime->types.resize(1);
           p.elements[0].runtime->types[0].ops_per_cycle = PerCycle{0, 1};
         },
         "runtimes.fast.types.ops_per_cycle: must be > 0"},
        {"runtime_coefficient",
         [](P& p) {
           p.elements[0].runtime = Runtime{"fast", "lib"};
           p.elements[0].runtime->types.resize(1);
           p.elements[0].runtime->types[0].kernels.resize(1);
           p.elements[0].runtime->types[0].kernels[0].per_mac = Picocycles(-1);
         },
         "got -1e-12 cycles"},
        {"caches",
         [](P& p) {
           auto& cpu = std::get<Cpu>(p.elements[0].kind);
           cpu.caches.push_back({"l1", Bytes(0), {1, 1}});
         },
         "caches.l1.capacity: got 0 B"},
        {"serial_share",
         [](P& p) {
           std::get<Cpu>(p.elements[0].kind).serial_share = {1, 1};
         },
         "serial_share: got 1/1; must lie in [0, 1)"},
        {"wait_states",
         [](P& p) {
           p.memories[0].wait_states = {{Hertz(2), 1}, {Hertz(1), 2}};
         },
         "wait_states: got 1 Hz; clocks must be > 0 and ascend"},
        {"no_point", [](P& p) { p.operating_points.clear(); },
         "operating_points: at least one"},
        {"element_twice", [](P& p) { p.elements[1].name = "cpu"; },
         "elements.cpu: the name is used twice"},
        {"host", [](P& p) { p.host = 4; },
         "host: element number 4 does not exist; there are 4"},
        {"domain", [](P& p) { p.elements[1].domain = -1; },
         "elements.gpu.domain: domain number -1"},
        {"memory", [](P& p) { p.elements[1].memory = 2; },
         "elements.gpu.memory: memory number 2"},
        {"memory_domain", [](P& p) { p.memories[0].domain = 9; },
         "memories.dram.domain"},
        {"area", [](P& p) { p.elements[0].area = SquareMicrons(-1); },
         "elements.cpu.area: got -1"},
        {"capacity", [](P& p) { p.memories[0].capacity = Bytes(0); },
         "memories.dram.capacity: got 0 B"},
        {"bytes_per_cycle",
         [](P& p) { p.memories[0].bytes_per_cycle = {0, 1}; },
         "memories.dram.bytes_per_cycle: got 0/1"},
        {"cores", [](P& p) { std::get<Cpu>(p.elements[0].kind).cores = 0; },
         "elements.cpu.cpu.cores: got 0"},
        {"multiprocessors",
         [](P& p) { std::get<Gpu>(p.elements[1].kind).multiprocessors = -2; },
         "elements.gpu.gpu.multiprocessors: got -2"},
        {"no_rate", [](P& p) { GpuRoofline(p).rates.clear(); },
         "elements.gpu.gpu.rates: at least one"},
        {"rate", [](P& p) { GpuRoofline(p).rates[0].ops_per_cycle = {-1, 1}; },
         "elements.gpu.gpu.rates.ops_per_cycle: got -1/1"},
        {"rate_twice", [](P& p) { GpuRoofline(p).rates[1].dtype = 0; },
         "a data type is given twice"},
        {"share_zero", [](P& p) { GpuRoofline(p).shares[2] = {0, 1}; },
         "elements.gpu.gpu.efficiencies: got 0/1"},
        {"share_above_1", [](P& p) { GpuRoofline(p).shares[2] = {11, 10}; },
         "a share lies in (0, 1]"},
        {"overhead",
         [](P& p) { GpuRoofline(p).call_overhead = Picoseconds(-1); },
         "elements.gpu.gpu.call_overhead: got -1"},
        {"synchronize",
         [](P& p) { GpuRoofline(p).synchronize = Picoseconds(-1); },
         "elements.gpu.gpu.synchronize: got -1"},
        {"energy",
         [](P& p) { GpuRoofline(p).rates[0].energy_per_op = Attojoules(-5); },
         "energy_per_op: got -5"},
        {"rows", [](P& p) { Npu(p).rows = 0; },
         "elements.npu.systolic.rows: got 0; allowed: 1 to 65536"},
        {"columns", [](P& p) { Npu(p).columns = 65'537; },
         "elements.npu.systolic.columns: got 65537"},
        {"vector_unit", [](P& p) { Npu(p).vector_ops_per_cycle = {}; },
         "elements.npu.systolic.vector_ops_per_cycle: got 0/1"},
        {"entry_time",
         [](P& p) { Measured(p).entries[0].time = Picoseconds(-1); },
         "net/exit1.time: got -1"},
        {"entry_energy",
         [](P& p) { Measured(p).entries[0].energy = Femtojoules(-1); },
         "net/exit1.energy: got -1 fJ"},
        {"entry_twice",
         [](P& p) {
           Measured(p).entries.push_back(Measured(p).entries[0]);
         },
         "net/exit1: is given twice"},
        {"link_end", [](P& p) { p.links[0].second = 7; },
         "links.bus.between: element number 7"},
        {"link_to_itself", [](P& p) { p.links[0].second = 0; },
         "both ends are 'cpu'"},
        {"link_twice",
         [](P& p) {
           p.links.push_back({"other", p.links[0].second, p.links[0].first, {},
                              {}, {}});
         },
         "links.other.between: 'gpu' and 'cpu' have a link already"},
        {"bandwidth", [](P& p) { p.links[0].bandwidth = BytesPerSecond(0); },
         "links.bus.bandwidth: got 0 B/s"},
        {"latency", [](P& p) { p.links[0].latency = Picoseconds(-3); },
         "links.bus.latency: got -3"},
        {"reference_voltage",
         [](P& p) { p.domains[1].reference_voltage = Microvolts(0); },
         "domains.gpu.reference_voltage in uV: got 0"},
        {"reference_frequency",
         [](P& p) { p.domains[1].reference_frequency = Hertz(-1); },
         "domains.gpu.reference_frequency in Hz: got -1"},
        {"no_active", [](P& p) { p.domains[1].states.clear(); },
         "domains.gpu.states: 'active' must be the first"},
        {"state_order",
         [](P& p) {
           p.domains[0].states.push_back({.kind = PowerStateKind::kClockGated});
         },
         "states go from shallow to deep"},
        {"leakage",
         [](P& p) { p.domains[0].states[0].leakage = Nanowatts(-1); },
         "domains.soc.states.active power in nW: got -1"},
        {"active_entry",
         [](P& p) { p.domains[0].states[0].exit = Picoseconds(1); },
         "active is not entered or left"},
        {"exit_time",
         [](P& p) { p.domains[0].states[1].exit = Picoseconds(-1); },
         "domains.soc.states.clock_gated.exit: got -1"},
        {"exit_energy",
         [](P& p) { p.domains[0].states[1].exit_energy = Femtojoules(-1); },
         "entry_energy and exit_energy must be >= 0"},
        {"point_misses_domain",
         [](P& p) { p.operating_points[0].domains.pop_back(); },
         "operating_points.only: sets 3 of 4 domains"},
        {"frequency",
         [](P& p) { p.operating_points[0].domains[1].frequency = Hertz(0); },
         "operating_points.only.gpu.frequency in Hz: got 0"},
        {"voltage",
         [](P& p) { p.operating_points[0].domains[0].voltage = Microvolts(0); },
         "operating_points.only.soc.voltage in uV: got 0"},
        {"overhead_power", [](P& p) { p.overhead_power = Nanowatts(-1); },
         "overhead_power in nW: got -1"},
    })),
    [](const auto& info) { return info.param.name; });

TEST(PlatformValidateTest, TakesAsManyDomainsAsASetOfThemHolds) {
  PlatformParts parts = PlainPlatform();
  while (parts.domains.size() < static_cast<size_t>(kMaxDomains)) {
    AddElement(parts, "e" + std::to_string(parts.domains.size()),
               Cpu{1, PlainRoofline()}, false);
  }
  EXPECT_OK(Platform::Create(parts));
  AddElement(parts, "one_more", Cpu{1, PlainRoofline()}, false);
  EXPECT_THAT(Platform::Create(parts),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("number of domains: got 65")));
}

}  // namespace
}  // namespace dynarch::platform
