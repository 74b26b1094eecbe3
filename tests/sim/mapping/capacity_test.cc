#include "sim/mapping/capacity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "sim/base/reason.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::mapping {
namespace {

using ::dynarch::testing::AddElement;
using ::dynarch::testing::NetworkBuilder;
using ::dynarch::testing::PlainPlatform;
using ::dynarch::testing::PlainRoofline;
using graph::DataType;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// x[100] -> a[50] -> p1[10] (exit1); a -> b[20] -> p2[10] (exit2).
NetworkBuilder TwoExits() {
  NetworkBuilder net("net");
  net.Input("x", {100});
  net.Add("a", graph::Linear{.out_features = 50}, {"x"});
  net.Add("p1", graph::Linear{.out_features = 10}, {"a"});
  net.Add("b", graph::Linear{.out_features = 20}, {"a"});
  net.Add("p2", graph::Linear{.out_features = 10}, {"b"});
  net.Exit("exit1", "p1").Exit("exit2", "p2");
  return net;
}

// cpu with `dram`, npu with a memory of its own.
platform::PlatformParts TwoMemories() {
  platform::PlatformParts parts = PlainPlatform();
  AddElement(parts, "npu", platform::Mcu{1, PlainRoofline()}, true);
  parts.links.push_back({"bus", 0, 1, Picoseconds(1), {}, {}});
  return parts;
}

std::vector<MemoryNeed> Needs(const NetworkBuilder& net,
                              const platform::PlatformParts& hardware,
                              const StageElements& stages, DataType dtype) {
  auto network = graph::Network::Create(net.parts());
  EXPECT_OK(network);
  auto platform = platform::Platform::Create(hardware);
  EXPECT_OK(platform);
  auto needs = MemoryNeeds(*network, network->full(), *platform, stages, dtype);
  EXPECT_OK(needs);
  return *needs;
}

TEST(MemoryNeedsTest, AreWeightsAndTheLargestLiveActivations) {
  // Weights 5000 + 500 + 1000 + 200 = 6700. Live while a fires: x + a = 150,
  // p1: a + p1 = 60, b: a + b = 70 (p1 died with its stage), p2: b + p2 = 30.
  EXPECT_THAT(Needs(TwoExits(), PlainPlatform(), {0, 0}, DataType::kInt8),
              ElementsAre(MemoryNeed{.weights = Bytes(6700),
                                     .activations = Bytes(150)}));
  // In fp32 four times that.
  EXPECT_THAT(Needs(TwoExits(), PlainPlatform(), {0, 0}, DataType::kFp32),
              ElementsAre(MemoryNeed{.weights = Bytes(26'800),
                                     .activations = Bytes(600)}));
}

TEST(MemoryNeedsTest, SplitBetweenMemories) {
  // Stage 2 on the npu: weights 1000 + 200 there, 5500 in dram. a is produced
  // in dram and lives there until b has read it, and as a copy on the npu:
  // dram: 150 at a; npu: a + b = 70 at b.
  EXPECT_THAT(
      Needs(TwoExits(), TwoMemories(), {0, 1}, DataType::kInt8),
      ElementsAre(
          MemoryNeed{.weights = Bytes(5500), .activations = Bytes(150)},
          MemoryNeed{.weights = Bytes(1200), .activations = Bytes(70)}));
  // All on the npu: the input waits in the host's memory, and is copied.
  EXPECT_THAT(
      Needs(TwoExits(), TwoMemories(), {1, 1}, DataType::kInt8),
      ElementsAre(
          MemoryNeed{.weights = Bytes(0), .activations = Bytes(100)},
          MemoryNeed{.weights = Bytes(6700), .activations = Bytes(150)}));
}

TEST(MemoryNeedsTest, PutWeightsIntoTheMemoryOfWeights) {
  platform::PlatformParts hardware = PlainPlatform();
  hardware.memories.push_back(hardware.memories[0]);
  hardware.memories[1].name = "flash";
  hardware.elements[0].weight_memory = 1;
  EXPECT_THAT(
      Needs(TwoExits(), hardware, {0, 0}, DataType::kInt8),
      ElementsAre(MemoryNeed{.weights = Bytes(0), .activations = Bytes(150)},
                  MemoryNeed{.weights = Bytes(6700), .activations = Bytes(0)}));
}

TEST(MemoryNeedsTest, KeepProbabilitiesToTheEndOfTheirStage) {
  // The exit reads `sum`, and the next state is computed after it from `small`
  // and `large`. While `large` fires: small 5 + large 50 + state 10 (for the
  // next inference) + sum 10, which no actor reads any more.
  NetworkBuilder net("net");
  net.Input("x", {10});
  net.Add("sum", graph::Elementwise{graph::Elementwise::Kind::kAdd},
          {"x", "+state"});
  net.Add("small", graph::Linear{.out_features = 5}, {"sum"});
  net.Add("large", graph::Linear{.out_features = 50}, {"small"});
  net.Add("state", graph::Linear{.out_features = 10}, {"large"});
  net.Exit("exit1", "sum");
  EXPECT_EQ(Needs(net, PlainPlatform(), {0}, DataType::kInt8)[0].activations,
            Bytes(75));
}

TEST(MemoryNeedsTest, CountAReshapeAsItsInput) {
  NetworkBuilder net("net");
  net.Input("x", {4, 25});
  net.Add("flat", graph::Reshape{}, {"x"});
  net.Add("p", graph::Linear{.out_features = 10}, {"flat"}).Exit("e", "p");
  EXPECT_THAT(Needs(net, PlainPlatform(), {0}, DataType::kInt8),
              ElementsAre(MemoryNeed{.weights = Bytes(1000),
                                     .activations = Bytes(110)}));
}

TEST(MemoryNeedsTest, KeepATokenForTheNextInference) {
  // `state` is read by `sum` of the next inference, so it lives throughout:
  // at sum x + sum + state = 30, as at state sum + state = 20.
  NetworkBuilder net("net");
  net.Input("x", {10});
  net.Add("sum", graph::Elementwise{graph::Elementwise::Kind::kAdd},
          {"x", "+state"});
  net.Add("state", graph::Softmax{}, {"sum"}).Exit("e", "state");
  EXPECT_THAT(
      Needs(net, PlainPlatform(), {0}, DataType::kInt8),
      ElementsAre(MemoryNeed{.weights = Bytes(0), .activations = Bytes(30)}));
}

TEST(MemoryNeedsTest, AreNoneForMeasuredStages) {
  platform::PlatformParts hardware = PlainPlatform();
  hardware.elements[0].kind = platform::Table{};
  EXPECT_THAT(Needs(TwoExits(), hardware, {0, 0}, DataType::kInt8),
              ElementsAre(MemoryNeed{}));
}

TEST(CheckCapacityTest, FitsToTheByte) {
  platform::PlatformParts hardware = PlainPlatform();
  const auto check = [&] {
    auto network = graph::Network::Create(TwoExits().parts());
    auto platform = platform::Platform::Create(hardware);
    return CheckCapacity(*network, network->full(), *platform, {0, 0},
                         DataType::kInt8);
  };
  hardware.memories[0].capacity = Bytes(6850);
  EXPECT_OK(check());
  hardware.memories[0].capacity = Bytes(6849);
  const auto reason = ReasonOf(check());
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->code, reason::kMemoryCapacity);
  EXPECT_THAT(reason->sentence,
              AllOf(HasSubstr("memory 'dram' of platform 'plain'"),
                    HasSubstr("1 B too much")));
}

// Second way: at every firing, which tensors are still wanted in one memory,
// asked for each tensor and each step anew.
int64_t PeakByScanning(const graph::Network& network,
                       const platform::Platform& platform,
                       const StageElements& stages, int memory) {
  std::vector<int> steps;
  for (size_t s = 0; s < stages.size(); ++s) {
    for (const int actor : network.order()) {
      if (network.stage_of(actor) == static_cast<int>(s)) {
        steps.push_back(actor);
      }
    }
  }
  const auto memory_at = [&](int stage) {
    return platform.elements()[stages[stage]].memory;
  };
  const auto reads = [&](int actor, const graph::Endpoint& tensor) {
    const auto& inputs = network.actors()[actor].inputs;
    return std::any_of(inputs.begin(), inputs.end(), [&](const auto& channel) {
      return channel.from == tensor;
    });
  };
  int64_t peak = 0;
  for (size_t now = 0; now < steps.size(); ++now) {
    const int stage = network.stage_of(steps[now]);
    int64_t live = 0;
    for (int t = -1; t < static_cast<int>(network.actors().size()); ++t) {
      const graph::Endpoint tensor = {t < 0, std::max(t, 0)};
      const size_t born =
          t < 0 ? 0 : std::find(steps.begin(), steps.end(), t) - steps.begin();
      const int home = t < 0 ? platform.elements()[platform.host()].memory
                             : memory_at(network.stage_of(t));
      bool wanted = false;
      if (home == memory) {
        wanted = born == now;
        for (size_t later = now; later < steps.size(); ++later) {
          wanted = wanted || (born <= now && reads(steps[later], tensor));
        }
        for (size_t exit = 0; exit < stages.size(); ++exit) {
          // An exit's probabilities last to the end of its stage.
          wanted = wanted ||
                   (born <= now && t >= 0 && network.exits()[exit].from == t &&
                    stage <= static_cast<int>(exit));
        }
      } else {
        // A copy: brought by the first reading stage on this memory.
        bool brought = false;
        for (const int actor : steps) {
          brought = brought ||
                    (memory_at(network.stage_of(actor)) == memory &&
                     network.stage_of(actor) <= stage && reads(actor, tensor));
        }
        for (size_t later = now; later < steps.size(); ++later) {
          wanted =
              wanted || (brought && reads(steps[later], tensor) &&
                         memory_at(network.stage_of(steps[later])) == memory);
        }
      }
      if (wanted) live += network.token_elements(tensor);
    }
    peak = std::max(peak, live);
  }
  return peak;
}

TEST(MemoryNeedsTest, EqualScanningEveryTensorAtEveryStep) {
  uint64_t state = 20260104;
  const auto below = [&state](int n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int>((state >> 33) % n);
  };
  const auto platform = platform::Platform::Create(TwoMemories());
  ASSERT_OK(platform);
  int compared = 0;
  for (int round = 0; round < 500; ++round) {
    // A trunk of `stages` x 2 actors with heads, and reads at random.
    NetworkBuilder net("net");
    net.Input("x", {1 + below(50)});
    std::vector<std::string> names = {"x"};
    const int stages = 1 + below(3);
    StageElements elements;
    for (int s = 0; s < stages; ++s) {
      for (int i = 0; i < 2; ++i) {
        const std::string name = "t" + std::to_string(2 * s + i);
        net.Add(name, graph::Linear{.out_features = 1 + below(50)},
                {names.back()});
        names.push_back(name);
      }
      const std::string head = "h" + std::to_string(s);
      const std::string old = names[below(static_cast<int>(names.size()))];
      net.Add(head + "a", graph::Linear{.out_features = 5}, {old});
      net.Add(head + "b", graph::Linear{.out_features = 5}, {names.back()});
      net.Add(head, graph::Elementwise{graph::Elementwise::Kind::kAdd},
              {head + "a", head + "b"});
      net.Exit("e" + std::to_string(s), head);
      elements.push_back(below(2));
    }
    const auto network = graph::Network::Create(net.parts());
    ASSERT_OK(network);
    const auto needs = MemoryNeeds(*network, network->full(), *platform,
                                   elements, DataType::kInt8);
    ASSERT_OK(needs);
    for (int memory = 0; memory < 2; ++memory) {
      ASSERT_EQ((*needs)[memory].activations.value(),
                PeakByScanning(*network, *platform, elements, memory))
          << "round " << round << " memory " << memory;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 1000);
}

}  // namespace
}  // namespace dynarch::mapping
