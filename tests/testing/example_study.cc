#include "tests/testing/example_study.h"

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/expression.h"
#include "sim/base/random.h"
#include "tests/testing/model_builders.h"

namespace dynarch::testing {
namespace {

using graph::DataType;
using platform::Attojoules;
using platform::PowerStateKind;
using space::Slot;

// The builders below are given what is valid; anything else is their bug.
template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status() << std::endl;
    std::abort();
  }
  return *std::move(value);
}

graph::Conv2d Convolution(int64_t channels) {
  graph::Conv2d conv;
  conv.out_channels = channels;
  conv.kernel = {3, 3};
  conv.padding = {1, 1, 1, 1};
  conv.bias = true;
  return conv;
}

graph::Network ExampleNetwork() {
  const graph::Elementwise relu{graph::Elementwise::Kind::kRelu};
  const graph::Linear classes{.out_features = 10, .bias = true};
  graph::Pool pool;
  pool.kernel = {2, 2};
  pool.stride = {2, 2};
  NetworkBuilder net("example");
  net.Input("image", {1, 8, 8});
  net.Add("conv1", Convolution(8), {"image"}).Add("relu1", relu, {"conv1"});
  net.Add("flat1", graph::Reshape{}, {"relu1"})
      .Add("linear1", classes, {"flat1"})
      .Add("softmax1", graph::Softmax{}, {"linear1"});
  net.Add("conv2", Convolution(16), {"relu1"}).Add("relu2", relu, {"conv2"});
  net.Add("pool2", pool, {"relu2"});
  net.Add("flat2", graph::Reshape{}, {"pool2"})
      .Add("linear2", classes, {"flat2"})
      .Add("softmax2", graph::Softmax{}, {"linear2"});
  net.Add("conv3", Convolution(32), {"pool2"}).Add("relu3", relu, {"conv3"});
  net.Add("flat3", graph::Reshape{}, {"relu3"})
      .Add("linear3", classes, {"flat3"})
      .Add("softmax3", graph::Softmax{}, {"linear3"});
  net.Exit("exit1", "softmax1")
      .Exit("exit2", "softmax2", graph::Signal::kEntropy)
      .Exit("exit3", "softmax3");
  return Must(graph::Network::Create(net.parts()));
}

// Later exits are surer and more often right.
void DrawExit(RandomStream& random, int exit, behavior::TraceSlice& slice) {
  const double u = random.UniformDouble();
  const double doubt = (1 - u) * (1 - u) / (1 + exit);
  slice.predicted.push_back(static_cast<int32_t>(random.UniformBelow(10)));
  slice.signal(graph::Signal::kMaxProbability).push_back(1 - 0.9 * doubt);
  slice.signal(graph::Signal::kMargin).push_back(1 - doubt);
  slice.signal(graph::Signal::kEntropy).push_back(2.3 * doubt);
  slice.correct.push_back(random.UniformDouble() > doubt * 0.6 ? 1 : 0);
}

behavior::Trace ExampleTrace() {
  behavior::Trace trace;
  trace.exits = {"exit1", "exit2", "exit3"};
  uint64_t stream = 0;
  for (const char* split : {"select", "report"}) {
    for (const DataType dtype : {DataType::kFp32, DataType::kInt8}) {
      RandomStream random({.seed = 11,
                           .replication = 0,
                           .purpose = RandomPurpose::kTest,
                           .index = stream++});
      behavior::TraceSlice slice;
      slice.split = split;
      slice.dtype = dtype;
      for (int64_t i = 0; i < 500; ++i) {
        slice.samples.push_back(i);
        for (int exit = 0; exit < 3; ++exit) {
          DrawExit(random, exit, slice);
        }
      }
      trace.slices.push_back(std::move(slice));
    }
  }
  return trace;
}

