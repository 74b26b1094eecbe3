// Traces and the populations made from them, for tests.
#ifndef DYNARCH_TESTS_SIM_BEHAVIOR_SMALL_TRACES_H_
#define DYNARCH_TESTS_SIM_BEHAVIOR_SMALL_TRACES_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/base/random.h"
#include "sim/behavior/population.h"
#include "tests/sim/behavior/small_networks.h"

namespace dynarch::behavior {

inline auto Refused(const std::string& what) {
  return testing::StatusIs(absl::StatusCode::kInvalidArgument,
                           ::testing::HasSubstr(what));
}

inline Population Realised(const Source& source, const graph::Network& network,
                           const Request& request = {}) {
  EXPECT_OK(CheckSource(source, network));
  EXPECT_OK(CheckRequest(source, network, request));
  auto population = Realise(source, network, request);
  EXPECT_OK(population);
  return *std::move(population);
}

inline Replay Replayed(const Population& population, const ExitPolicy& policy) {
  EXPECT_OK(population.Check(policy));
  return population.Run(policy);
}

// Three samples, two exits on max-probability.
inline Trace ThreeSamples(const graph::Network& network) {
  TraceSlice slice = SliceOf(3);
  slice.signal(graph::Signal::kMaxProbability) = {0.5, 0, 0.4, 0, 0.9, 0};
  slice.predicted.assign(6, 0);
  slice.correct = {0, 1, 0, 1, 1, 0};
  return TraceOf(network, slice);
}

// Signals are multiples of 1/64, so that thresholds hit them exactly.
struct RandomTrace {
  RandomTrace(uint64_t seed, int64_t samples, int exits)
      : random({.seed = seed}), slice(SliceOf(samples)) {
    testing::NetworkBuilder builder = ChainBuilder(exits);
    graph::NetworkParts parts = builder.parts();
    for (graph::Exit& exit : parts.exits) {
      exit.signal = static_cast<graph::Signal>(Below(kSignalCount));
    }
    network = *graph::Network::Create(parts);
    for (auto& signal : slice.signals) {
      for (int64_t i = 0; i < samples * exits; ++i) {
        signal.push_back(static_cast<double>(Below(65)) / 64);
      }
    }
    for (int64_t i = 0; i < samples * exits; ++i) {
      slice.predicted.push_back(Below(4));
      slice.correct.push_back(static_cast<uint8_t>(Below(2)));
    }
  }
  int Below(int n) { return static_cast<int>(random.UniformBelow(n)); }
  std::vector<Threshold> SomeThresholds() {
    std::vector<std::string> texts;
    for (size_t i = 0; i < network.exits().size(); ++i) {
      const int kind = Below(8);
      texts.push_back(kind == 0   ? "never"
                      : kind == 1 ? "always"
                                  : std::to_string(Below(65) / 64.0));
    }
    return Thresholds(texts);
  }

  RandomStream random;
  TraceSlice slice;
  graph::Network network = Chain(1);
};

// The exits that four samples took, of three.
inline Trace Taken(const graph::Network& network) {
  TraceSlice slice = SliceOf(4);
  slice.taken = {0, 2, 1, 0};
  slice.correct = {1, 0, 1, 1};
  return TraceOf(network, slice, Trace::Kind::kOutcomes);
}

}  // namespace dynarch::behavior

#endif  // DYNARCH_TESTS_SIM_BEHAVIOR_SMALL_TRACES_H_
