// Networks and traces small enough to count by hand.
#ifndef DYNARCH_TESTS_SIM_BEHAVIOR_SMALL_NETWORKS_H_
#define DYNARCH_TESTS_SIM_BEHAVIOR_SMALL_NETWORKS_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/behavior/rule.h"
#include "sim/behavior/trace.h"
#include "sim/graph/network.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::behavior {

inline graph::Network Made(const testing::NetworkBuilder& builder) {
  auto network = graph::Network::Create(builder.parts());
  EXPECT_OK(network);
  return *std::move(network);
}

// Exits `exit1` to `exitN` of 4 classes. Trunk t_k: linear 8 -> 8 (64 MACs);
// head h_k: linear 8 -> 4 (32 MACs), then a softmax.
inline testing::NetworkBuilder ChainBuilder(
    int exits, graph::Signal signal = graph::Signal::kMaxProbability) {
  testing::NetworkBuilder net("chain");
  net.Input("x", {8});
  std::string from = "x";
  for (int e = 1; e <= exits; ++e) {
    const std::string n = std::to_string(e);
    net.Add("t" + n, graph::Linear{8}, {from});
    net.Add("h" + n, graph::Linear{4}, {"t" + n});
    net.Add("s" + n, graph::Softmax{}, {"h" + n});
    net.Exit("exit" + n, "s" + n, signal);
    from = "t" + n;
  }
  return net;
}
inline graph::Network Chain(
    int exits, graph::Signal signal = graph::Signal::kMaxProbability) {
  return Made(ChainBuilder(exits, signal));
}

// Blocks b1 to bN: linear 8 -> 8 (64 MACs) each behind a gate known beforehand,
// added to what goes past it; then linear 8 -> 4 (32 MACs).
inline graph::Network Gated(int gates) {
  testing::NetworkBuilder net("gated");
  net.Input("x", {8});
  std::string from = "x";
  for (int g = 1; g <= gates; ++g) {
    const std::string n = std::to_string(g);
    graph::Decision gate;
    gate.name = "gate" + n;
    gate.kind = graph::Decision::Kind::kSkip;
    net.Decide(gate);
    net.Add("b" + n, graph::Linear{8}, {from}).When("gate" + n);
    net.Add("a" + n, graph::Elementwise{graph::Elementwise::Kind::kAdd},
            {from, "b" + n});
    from = "a" + n;
  }
  net.Add("fc", graph::Linear{4}, {from}).Output("fc");
  return Made(net);
}

inline std::vector<Threshold> Thresholds(
    const std::vector<std::string>& texts) {
  std::vector<Threshold> thresholds;
  for (const std::string& text : texts) {
    auto threshold = text == "checked"
                         ? absl::StatusOr<Threshold>(Threshold::Checked())
                         : Threshold::Parse(text);
    EXPECT_OK(threshold);
    thresholds.push_back(*threshold);
  }
  return thresholds;
}

// Samples 0, 1, ... of split `select` in fp32.
inline TraceSlice SliceOf(int64_t samples) {
  TraceSlice slice;
  slice.split = "select";
  for (int64_t i = 0; i < samples; ++i) slice.samples.push_back(i);
  return slice;
}

inline Trace TraceOf(const graph::Network& network, TraceSlice slice,
                     Trace::Kind kind = Trace::Kind::kSignals) {
  Trace trace;
  trace.kind = kind;
  for (const graph::Exit& exit : network.exits()) {
    trace.exits.push_back(exit.name);
  }
  for (size_t d = 0; d < network.decisions().size(); ++d) {
    trace.decisions.push_back(
        {network.decisions()[d].name, network.layout().count[d]});
  }
  trace.slices.push_back(std::move(slice));
  return trace;
}

}  // namespace dynarch::behavior

#endif  // DYNARCH_TESTS_SIM_BEHAVIOR_SMALL_NETWORKS_H_
