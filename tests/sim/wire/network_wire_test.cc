#include "sim/wire/network_wire.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/sim/wire/study_text.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::StatusIs;
using ::google::protobuf::util::MessageDifferencer;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

void ExpectRoundTrip(const v1::Network& message) {
  ASSERT_OK_AND_ASSIGN(const graph::NetworkParts parts,
                       NetworkPartsFrom(message));
  EXPECT_EQ(ToMessage(parts).DebugString(), message.DebugString());
}

TEST(NetworkWireTest, TheSmallNetworkSurvives) {
  ExpectRoundTrip(SmallNetwork());
}

TEST(NetworkWireTest, EveryOperatorSurvives) {
  ExpectRoundTrip(Parse<v1::Network>(R"pb(
    name: "all"
    source: "made up"
    inputs {
      name: "x"
      shape: [ 4, 8, 8 ]
    }
    inputs {
      name: "y"
      shape: [ 4, 8, 8 ]
    }
    actors {
      name: "conv"
      inputs { from: "x" }
      conv2d {
        out_channels: 8
        kernel: [ 3, 1 ]
        stride: [ 2, 1 ]
        padding: [ 1, 0, 2, 0 ]
        dilation: [ 2, 3 ]
        groups: 4
        bias: true
      }
    }
    actors {
      name: "linear"
      inputs { from: "x" }
      linear { out_features: 3 }
    }
    actors {
      name: "max"
      inputs { from: "x" }
      pool {
        kind: MAX
        kernel: [ 2, 2 ]
        stride: [ 1, 1 ]
        padding: [ 1, 1, 0, 0 ]
      }
    }
    actors {
      name: "average"
      inputs { from: "x" }
      pool {
        kind: AVERAGE
        kernel: [ 2, 2 ]
      }
    }
    actors {
      name: "ga"
      inputs { from: "x" }
      pool { kind: GLOBAL_AVERAGE }
    }
    actors {
      name: "gm"
      inputs { from: "x" }
      pool { kind: GLOBAL_MAX }
    }
    actors {
      name: "relu"
      inputs { from: "x" }
      elementwise { kind: RELU }
    }
    actors {
      name: "relu6"
      inputs { from: "x" }
      elementwise { kind: RELU6 }
    }
    actors {
      name: "sig"
      inputs { from: "x" }
      elementwise { kind: SIGMOID }
    }
    actors {
      name: "tanh"
      inputs { from: "x" }
      elementwise { kind: TANH }
    }
    actors {
      name: "add"
      inputs { from: "x" }
      inputs { from: "relu" initial_tokens: 1 }
      elementwise { kind: ADD }
    }
    actors {
      name: "mul"
      inputs { from: "x" }
      inputs { from: "y" }
      elementwise { kind: MUL }
    }
    actors {
      name: "norm"
      inputs { from: "x" }
      norm {}
    }
    actors {
      name: "flat"
      inputs { from: "x" }
      reshape {}
    }
    actors {
      name: "shape"
      inputs { from: "x" }
      reshape { shape: [ 2, 128 ] }
    }
    actors {
      name: "cat"
      inputs { from: "x" }
      inputs { from: "y" }
      concat {}
    }
    actors {
      name: "soft"
      inputs { from: "linear" }
      softmax {}
    }
    decisions {
      name: "a"
      exit { from: "soft" }
      signal: ENTROPY
    }
    decisions {
      name: "b"
      exit { from: "soft" }
      signal: MARGIN
    }
    decisions {
      name: "c"
      exit { from: "soft" }
    }
  )pb"));
}

TEST(NetworkWireTest, DefaultsAreThoseOfTheSchema) {
  ASSERT_OK_AND_ASSIGN(const graph::NetworkParts parts,
                       NetworkPartsFrom(SmallNetwork()));
  const auto& conv = std::get<graph::Conv2d>(parts.actors[0].op);
  EXPECT_EQ(conv.stride, (graph::Extent2d{1, 1}));
  EXPECT_EQ(conv.dilation, (graph::Extent2d{1, 1}));
  EXPECT_EQ(conv.padding, graph::Padding2d());
  EXPECT_EQ(conv.groups, 1);
  EXPECT_EQ(parts.decisions[0].signal, graph::Signal::kMaxProbability);
}

// 2x2 windows of a 3x3 kernel on 4x4: 2*2*2*9 = 72 MACs; 8 and 8 features to
// 3: 24 each.
TEST(NetworkWireTest, TheNetworkHasTheMacsDerivedByHand) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       NetworkFrom(SmallNetwork()));
  EXPECT_EQ(network.total_macs(), Macs(72 + 24 + 24));
}

TEST(NetworkWireTest, ThresholdsAreThoseGiven) {
  v1::Network message = SmallNetwork();
  ASSERT_OK_AND_ASSIGN(auto thresholds, ThresholdsFrom(message));
  ASSERT_EQ(thresholds.size(), 2u);
  EXPECT_FALSE(thresholds[0].has_value());
  EXPECT_EQ(thresholds[1]->kind(), behavior::Threshold::Kind::kAlways);
  message.mutable_decisions(0)->set_threshold("0.85");
  ASSERT_OK_AND_ASSIGN(thresholds, ThresholdsFrom(message));
  EXPECT_EQ(thresholds[0]->value(), 0.85);
  message.mutable_decisions(0)->set_threshold("high");
  EXPECT_THAT(ThresholdsFrom(message),
              StatusIs(kInvalid,
                       "decisions.early.threshold: threshold: got 'high'; "
                       "allowed: never, always or a decimal such as 0.85"));
  message.mutable_decisions(0)->clear_threshold();
  message.mutable_decisions(1)->set_threshold("0.5");
  EXPECT_THAT(ThresholdsFrom(message),
              StatusIs(kInvalid,
                       "decisions.late.threshold: got '0.5'; the last exit is "
                       "always taken and has none"));
}

