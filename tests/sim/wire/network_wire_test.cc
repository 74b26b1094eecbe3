#include "sim/wire/network_wire.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "sim/graph/scenario_graph.h"
#include "tests/sim/wire/network_text.h"
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

// Expressions of every place, as they were written.
TEST(NetworkWireTest, ExpressionsSurvive) {
  ExpectRoundTrip(Parse<v1::Network>(R"pb(
    name: "dynamic"
    inputs {
      name: "image"
      shape: [ "3", "resolution", "resolution * 2" ]
    }
    actors {
      name: "conv"
      inputs { from: "image" }
      conv2d {
        out_channels: "ceil(64 * width)"
        kernel: [ 3, 3 ]
      }
    }
    actors {
      name: "loop"
      inputs { from: "conv" }
      inputs { from: "loop" initial_tokens: 1 }
      when: "block and width >= 0.5"
      times: "rounds"
      elementwise { kind: ADD }
    }
    decisions {
      name: "resolution"
      resolution { options: [ "112", "224" ] }
    }
    output: "loop"
  )pb"));
}

TEST(NetworkWireTest, ExpressionsAreReadAndLeaveOneInTheOperator) {
  v1::Network message = SmallNetwork();
  message.mutable_inputs(0)->set_shape(2, "size");
  v1::Actor* conv = message.mutable_actors(0);
  conv->mutable_conv2d()->set_out_channels("2 * 4");
  conv->set_when("fine");
  conv->set_times("1 + n");
  ASSERT_OK_AND_ASSIGN(const graph::NetworkParts parts,
                       NetworkPartsFrom(message));
  EXPECT_EQ(parts.inputs[0].shape, (graph::Shape{1, 4, 1}));
  ASSERT_EQ(parts.inputs[0].extents.size(), 1u);
  EXPECT_EQ(parts.inputs[0].extents[0].index, 2);
  EXPECT_EQ(parts.inputs[0].extents[0].expression.text(), "size");
  const graph::Actor& actor = parts.actors[0];
  EXPECT_EQ(std::get<graph::Conv2d>(actor.op).out_channels, 1);
  ASSERT_EQ(actor.extents.size(), 1u);
  EXPECT_EQ(actor.extents[0].field, graph::OperatorField::kOutChannels);
  EXPECT_EQ(*actor.extents[0].expression.Count({}), 8);
  EXPECT_EQ(actor.when->text(), "fine");
  EXPECT_EQ(actor.times->text(), "1 + n");
  EXPECT_FALSE(parts.actors[1].when.has_value());
  EXPECT_FALSE(parts.actors[1].times.has_value());
}

// A network of half the width computes half the filters: 2 of 4 with 9 MACs at
// each of 4 pixels.
TEST(NetworkWireTest, WidthsDecideTheMacs) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       NetworkFrom(Parse<v1::Network>(R"pb(
                         name: "slim"
                         inputs {
                           name: "image"
                           shape: [ "1", "4", "4" ]
                         }
                         actors {
                           name: "conv"
                           inputs { from: "image" }
                           conv2d {
                             out_channels: "4 * width"
                             kernel: [ 3, 3 ]
                           }
                         }
                         decisions {
                           name: "width"
                           width { options: [ "0.5", "1" ] }
                         }
                         output: "conv"
                       )pb")));
  EXPECT_EQ(network.total_macs(), Macs(4 * 4 * 9));
  ASSERT_OK_AND_ASSIGN(const graph::ScenarioGraph half,
                       graph::ScenarioGraph::Create(network, {0}));
  EXPECT_EQ(half.total_macs(), Macs(2 * 4 * 9));
}

TEST(NetworkWireTest, DefaultsAreThoseOfTheSchema) {
  ASSERT_OK_AND_ASSIGN(const graph::NetworkParts parts,
                       NetworkPartsFrom(SmallNetwork()));
  const auto& conv = std::get<graph::Conv2d>(parts.actors[0].op);
  EXPECT_EQ(conv.stride, (graph::Extent2d{1, 1}));
  EXPECT_EQ(conv.dilation, (graph::Extent2d{1, 1}));
  EXPECT_EQ(conv.padding, graph::Padding2d());
  EXPECT_EQ(conv.groups, 1);
  EXPECT_EQ(parts.exits[0].signal, graph::Signal::kMaxProbability);
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
  // With an output, every exit is an early one.
  message.set_output("relu");
  message.mutable_decisions(1)->set_threshold("never");
  ASSERT_OK_AND_ASSIGN(thresholds, ThresholdsFrom(message));
  ASSERT_EQ(thresholds.size(), 3u);
  EXPECT_EQ(thresholds[1]->kind(), behavior::Threshold::Kind::kNever);
  EXPECT_EQ(thresholds[2]->kind(), behavior::Threshold::Kind::kAlways);
  message.clear_output();
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
         "norm, softmax, reshape, concat, conv_transpose2d, matmul, transpose, "
         "slice, pad, resize, depth_to_space, embedding, rnn_cell, gather, "
         "scatter, reduce, mix_weights, merge, opaque is needed"},
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
         "stride, padding and ceil_mode are not allowed"},
        {"pool_without_kind",
         [](v1::Network* n) { n->mutable_actors(4)->mutable_pool(); },
         "actors.relu.pool.kind: missing; allowed: max, average, "
         "global_average, global_max"},
        {"elementwise_without_kind",
         [](v1::Network* n) {
           n->mutable_actors(4)->mutable_elementwise()->clear_kind();
         },
         "actors.relu.elementwise.kind: missing; allowed: relu, relu6, "
         "sigmoid, "
         "tanh, add, mul, sub, div, maximum, gelu, silu, hard_sigmoid, "
         "hard_swish, leaky_relu, prelu, exp, sqrt, pow, erf, neg, abs, clip, "
         "compare, scale"},
        {"kind_of_a_later_schema",
         [](v1::Network* n) {
           n->mutable_actors(4)->mutable_elementwise()->set_kind(
               static_cast<v1::Elementwise::Kind>(99));
         },
         "actors.relu.elementwise.kind: got 99; allowed: relu, relu6, sigmoid, "
         "tanh, add, mul, sub, div, maximum, gelu, silu, hard_sigmoid, "
         "hard_swish, leaky_relu, prelu, exp, sqrt, pow, erf, neg, abs, clip, "
         "compare, scale"},
        {"no_channels",
         [](v1::Network* n) {
           n->mutable_actors(0)->mutable_conv2d()->clear_out_channels();
         },
         "actors.conv.conv2d.out_channels: missing; a whole number or an "
         "expression is needed"},
        {"channels_not_whole",
         [](v1::Network* n) {
           n->mutable_actors(0)->mutable_conv2d()->set_out_channels("64 *");
         },
         "actors.conv.conv2d.out_channels: column 5: expected a value, a name "
         "or '(', got the end"},
        {"unknown_decision_in_an_extent",
         [](v1::Network* n) {
           n->mutable_actors(0)->mutable_conv2d()->set_groups("wdth");
           v1::Decision* width = n->add_decisions();
           width->set_name("width");
           width->mutable_width()->add_options("1");
           n->mutable_decisions()->SwapElements(1, 2);
         },
         "actors.conv.conv2d.groups: column 1: unknown name 'wdth'; known: "
         "width; did you mean 'width'?"},
        {"shape_of_an_input",
         [](v1::Network* n) { n->mutable_inputs(0)->set_shape(1, "4 4"); },
         "inputs.image.shape[1]: column 3: expected an operator or the end, "
         "got a number"},
        {"condition",
         [](v1::Network* n) { n->mutable_actors(4)->set_when("a >"); },
         "actors.relu.when: column 4: expected a value, a name or '(', got the "
         "end"},
        {"times",
         [](v1::Network* n) { n->mutable_actors(4)->set_times("2.5"); },
         "actors.relu.times: '2.5': comes to 5/2; a whole number >= 0 is "
         "allowed (ceil, floor, round)"},
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
         "decisions.early: no kind of decision; one of exit, skip, branch, "
         "experts, width, resolution, active, repeat, frame is needed"},
        {"huge_extent",
         [](v1::Network* n) {
           n->mutable_inputs(0)->set_shape(1, "9223372036854775807");
         },
         "inputs.image.shape: got [1, 9223372036854775807, 4]; extents >= 1 "
         "and "
         "at most 1099511627776 elements are allowed"},
        {"cycle",
         [](v1::Network* n) {
           n->mutable_actors(1)->mutable_inputs(0)->set_from("soft1");
         },
         "actors: cycle without initial tokens: flat1 -> fc1 -> soft1 -> "
         "flat1; "
         "a channel of it needs initial_tokens >= 1, or a decision must come "
         "before what depends on it"},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dynarch::wire
