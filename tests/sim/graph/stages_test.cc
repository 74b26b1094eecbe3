#include "sim/graph/stages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::graph {
namespace {

using ::dynarch::testing::NetworkBuilder;
using ::dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// x -> t1 -> t2 -> last (exit3); h1 on t1 (exit1), h2 on t1 and t2 (exit2).
NetworkBuilder ThreeExits() {
  NetworkBuilder net("n");
  net.Input("x", {4});
  net.Add("t1", Softmax{}, {"x"}).Add("h1", Softmax{}, {"t1"});
  net.Add("t2", Softmax{}, {"t1"});
  net.Add("h2", Elementwise{Elementwise::Kind::kAdd}, {"t1", "t2"});
  net.Add("last", Softmax{}, {"t2"});
  net.Exit("exit1", "h1").Exit("exit2", "h2").Exit("exit3", "last");
  return net;
}

TEST(StagesTest, SplitAtTheExitsIntoTrunkAndHead) {
  ASSERT_OK_AND_ASSIGN(const Network network,
                       Network::Create(ThreeExits().parts()));
  ASSERT_EQ(network.stages().size(), 3);
  const Stage& first = network.stages()[0];
  EXPECT_EQ(first.name, "exit1");
  EXPECT_THAT(first.trunk, ElementsAre(0));  // t1
  EXPECT_THAT(first.head, ElementsAre(1));   // h1
  EXPECT_EQ(first.classes, 4);
  EXPECT_THAT(network.stages()[1].trunk, ElementsAre(2));  // t2
  EXPECT_THAT(network.stages()[1].head, ElementsAre(3));   // h2
  EXPECT_THAT(network.stages()[2].trunk, IsEmpty());
  EXPECT_THAT(network.stages()[2].head, ElementsAre(4));  // last
  EXPECT_EQ(network.stage_of(3), 1);
  EXPECT_EQ(network.exits_needing(0), uint64_t{0b111});  // t1
  EXPECT_EQ(network.exits_needing(2), uint64_t{0b110});  // t2
  EXPECT_EQ(network.exits_needing(3), uint64_t{0b010});  // h2
}

TEST(StagesTest, RefuseAnActorThatNoExitNeeds) {
  NetworkBuilder net = ThreeExits();
  net.Add("idle", Softmax{}, {"t1"});
  EXPECT_THAT(
      Network::Create(net.parts()),
      StatusIs(kInvalid, HasSubstr("actors.idle: nothing needs its output")));
}

TEST(StagesTest, RefuseExitsOutOfOrder) {
  NetworkBuilder net("n");
  net.Input("x", {4});
  net.Add("a", Softmax{}, {"x"}).Add("b", Softmax{}, {"a"});
  net.Exit("exit1", "b").Exit("exit2", "a");
  EXPECT_THAT(Network::Create(net.parts()),
              StatusIs(kInvalid, AllOf(HasSubstr("decisions.exit1: depends on"),
                                       HasSubstr("later exit 'exit2'"))));
}

TEST(StagesTest, RefuseTwoExitsOnOneActor) {
  NetworkBuilder net("n");
  net.Input("x", {4}).Add("a", Softmax{}, {"x"});
  net.Exit("exit1", "a").Exit("exit2", "a");
  EXPECT_THAT(
      Network::Create(net.parts()),
      StatusIs(kInvalid, HasSubstr("decisions.exit2.from: got 'a', which "
                                   "exit 'exit1' reads already")));
}

// Second way: whether a path leads from an actor to an exit, by Warshall's
// closure of the channel relation instead of a search from the exits.
std::vector<uint64_t> ReachByClosure(const NetworkParts& parts) {
  const int n = static_cast<int>(parts.actors.size());
  std::vector<std::vector<bool>> reach(n, std::vector<bool>(n, false));
  for (int actor = 0; actor < n; ++actor) {
    reach[actor][actor] = true;
    for (const Channel& channel : parts.actors[actor].inputs) {
      if (!channel.from.is_input) reach[channel.from.index][actor] = true;
    }
  }
  for (int via = 0; via < n; ++via) {
    for (int from = 0; from < n; ++from) {
      for (int to = 0; to < n; ++to) {
        if (reach[from][via] && reach[via][to]) reach[from][to] = true;
      }
    }
  }
  std::vector<uint64_t> exits(n, 0);
  for (size_t exit = 0; exit < parts.exits.size(); ++exit) {
    for (int actor = 0; actor < n; ++actor) {
      if (reach[actor][parts.exits[exit].from])
        exits[actor] |= uint64_t{1} << exit;
    }
  }
  return exits;
}

// Random graphs of 2 to 9 actors, each reading one or two earlier tensors,
// with up to 4 exits at random. Fixed seed: a linear congruence.
TEST(StagesTest, EqualTheClosureOfReachabilityOnRandomGraphs) {
  uint64_t state = 20260101;
  const auto below = [&state](int n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int>((state >> 33) % n);
  };
  int accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    NetworkParts parts;
    parts.inputs.push_back({"x", {4}, {}});
    const int actors = 2 + below(8);
    for (int i = 0; i < actors; ++i) {
      Actor actor{"a" + std::to_string(i), Softmax{}, {}, {}, {}, {}};
      const int fan_in = 1 + below(2);
      for (int k = 0; k < fan_in; ++k) {
        const int from = below(i + 1) - 1;
        actor.inputs.push_back({{from < 0, from < 0 ? 0 : from}});
      }
      if (fan_in == 2) actor.op = Elementwise{Elementwise::Kind::kAdd};
      parts.actors.push_back(actor);
    }
    const int exits = 1 + below(4);
    for (int e = 0; e < exits; ++e) {
      parts.exits.push_back({"e" + std::to_string(e), below(actors)});
    }
    const std::vector<uint64_t> want = ReachByClosure(parts);
    bool valid = true;
    for (const uint64_t needing : want) valid = valid && needing != 0;
    for (int later = 0; later < exits; ++later) {
      for (int e = 0; e < later; ++e) {
        valid = valid && ((want[parts.exits[later].from] >> e) & 1) == 0;
      }
    }
    const auto network = Network::Create(parts);
    ASSERT_EQ(network.ok(), valid) << network.status();
    if (!valid) continue;
    ++accepted;
    std::vector<int> seen(actors, 0);
    for (int stage = 0; stage < exits; ++stage) {
      const uint64_t earlier = (uint64_t{1} << stage) - 1;
      for (const int a : network->stages()[stage].trunk) {
        ++seen[a];
        EXPECT_EQ(want[a] & earlier, uint64_t{0});
        EXPECT_GT(want[a] >> (stage + 1), uint64_t{0});
      }
      for (const int a : network->stages()[stage].head) {
        ++seen[a];
        EXPECT_EQ(want[a], uint64_t{1} << stage);
      }
    }
    for (int a = 0; a < actors; ++a) {
      EXPECT_EQ(seen[a], 1);
      EXPECT_EQ(network->exits_needing(a), want[a]);
    }
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace dynarch::graph
