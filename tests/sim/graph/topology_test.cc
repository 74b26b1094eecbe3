#include "sim/graph/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::graph {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::NetworkBuilder;
using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TopologicalOrderTest, TakesTheFirstOfFileAmongThoseThatAreReady) {
  // a waits for d; b and c are ready at once, d after c.
  NetworkBuilder net("n");
  net.Input("x", {4});
  net.Add("a", Softmax{}, {"d"}).Add("b", Softmax{}, {"x"});
  net.Add("c", Softmax{}, {"x"}).Add("d", Softmax{}, {"c"});
  EXPECT_THAT(TopologicalOrder(net.parts()),
              IsOkAndHolds(ElementsAre(1, 2, 3, 0)));
}

TEST(TopologicalOrderTest, PrintsTheCycleInTheDirectionOfTheData) {
  NetworkBuilder net("n");
  net.Input("x", {4});
  const Elementwise add{Elementwise::Kind::kAdd};
  net.Add("before", Softmax{}, {"x"}).Add("a", add, {"before", "c"});
  net.Add("b", Softmax{}, {"a"}).Add("c", Softmax{}, {"b"});
  net.Add("after", Softmax{}, {"c"});
  EXPECT_THAT(
      TopologicalOrder(net.parts()),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("cycle without initial tokens: a -> b -> c -> a")));
}

TEST(TopologicalOrderTest, PrintsTheCycleAndNotWhatHangsOnIt) {
  // The first actor of the file only waits for the cycle.
  NetworkBuilder net("n");
  net.Input("x", {4});
  net.Add("after", Softmax{}, {"b"}).Add("a", Softmax{}, {"b"});
  net.Add("b", Softmax{}, {"a"});
  EXPECT_THAT(TopologicalOrder(net.parts()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("tokens: b -> a -> b;")));
}

TEST(TopologicalOrderTest, AnInitialTokenBreaksTheCycle) {
  NetworkBuilder net("n");
  net.Input("x", {4});
  net.Add("a", Elementwise{Elementwise::Kind::kAdd}, {"x", "+b"});
  net.Add("b", Softmax{}, {"a"});
  EXPECT_THAT(TopologicalOrder(net.parts()), IsOkAndHolds(ElementsAre(0, 1)));
}

// Every graph on 4 actors: the order exists exactly if some permutation puts
// each producer first, and is then the smallest such permutation.
TEST(TopologicalOrderTest, EqualsTheFirstFittingPermutationOnAllSmallGraphs) {
  constexpr int kActors = 4;
  int cyclic = 0;
  for (int edges = 0; edges < 1 << (kActors * (kActors - 1)); ++edges) {
    NetworkParts parts;
    std::vector<Actor>& actors = parts.actors;
    actors.resize(kActors);
    int bit = 0;
    for (int to = 0; to < kActors; ++to) {
      for (int from = 0; from < kActors; ++from) {
        if (from == to) continue;
        if ((edges >> bit++) & 1) actors[to].inputs.push_back({{false, from}});
      }
    }
    std::vector<int> order = {0, 1, 2, 3};
    const auto fits = [&] {
      std::vector<bool> done(kActors, false);
      for (const int actor : order) {
        for (const Channel& channel : actors[actor].inputs) {
          if (!done[channel.from.index]) return false;
        }
        done[actor] = true;
      }
      return true;
    };
    bool found = fits();
    while (!found && std::next_permutation(order.begin(), order.end())) {
      found = fits();
    }
    const auto got = TopologicalOrder(parts);
    ASSERT_EQ(got.ok(), found) << edges;
    if (found) {
      ASSERT_EQ(*got, order) << edges;
    } else {
      ++cyclic;
    }
  }
  // There are 543 acyclic digraphs on 4 labelled nodes (OEIS A003024), of 4096.
  EXPECT_EQ(cyclic, 4096 - 543);
}

}  // namespace
}  // namespace dynarch::graph
