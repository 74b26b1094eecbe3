// Finding the valid combinations of a space like the digits study's, and
// drawing candidates from it.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/search/designer.h"
#include "sim/space/design_space.h"

namespace dynarch::space {
namespace {

std::vector<std::string> Names(const std::string& prefix, int64_t count) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < count; ++i) {
    names.push_back(prefix + std::to_string(i));
  }
  return names;
}

// `thresholds`^2 x 69,120 combinations: 6 platforms, 2 types, 4 elements for
// each of 3 stages, 30 points, 3 powers.
DesignSpace SpaceOf(int64_t thresholds) {
  using Target = Slot::Target;
  const std::vector<std::string> elements = Names("e", 4);
  const HasPredicate has = [](absl::string_view platform, const Slot& slot,
                              absl::string_view value) {
    const int p = platform.back() - '0';
    const int v = value.back() - '0';
    if (slot.target == Target::kStageElement) return v == 0 || v == p % 4;
    if (slot.target == Target::kOperatingPoint) return v % 6 == p;
    return true;
  };
  auto space = DesignSpace::Create(
      {{"platform", {Target::kPlatform, 0}, Names("p", 6)},
       {"network.dtype", {Target::kDataType, 0}, Names("t", 2)},
       {"mapping.stages.a", {Target::kStageElement, 0}, elements},
       {"mapping.stages.b", {Target::kStageElement, 1}, elements},
       {"mapping.stages.c", {Target::kStageElement, 2}, elements},
       {"policy.operating_point", {Target::kOperatingPoint, 0}, Names("o", 30)},
       {"policy.power", {Target::kPower, 0}, Names("w", 3)},
       {"decisions.a.threshold",
        {Target::kThreshold, 0},
        Names("1", thresholds)},
       {"decisions.b.threshold",
        {Target::kThreshold, 1},
        Names("1", thresholds)}},
      {*Expression::Parse("platform has mapping.stages"),
       *Expression::Parse("platform has policy.operating_point"),
       *Expression::Parse("platform has policy.power"),
       *Expression::Parse("platform has network.dtype")},
      has);
  return *std::move(space);
}

void BM_DesignSpaceCreate(benchmark::State& state) {
  int64_t size = 0;
  for (auto _ : state) size = SpaceOf(state.range(0)).size();
  state.SetItemsProcessed(state.iterations() * size);
}
BENCHMARK(BM_DesignSpaceCreate)->Arg(9)->Arg(19)->Arg(39);

void BM_RandomDesigner(benchmark::State& state) {
  const DesignSpace space = SpaceOf(19);
  for (auto _ : state) {
    const auto designer = search::MakeRandom(space, state.range(0), 7);
    while (!(*designer)->done()) {
      benchmark::DoNotOptimize((*designer)->Ask(4096));
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_RandomDesigner)->RangeMultiplier(8)->Range(1 << 10, 1 << 16);

}  // namespace
}  // namespace dynarch::space
