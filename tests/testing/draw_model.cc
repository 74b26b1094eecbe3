// Random platforms.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/testing/draw.h"
#include "tests/testing/generators.h"

namespace dynarch::testing {
namespace {

using platform::Attojoules;
using platform::PerCycle;

PerCycle DrawRate() { return {Draw(1, 64), Draw(1, 4)}; }

std::vector<platform::ComputeRate> DrawRates() {
  std::vector<platform::ComputeRate> rates;
  for (const graph::DataType dtype :
       {graph::DataType::kFp32, graph::DataType::kInt8}) {
    if (dtype == graph::DataType::kInt8 && OneIn(8)) continue;
    rates.push_back({.dtype = static_cast<int>(dtype),
                     .ops_per_cycle = DrawRate(),
                     .energy_per_op = Attojoules(Draw(0, 5'000'000))});
  }
  return rates;
}

platform::Roofline DrawRoofline() {
  platform::Roofline roofline;
  roofline.rates = DrawRates();
  roofline.shares.assign(graph::kOperatorClassCount, {Draw(1, 4), 4});
  roofline.call_overhead = Picoseconds(Draw(0, 3) * 40'000);
  roofline.synchronize = Picoseconds(Draw(0, 2) * 70'001);
  return roofline;
}

platform::ElementKind DrawKind(bool host) {
  switch (host ? Draw(0, 1) : Draw(0, 3)) {
    case 0:
      return platform::Cpu{1, DrawRoofline()};
    case 1:
      return platform::Mcu{1, DrawRoofline()};
    case 2:
      return platform::Gpu{2, DrawRoofline()};
    default: {
      platform::Systolic array;
      array.rows = Draw(1, 8);
      array.columns = Draw(1, 8);
      array.dataflow = static_cast<platform::Systolic::Dataflow>(Draw(0, 2));
      array.types = DrawRates();
      array.vector_ops_per_cycle = DrawRate();
      array.call_overhead = Picoseconds(Draw(0, 2) * 25'000);
      array.synchronize = Picoseconds(Draw(0, 2) * 30'000);
      return array;
    }
  }
}

platform::ElementKind DrawTable(const graph::Network& network) {
  platform::Table table;
  const bool energy = !OneIn(2);
  for (const graph::Stage& stage : network.stages()) {
    for (const graph::DataType dtype :
         {graph::DataType::kFp32, graph::DataType::kInt8}) {
      platform::TableEntry entry{.network = network.name(),
                                 .stage = stage.name,
                                 .dtype = static_cast<int>(dtype),
                                 .time = Picoseconds(Draw(1, 900'000)),
                                 .energy = std::nullopt};
      if (energy) entry.energy = Femtojoules(Draw(0, 1'000'000));
      table.entries.push_back(std::move(entry));
    }
  }
  return table;
}

// Transitions from none to longer than most activities.
platform::PowerState DrawState(platform::PowerStateKind kind) {
  platform::PowerState state;
  state.kind = kind;
  state.leakage = Nanowatts(Draw(0, 1'000'000));
  if (kind == platform::PowerStateKind::kActive) {
    state.clock = Nanowatts(Draw(1, 5'000'000));
    return state;
  }
  state.entry = Picoseconds(OneIn(3) ? 0 : Draw(1, 300'000));
  state.exit = Picoseconds(OneIn(3) ? 0 : Draw(1, 300'000));
  state.entry_energy = Femtojoules(Draw(0, 100'000));
  state.exit_energy = Femtojoules(Draw(0, 100'000));
  return state;
}

platform::PowerDomain DrawDomain(int number) {
  platform::PowerDomain domain;
  domain.name = absl::StrCat("domain", number);
  domain.reference_voltage = Microvolts(900'000);
  domain.reference_frequency = Hertz(1'000'000'000);
  domain.states.push_back(DrawState(platform::PowerStateKind::kActive));
  if (!OneIn(4)) {
    domain.states.push_back(DrawState(platform::PowerStateKind::kClockGated));
  }
  if (!OneIn(3)) {
    domain.states.push_back(DrawState(platform::PowerStateKind::kPowerGated));
  }
  return domain;
}

platform::OperatingPoint DrawPoint(int number, size_t domains) {
  platform::OperatingPoint point;
  point.name = absl::StrCat("point", number);
  for (size_t d = 0; d < domains; ++d) {
    point.domains.push_back({.frequency = Hertz(Draw(1, 40) * 50'000'000),
                             .voltage = Microvolts(Draw(6, 12) * 100'000)});
  }
  return point;
}

void DrawElements(const graph::Network& network,
                  platform::PlatformParts& parts) {
  const int64_t domains = static_cast<int64_t>(parts.domains.size());
  const int64_t memories = static_cast<int64_t>(parts.memories.size());
  const bool table = OneIn(6);
  const int64_t count = table ? 1 : Draw(1, 3);
  for (int64_t i = 0; i < count; ++i) {
    parts.elements.push_back(
        {.name = absl::StrCat("pe", i),
         .domain = static_cast<int>(Draw(0, domains - 1)),
         .memory = static_cast<int>(Draw(0, memories - 1)),
         .kind = table ? DrawTable(network) : DrawKind(/*host=*/i == 0),
         .area = SquareMicrons(0)});
  }
  for (int first = 0; first < count; ++first) {
    for (int second = first + 1; second < count; ++second) {
      if (OneIn(5)) continue;
      platform::Link link;
      link.name = absl::StrCat("link", first, second);
      link.first = first;
      link.second = second;
      link.latency = Picoseconds(Draw(0, 50'000));
      if (!OneIn(3)) link.bandwidth = BytesPerSecond(Draw(1, 40) * 100'000'000);
      link.energy_per_byte = Attojoules(Draw(0, 20'000'000));
      parts.links.push_back(std::move(link));
    }
  }
}

}  // namespace

platform::Platform DrawPlatform(const graph::Network& network) {
  platform::PlatformParts parts;
  parts.name = "board";
  const int64_t domains = Draw(1, 4);
  for (int64_t d = 0; d < domains; ++d) {
    parts.domains.push_back(DrawDomain(static_cast<int>(d)));
  }
  for (int64_t m = Draw(1, 2); m > 0; --m) {
    parts.memories.push_back(
        {.name = absl::StrCat("memory", m),
         .capacity = Bytes(OneIn(20) ? 100 : 1'000'000),
         .domain = static_cast<int>(Draw(0, domains - 1)),
         .bytes_per_cycle = DrawRate(),
         .energy_per_byte = Attojoules(Draw(0, 20'000'000))});
  }
  DrawElements(network, parts);
  for (int64_t p = Draw(1, 2); p > 0; --p) {
    parts.operating_points.push_back(
        DrawPoint(static_cast<int>(p), parts.domains.size()));
  }
  parts.overhead_power = Nanowatts(OneIn(2) ? 0 : Draw(1, 1'000'000));
  auto platform = platform::Platform::Create(std::move(parts));
  if (!platform.ok()) RC_FAIL(std::string(platform.status().message()));
  return *std::move(platform);
}

}  // namespace dynarch::testing
