#include "sim/wire/operator_wire.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/sim/wire/network_text.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Each with every field away from its default, and with none.
const std::vector<std::string>& Operators() {
  static const auto* operators = new std::vector<std::string>{
      R"t(conv2d { out_channels: "8" kernel: [ 3, 1 ] stride: [ 2, 1 ]
           padding: [ 1, 0, 2, 0 ] dilation: [ 2, 3 ] groups: "4" bias: true
           positions: "9" })t",
      R"t(conv2d { out_channels: "ceil(64 * width)" kernel: [ 3, 1 ]
           groups: "64 * width" positions: "active" })t",
      R"t(conv2d { out_channels: "8" kernel: [ 3, 1 ] })t",
      R"t(linear { out_features: "3" bias: true })t",
      R"t(linear { out_features: "width * 10" })t",
      R"t(pool { kind: MAX kernel: [ 2, 2 ] stride: [ 1, 1 ]
           padding: [ 1, 1, 0, 0 ] ceil_mode: true })t",
      "pool { kind: AVERAGE kernel: [ 2, 2 ] }",
      "pool { kind: GLOBAL_AVERAGE }",
      "pool { kind: GLOBAL_MAX }",
      "norm {}",
      "norm { kind: LAYER }",
      "norm { kind: GROUP }",
      "norm { kind: INSTANCE }",
      "norm { kind: RMS }",
      "norm { kind: LOCAL_RESPONSE size: 5 }",
      "softmax {}",
      "reshape {}",
      R"t(reshape { shape: [ "2", "n", "n / 2" ] })t",
      "concat {}",
      "concat { axis: 1 }",
      R"t(conv_transpose2d { out_channels: "8" kernel: [ 3, 1 ]
           stride: [ 2, 1 ] padding: [ 1, 0, 2, 0 ] output_padding: [ 1, 0 ]
           groups: 4 bias: true })t",
      R"t(conv_transpose2d { out_channels: "8 * width" kernel: [ 3, 1 ] })t",
      "matmul {}",
      "matmul { transpose_right: true }",
      "transpose { order: [ 2, 0, 1 ] }",
      R"t(slice { length: "4" })t",
      R"t(slice { axis: 2 begin: "3" length: "4" })t",
      R"t(slice { begin: "n - 1" length: "n" })t",
      "pad { padding: [ 1, 2, 3, 4 ] }",
      "pad { padding: [ 0, 0, 0, 0 ] }",
      R"t(resize { height: "7" width: "7" })t",
      R"t(resize { kind: NEAREST height: "n" width: "n * 2" })t",
      R"t(resize { kind: BICUBIC height: "n" width: "7" })t",
      "depth_to_space { block: 2 }",
      "embedding { entries: 100 features: 16 }",
      R"t(rnn_cell { kind: LSTM hidden: "20" bias: true
           bidirectional: true })t",
      R"t(rnn_cell { kind: GRU hidden: "20 * width" })t",
      R"t(rnn_cell { kind: SIMPLE hidden: "20" })t",
      R"t(gather { count: "active" })t",
      R"t(gather { count: "7" axis: 1 })t",
      R"t(scatter { count: "197" })t",
      R"t(scatter { count: "active" axis: 1 })t",
      "reduce { kind: MEAN }",
      "reduce { kind: SUM axes: [ 0, 2 ] keep: true }",
      "reduce { kind: MAX }",
      "reduce { kind: ARG_MAX }",
      "reduce { kind: TOP_K k: 2 }",
      "mix_weights { kernels: 8 shape: [ 16, 3, 3, 3 ] }",
      "merge {}",
      "opaque {}",
      R"t(opaque { name: "sort" shape: [ "2", "n" ] ops: 5
           weight_elements: 7 })t"};
  return *operators;
}

v1::Actor ActorOf(const std::string& text) {
  return Parse<v1::Actor>("name: \"a\" " + text);
}

TEST(OperatorWireTest, EveryOperatorSurvives) {
  std::set<int> seen;
  for (const std::string& text : Operators()) {
    const v1::Actor message = ActorOf(text);
    graph::Actor actor;
    ASSERT_OK(ReadOperator(message, "actors.a", &actor)) << text;
    v1::Actor written;
    written.set_name("a");
    WriteOperator(actor, &written);
    EXPECT_EQ(written.DebugString(), message.DebugString());
    EXPECT_EQ(NameOf(actor.op), v1::Actor::descriptor()
                                    ->FindFieldByNumber(message.operator_case())
                                    ->name());
    seen.insert(message.operator_case());
  }
  // Elementwise is below.
  EXPECT_EQ(
      static_cast<int>(seen.size()) + 1,
      v1::Actor::descriptor()->FindOneofByName("operator")->field_count());
}

