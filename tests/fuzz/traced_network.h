// A network whose traces the fuzz targets read: two exits, a gate, a router and
// experts.
#ifndef DYNARCH_TESTS_FUZZ_TRACED_NETWORK_H_
#define DYNARCH_TESTS_FUZZ_TRACED_NETWORK_H_

#include "sim/graph/network.h"
#include "tests/testing/model_builders.h"

namespace dynarch::testing {

inline const graph::Network& TracedNetwork() {
  static const graph::Network& network = *[] {
    using graph::Decision;
    NetworkBuilder net("traced");
    net.Input("x", {8});
    Decision gate, router, moe;
    gate.name = "gate";
    gate.kind = Decision::Kind::kSkip;
    router.name = "router";
    router.kind = Decision::Kind::kBranch;
    router.options = {"easy", "hard"};
    moe.name = "moe";
    moe.kind = Decision::Kind::kExperts;
    moe.experts = 2;
    moe.top_k = 1;
    moe.of = graph::OutcomeExpression::Constant(6);
    net.Decide(gate).Decide(router).Decide(moe);
    net.Add("a", graph::Linear{8}, {"x"}).When("gate");
    net.Add("b", graph::Linear{8}, {"x"}).When("router == hard");
    net.Add("c", graph::Linear{8}, {"x"}).When("moe.e0 > 0");
    net.Add("sum", graph::Elementwise{graph::Elementwise::Kind::kAdd},
            {"x", "a", "b", "c"});
    net.Add("s1", graph::Softmax{}, {"sum"}).Exit("early", "s1");
    net.Add("fc", graph::Linear{4}, {"sum"}).Exit("late", "fc");
    return new graph::Network(*graph::Network::Create(net.parts()));
  }();
  return network;
}

}  // namespace dynarch::testing

#endif  // DYNARCH_TESTS_FUZZ_TRACED_NETWORK_H_