platform::PowerState State(PowerStateKind kind, int64_t leakage_uw,
                           int64_t clock_uw, int64_t entry_us,
                           int64_t exit_us) {
  platform::PowerState state;
  state.kind = kind;
  state.leakage = Nanowatts(leakage_uw * 1'000);
  state.clock = Nanowatts(clock_uw * 1'000);
  state.entry = Picoseconds(entry_us * 1'000'000);
  state.exit = Picoseconds(exit_us * 1'000'000);
  state.entry_energy = Femtojoules(entry_us * 40'000'000);
  state.exit_energy = Femtojoules(exit_us * 90'000'000);
  return state;
}

// 0.9 V at 1 GHz; the deeper the state, the longer the way.
platform::PowerDomain Domain(std::string name, int64_t leakage_uw,
                             int64_t clock_uw, bool power_gates) {
  platform::PowerDomain domain;
  domain.name = std::move(name);
  domain.reference_voltage = Microvolts(900'000);
  domain.reference_frequency = Hertz(1'000'000'000);
  domain.states = {State(PowerStateKind::kActive, leakage_uw, clock_uw, 0, 0),
                   State(PowerStateKind::kClockGated, leakage_uw, 0, 0, 1)};
  if (power_gates) {
    domain.states.push_back(
        State(PowerStateKind::kPowerGated, leakage_uw / 20, 0, 30, 60));
  }
  return domain;
}

platform::Roofline RooflineOf(int64_t ops_per_cycle, int64_t energy_aj,
                              int64_t overhead_us, int64_t synchronize_us) {
  platform::Roofline roofline;
  for (const DataType dtype : {DataType::kFp32, DataType::kInt8}) {
    const int64_t speedup = dtype == DataType::kInt8 ? 4 : 1;
    roofline.rates.push_back({static_cast<int>(dtype),
                              {ops_per_cycle * speedup, 1},
                              Attojoules(energy_aj / speedup)});
  }
  roofline.shares = {{3, 5}, {1, 4}, {1, 2}, {1, 8}};
  roofline.call_overhead = Picoseconds(overhead_us * 1'000'000);
  roofline.synchronize = Picoseconds(synchronize_us * 1'000'000);
  return roofline;
}

platform::Memory MemoryOf(std::string name, int domain, int64_t bytes,
                          int64_t bytes_per_cycle) {
  return {.name = std::move(name),
          .capacity = Bytes(bytes),
          .domain = domain,
          .bytes_per_cycle = {bytes_per_cycle, 1},
          .energy_per_byte = Attojoules(4'000'000)};
}

platform::OperatingPoint Point(std::string name, int64_t mhz, int64_t mv,
                               size_t domains) {
  platform::OperatingPoint point;
  point.name = std::move(name);
  point.domains.assign(domains,
                       {Hertz(mhz * 1'000'000), Microvolts(mv * 1'000)});
  return point;
}

platform::Platform SharedMemoryPlatform() {
  platform::PlatformParts parts;
  parts.name = "shared";
  parts.domains = {Domain("cpu_domain", 40'000, 300'000, false),
                   Domain("gpu_domain", 200'000, 900'000, true),
                   Domain("dram_domain", 80'000, 150'000, false)};
  parts.memories = {MemoryOf("dram", 2, 1 << 24, 16)};
  parts.elements = {
      {"cpu", 0, 0, platform::Cpu{4, RooflineOf(16, 20'000'000, 1, 0)}, {}},
      {"gpu", 1, 0, platform::Gpu{2, RooflineOf(512, 3'000'000, 8, 15)}, {}}};
  parts.operating_points = {Point("slow", 600, 700, 3),
                            Point("fast", 1'300, 1'000, 3)};
  parts.overhead_power = Nanowatts(250'000'000);
  return Must(platform::Platform::Create(std::move(parts)));
}

platform::Platform McuPlatform() {
  platform::PlatformParts parts;
  parts.name = "micro";
  parts.domains = {Domain("core", 20, 2'000, true)};
  parts.memories = {MemoryOf("sram", 0, 1 << 18, 4)};
  parts.elements = {
      {"cpu", 0, 0, platform::Mcu{1, RooflineOf(1, 9'000'000, 0, 0)}, {}}};
  parts.operating_points = {Point("slow", 80, 800, 1),
                            Point("fast", 160, 950, 1)};
  return Must(platform::Platform::Create(std::move(parts)));
}

platform::Platform ArrayPlatform() {
  platform::PlatformParts parts;
  parts.name = "array";
  parts.domains = {Domain("host_domain", 500, 9'000, true),
                   Domain("array_domain", 900, 14'000, true)};
  parts.memories = {MemoryOf("host_sram", 0, 1 << 18, 4),
                    MemoryOf("array_sram", 1, 1 << 17, 32)};
  platform::Systolic array;
  array.rows = 16;
  array.columns = 16;
  array.dataflow = platform::Systolic::Dataflow::kWeight;
  array.types = {
      {static_cast<int>(DataType::kInt8), {1, 1}, Attojoules(250'000)}};
  array.vector_ops_per_cycle = {16, 1};
  array.call_overhead = Picoseconds(2'000'000);
  array.synchronize = Picoseconds(1'000'000);
  parts.elements = {
      {"cpu", 0, 0, platform::Mcu{1, RooflineOf(2, 8'000'000, 0, 0)}, {}},
      {"npu", 1, 1, array, {}}};
  platform::Link link;
  link.name = "axi";
  link.first = 0;
  link.second = 1;
  link.latency = Picoseconds(300'000);
  link.bandwidth = BytesPerSecond(800'000'000);
  link.energy_per_byte = Attojoules(2'000'000);
  parts.links = {link};
  parts.operating_points = {Point("slow", 200, 700, 2),
                            Point("fast", 500, 900, 2)};
  return Must(platform::Platform::Create(std::move(parts)));
}

platform::Platform MeasuredPlatform(const graph::Network& network) {
  platform::PlatformParts parts;
  parts.name = "measured";
  parts.domains = {Domain("all", 1'000, 1'000, false)};
  parts.memories = {MemoryOf("ram", 0, 1 << 24, 16)};
  platform::Table table;
  int64_t us = 700;
  for (const graph::Stage& stage : network.stages()) {
    for (const DataType dtype : {DataType::kFp32, DataType::kInt8}) {
      table.entries.push_back({network.name(), stage.name,
                               static_cast<int>(dtype),
                               Picoseconds(us * 1'000'000), std::nullopt});
      us += 131;
    }
  }
  parts.elements = {{"cpu", 0, 0, table, {}}};
  parts.operating_points = {Point("fast", 1'000, 900, 1)};
  return Must(platform::Platform::Create(std::move(parts)));
}

// Parameters and what their values mean, side by side.
class SpaceDraft {
 public:
  explicit SpaceDraft(study::StudySpec& spec) : spec_(spec) {}

  void Start(std::string path, Slot::Target target, int index = 0) {
    parameters_.push_back({std::move(path), {target, index}, {}});
    spec_.resolved.emplace_back();
  }
  void Add(std::string text, study::ResolvedValue value = {}) {
    value.text = text;
    parameters_.back().values.push_back(std::move(text));
    spec_.resolved.back().push_back(std::move(value));
  }
  void AddIndexed(std::string text, int index) {
    study::ResolvedValue value;
    value.index = index;
    Add(std::move(text), std::move(value));
  }
  void AddThreshold(const std::string& text) {
    study::ResolvedValue value;
    value.threshold = Must(behavior::Threshold::Parse(text));
    Add(text, std::move(value));
  }
  void AddPower(const std::string& text) {
    study::ResolvedValue value;
    value.power = Must(mapping::ParsePowerPolicy(text));
    Add(text, std::move(value));
  }

  std::vector<space::Parameter> Take() && { return std::move(parameters_); }

 private:
  study::StudySpec& spec_;
  std::vector<space::Parameter> parameters_;
};

std::vector<space::Parameter> ExampleParameters(study::StudySpec& spec) {
  SpaceDraft draft(spec);
  draft.Start("platform", Slot::Target::kPlatform);
  for (size_t i = 0; i < spec.platforms.size(); ++i) {
    draft.AddIndexed(spec.platforms[i].name(), static_cast<int>(i));
  }
  draft.Start("network.dtype", Slot::Target::kDataType);
  draft.AddIndexed("fp32", static_cast<int>(DataType::kFp32));
  draft.AddIndexed("int8", static_cast<int>(DataType::kInt8));
  for (int stage = 0; stage < 3; ++stage) {
    draft.Start(absl::StrCat("mapping.stages.exit", stage + 1),
                Slot::Target::kStageElement, stage);
    for (const char* name : {"cpu", "gpu", "npu"}) draft.Add(name);
  }
  draft.Start("policy.operating_point", Slot::Target::kOperatingPoint);
  for (const char* name : {"slow", "fast"}) draft.Add(name);
  draft.Start("policy.power", Slot::Target::kPower);
  draft.AddPower("always_on");
  draft.AddPower("clock_gate");
  draft.AddPower("power_gate: {timeout: 100 us}");
  for (int exit = 0; exit < 2; ++exit) {
    draft.Start(absl::StrCat("decisions.exit", exit + 1, ".threshold"),
                Slot::Target::kThreshold, exit);
    for (int percent = 50; percent <= 100; percent += 5) {
      draft.AddThreshold(
          absl::StrCat(percent / 100, ".", percent % 100 / 10, percent % 10));
    }
    draft.AddThreshold("never");
  }
  return std::move(draft).Take();
}

bool Has(const std::vector<platform::Platform>& platforms,
         absl::string_view name, const Slot& slot, absl::string_view value) {
  for (const platform::Platform& platform : platforms) {
    if (platform.name() != name) continue;
    if (slot.target == Slot::Target::kStageElement) {
      return platform.ElementNamed(value).has_value();
    }
    if (slot.target == Slot::Target::kOperatingPoint) {
      return platform.OperatingPointNamed(value).has_value();
    }
    return true;
  }
  return false;
}

}  // namespace

std::shared_ptr<study::StudySpec> ExampleStudy(const ExampleOptions& options) {
  auto spec = std::make_shared<study::StudySpec>();
  spec->network = ExampleNetwork();
  spec->source = ExampleTrace();
  spec->platforms = {SharedMemoryPlatform(), McuPlatform(), ArrayPlatform(),
                     MeasuredPlatform(spec->network)};
  spec->workload = {.period = Picoseconds(options.period_us * 1'000'000),
                    .deadline = Picoseconds(options.deadline_us * 1'000'000),
                    .inferences = options.inferences,
                    .seed = 7};
  spec->defaults.thresholds.assign(3, behavior::Threshold::Always());
  spec->defaults.stage_elements.assign(3, "");
  std::vector<Expression> only_if;
  for (const char* text :
       {"platform has mapping.stages", "platform has policy.operating_point"}) {
    only_if.push_back(Must(Expression::Parse(text)));
  }
  std::vector<space::Parameter> parameters = ExampleParameters(*spec);
  spec->space = Must(space::DesignSpace::Create(
      std::move(parameters), only_if,
      [&](absl::string_view platform, const Slot& slot,
          absl::string_view value) {
        return Has(spec->platforms, platform, slot, value);
      }));
  spec->fidelity = options.fidelity;
  for (const auto& info : measurement::AllMetrics()) {
    spec->metrics.push_back(info.metric);
  }
  return spec;
}

}  // namespace dynarch::testing