TEST(OperatorWireTest, EveryElementwiseKindSurvives) {
  const auto* kinds = v1::Elementwise::Kind_descriptor();
  for (int i = 1; i < kinds->value_count(); ++i) {
    v1::Actor message;
    message.mutable_elementwise()->set_kind(
        static_cast<v1::Elementwise::Kind>(kinds->value(i)->number()));
    graph::Actor actor;
    ASSERT_OK(ReadOperator(message, "actors.a", &actor));
    v1::Actor written;
    WriteOperator(actor, &written);
    EXPECT_EQ(written.DebugString(), message.DebugString());
  }
  EXPECT_EQ(kinds->value_count(), 25);
}

// The domain's order is the message's: a few of them by name.
TEST(OperatorWireTest, KindsAreThoseOfTheirNames) {
  const auto kind = [](const std::string& text) {
    graph::Actor actor;
    EXPECT_OK(ReadOperator(ActorOf(text), "actors.a", &actor));
    return actor.op;
  };
  using graph::Elementwise;
  EXPECT_EQ(std::get<Elementwise>(kind("elementwise { kind: SILU }")).kind,
            Elementwise::Kind::kSilu);
  EXPECT_EQ(std::get<Elementwise>(kind("elementwise { kind: CLIP }")).kind,
            Elementwise::Kind::kClip);
  EXPECT_EQ(std::get<graph::Norm>(kind("norm {}")).kind,
            graph::Norm::Kind::kBatch);
  EXPECT_EQ(std::get<graph::Norm>(kind("norm { kind: RMS }")).kind,
            graph::Norm::Kind::kRms);
  EXPECT_EQ(
      std::get<graph::Resize>(kind(R"t(resize { height: "1" width: "1" })t"))
          .kind,
      graph::Resize::Kind::kBilinear);
  EXPECT_EQ(std::get<graph::Reduce>(kind("reduce { kind: ARG_MAX }")).kind,
            graph::Reduce::Kind::kArgMax);
}

struct BadOperator {
  std::string text, message;
};
void PrintTo(const BadOperator& bad, std::ostream* out) { *out << bad.text; }

class BadOperatorTest : public ::testing::TestWithParam<BadOperator> {};

TEST_P(BadOperatorTest, IsRefusedAtItsField) {
  graph::Actor actor;
  EXPECT_THAT(ReadOperator(ActorOf(GetParam().text), "actors.a", &actor),
              StatusIs(kInvalid, GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadOperatorTest,
    ::testing::ValuesIn(std::vector<BadOperator>{
        {R"t(conv_transpose2d { out_channels: "8" kernel: [ 3 ] })t",
         "actors.a.conv_transpose2d.kernel: got 1 numbers; [height, width] is "
         "allowed"},
        {R"t(conv_transpose2d { out_channels: "8" kernel: [ 3, 3 ]
              output_padding: [ 1 ] })t",
         "actors.a.conv_transpose2d.output_padding: got 1 numbers; [height, "
         "width] is allowed"},
        {"pool { kind: GLOBAL_MAX ceil_mode: true }",
         "actors.a.pool: a global pool covers its whole input; kernel, stride, "
         "padding and ceil_mode are not allowed"},
        {"norm { kind: LAYER size: 5 }",
         "actors.a.norm.size: only local_response has a size"},
        {"reduce { kind: MEAN k: 5 }", "actors.a.reduce.k: only top_k has a k"},
        {"reduce {}",
         "actors.a.reduce.kind: missing; allowed: mean, sum, max, arg_max, "
         "top_k"},
        {R"t(rnn_cell { hidden: "5" })t",
         "actors.a.rnn_cell.kind: missing; allowed: lstm, gru, simple"},
        {R"t(reshape { shape: [ "4", "ceil(" ] })t",
         "actors.a.reshape.shape[1]: column 6: expected a value, a name or "
         "'(', got the end"},
        {"slice {}",
         "actors.a.slice.length: missing; a whole number or an expression is "
         "needed"},
        {R"t(gather { count: "ciel(n)" })t",
         "actors.a.gather.count: column 1: unknown function 'ciel'; known: "
         "ceil, floor, round, min, max; did you mean 'ceil'?"},
        {R"t(resize { height: "7" width: "7 ms" })t",
         "actors.a.resize.width: '7 ms' is a time; a plain number is allowed"},
    }),
    [](const auto& info) { return absl::StrCat("case", info.index); });

}  // namespace
}  // namespace dynarch::wire