struct BadNetwork {
  std::string name;
  std::function<void(v1::Network*)> change;
  std::string message;
};
void PrintTo(const BadNetwork& bad, std::ostream* out) { *out << bad.name; }

class BadNetworkTest : public ::testing::TestWithParam<BadNetwork> {};

TEST_P(BadNetworkTest, IsRefusedAtItsField) {
  v1::Network message = SmallNetwork();
  GetParam().change(&message);
  EXPECT_THAT(NetworkFrom(message), StatusIs(kInvalid, GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Wire, BadNetworkTest,
    ::testing::ValuesIn(std::vector<BadNetwork>{
        {"name", [](v1::Network* n) { n->set_name("my net"); },
         "name: 'my net' is no name; a name is a letter or '_', then letters, "
         "digits and '_'"},
        {"actor_name",
         [](v1::Network* n) { n->mutable_actors(0)->set_name("a.b"); },
         "actors.a.b: 'a.b' is no name; a name is a letter or '_', then "
         "letters, digits and '_'"},
        {"unknown_producer",
         [](v1::Network* n) {
           n->mutable_actors(1)->mutable_inputs(0)->set_from("cnv");
         },
         "actors.flat1.inputs[0]: unknown actor or input 'cnv'; allowed: "
         "image, conv, flat1, fc1, soft1, relu, flat2, fc2, soft2; did you "
         "mean 'conv'?"},
        {"no_operator",
         [](v1::Network* n) { n->mutable_actors(0)->clear_conv2d(); },
         "actors.conv: no operator; one of conv2d, linear, pool, elementwise, "
         "norm, softmax, reshape, concat is needed"},
        {"kernel_of_one",
         [](v1::Network* n) {
           n->mutable_actors(0)->mutable_conv2d()->clear_kernel();
           n->mutable_actors(0)->mutable_conv2d()->add_kernel(3);
         },
         "actors.conv.conv2d.kernel: got 1 numbers; [height, width] is "
         "allowed"},
        {"no_kernel",
         [](v1::Network* n) {
           n->mutable_actors(0)->mutable_conv2d()->clear_kernel();
         },
         "actors.conv.conv2d.kernel: is empty; [height, width] is needed"},
        {"padding_of_two",
         [](v1::Network* n) {
           n->mutable_actors(0)->mutable_conv2d()->add_padding(1);
           n->mutable_actors(0)->mutable_conv2d()->add_padding(1);
         },
         "actors.conv.conv2d.padding: got 2 numbers; [top, left, bottom, "
         "right] is allowed"},
        {"negative_padding",
         [](v1::Network* n) {
           for (int i = 0; i < 4; ++i) {
             n->mutable_actors(0)->mutable_conv2d()->add_padding(-1);
           }
         },
         "actors.conv.conv2d.padding[0]: got -1; allowed: 0 to 2147483648"},
        {"global_pool_with_kernel",
         [](v1::Network* n) {
           v1::Pool* pool = n->mutable_actors(4)->mutable_pool();
           pool->set_kind(v1::Pool::GLOBAL_MAX);
           pool->add_kernel(2);
         },
         "actors.relu.pool: a global pool covers its whole input; kernel, "
         "stride and padding are not allowed"},
        {"pool_without_kind",
         [](v1::Network* n) { n->mutable_actors(4)->mutable_pool(); },
         "actors.relu.pool.kind: missing; max, average, global_average or "
         "global_max is allowed"},
        {"elementwise_without_kind",
         [](v1::Network* n) {
           n->mutable_actors(4)->mutable_elementwise()->clear_kind();
         },
         "actors.relu.elementwise.kind: missing; relu, relu6, sigmoid, tanh, "
         "add or mul is allowed"},
        {"negative_tokens",
         [](v1::Network* n) {
           n->mutable_actors(1)->mutable_inputs(0)->set_initial_tokens(-1);
         },
         "actors.flat1.inputs[0].initial_tokens: got -1; 0 or more is allowed"},
        {"exit_from_nowhere",
         [](v1::Network* n) {
           n->mutable_decisions(0)->mutable_exit()->set_from("soft3");
         },
         "decisions.early.exit: unknown actor 'soft3'; allowed: conv, flat1, "
         "fc1, soft1, relu, flat2, fc2, soft2; did you mean 'soft1'?"},
        {"no_kind_of_decision",
         [](v1::Network* n) { n->mutable_decisions(0)->clear_exit(); },
         "decisions.early: no kind of decision; `exit` is needed"},
        {"huge_extent",
         [](v1::Network* n) { n->mutable_inputs(0)->set_shape(1, INT64_MAX); },
         "inputs.image.shape: got [1, 9223372036854775807, 4]; extents >= 1 "
         "and "
         "at most 1099511627776 elements are allowed"},
        {"cycle",
         [](v1::Network* n) {
           n->mutable_actors(1)->mutable_inputs(0)->set_from("soft1");
         },
         "actors: cycle without initial tokens: flat1 -> fc1 -> soft1 -> "
         "flat1; "
         "a channel of it needs initial_tokens >= 1"},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dynarch::wire
