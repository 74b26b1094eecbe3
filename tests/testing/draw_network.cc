// Random networks: a trunk that exits branch off, with blocks that decide.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/testing/draw.h"
#include "tests/testing/generators.h"

namespace dynarch::testing {
namespace {

using graph::Decision;
using graph::Elementwise;
using graph::Endpoint;
using graph::OperatorField;

graph::OutcomeExpression Text(const std::string& text) {
  auto expression = graph::OutcomeExpression::Parse(text);
  if (!expression.ok()) RC_FAIL(std::string(expression.status().message()));
  return *std::move(expression);
}

graph::Conv2d Same(int64_t channels) {
  graph::Conv2d conv;
  conv.out_channels = channels;
  conv.kernel = {3, 3};
  conv.padding = {1, 1, 1, 1};
  conv.bias = OneIn(2);
  return conv;
}

// A chain of actors that grows at its end; every block leaves a tensor of one
// shape, whatever its decision says.
class NetworkDraft {
 public:
  NetworkDraft() {
    parts_.name = "random";
    shape_ = {Draw(1, 3), Draw(1, 6), Draw(1, 6)};
    parts_.inputs.push_back({.name = "image", .shape = shape_, .extents = {}});
    trunk_ = {.is_input = true, .index = 0};
  }

  void GrowTrunk() {
    switch (Draw(0, 3)) {
      case 0:
        shape_[0] = Draw(1, 4);
        Add(Same(shape_[0]));
        return;
      case 1:
        Add(Elementwise{Elementwise::Kind::kRelu});
        return;
      case 2:
        Add(graph::Norm{});
        return;
      default: {
        graph::Pool pool;
        pool.kernel = {std::min<int64_t>(2, shape_[1]),
                       std::min<int64_t>(2, shape_[2])};
        pool.stride = pool.kernel;
        shape_[1] /= pool.kernel.height;
        shape_[2] /= pool.kernel.width;
        Add(pool);
      }
    }
  }

  void AddBlock(Decision::Kind kind) {
    Decision decision;
    decision.kind = kind;
    decision.name = absl::StrCat("d", parts_.decisions.size());
    const Endpoint before = trunk_;
    // A loop and the experts always read what they are told.
    if (kind != Decision::Kind::kRepeat && !OneIn(3)) {
      decision.from = AddGate().index;
      trunk_ = before;
    }
    switch (kind) {
      case Decision::Kind::kSkip:
        return AddSkip(std::move(decision));
      case Decision::Kind::kBranch:
        return AddBranch(std::move(decision));
      case Decision::Kind::kExperts:
        return AddExperts(std::move(decision));
      case Decision::Kind::kWidth:
        return AddWidth(std::move(decision));
      case Decision::Kind::kResolution:
        return AddResolution(std::move(decision));
      case Decision::Kind::kActive:
        return AddActive(std::move(decision));
      case Decision::Kind::kRepeat:
        return AddRepeat(std::move(decision));
      case Decision::Kind::kFrame:
        return AddFrame(std::move(decision));
    }
  }

  void AddExit(int number) {
    const Endpoint trunk = trunk_;
    Add(graph::Reshape{});
    Add(graph::Linear{.out_features = Draw(2, 10), .bias = OneIn(2)});
    Add(graph::Softmax{});
    parts_.exits.push_back({.name = absl::StrCat("exit", number),
                            .from = trunk_.index,
                            .signal = static_cast<graph::Signal>(Draw(0, 2))});
    trunk_ = trunk;
  }

  void DrawRule() {
    graph::ExitRule& rule = parts_.exit_rule;
    const int exits = static_cast<int>(parts_.exits.size());
    if (exits >= 2 && OneIn(5)) {
      rule.kind = graph::ExitRule::Kind::kPatience;
      rule.patience = static_cast<int>(Draw(1, 2));
    } else if (exits >= 3 && OneIn(4)) {
      rule.kind = graph::ExitRule::Kind::kPredicted;
      rule.at = static_cast<int>(Draw(0, exits - 3));
      const bool falls =
          parts_.exits[rule.at].signal == graph::Signal::kEntropy;
      for (int i = rule.at + 2; i < exits; ++i) {
        const int step = i - rule.at - 1;
        rule.bounds.push_back(*Decimal::Parse(
            absl::StrCat(falls ? 0.25 * step : 1 - 0.25 * step)));
      }
    }
  }

  // Without softmax and check at its end.
  void EndInOutput() {
    parts_.exits.back().name = "output";
    parts_.ends_in_output = true;
  }

  graph::NetworkParts Take() && { return std::move(parts_); }

 private:
  graph::Actor& AddTo(std::vector<graph::Channel> inputs, graph::Operator op) {
    const auto number = static_cast<int>(parts_.actors.size());
    graph::Actor actor;
    actor.name = absl::StrCat(graph::NameOf(op), "_", number);
    actor.op = std::move(op);
    actor.inputs = std::move(inputs);
    parts_.actors.push_back(std::move(actor));
    trunk_ = {.is_input = false, .index = number};
    return parts_.actors.back();
  }
  graph::Actor& Add(graph::Operator op) {
    return AddTo({{.from = trunk_}}, std::move(op));
  }
  const std::string& NewDecision(Decision decision) {
    parts_.decisions.push_back(std::move(decision));
    return parts_.decisions.back().name;
  }

  // What a decision reads: one or more numbers of the trunk.
  Endpoint AddGate() {
    Add(graph::Reshape{});
    Add(graph::Linear{.out_features = Draw(1, 3), .bias = false});
    return trunk_;
  }

  void AddSkip(Decision decision) {
    const std::string name = NewDecision(std::move(decision));
    const Endpoint before = trunk_;
    Add(Same(shape_[0])).when = Text(name);
    AddTo({{.from = before}, {.from = trunk_}},
          Elementwise{Elementwise::Kind::kAdd});
  }

  void AddBranch(Decision decision) {
    decision.options = {"easy", "hard"};
    const std::string name = NewDecision(std::move(decision));
    const Endpoint before = trunk_;
    Add(Same(shape_[0])).when = Text(absl::StrCat(name, " == easy"));
    const Endpoint easy = trunk_;
    trunk_ = before;
    Add(Same(shape_[0])).when = Text(absl::StrCat(name, " == hard"));
    Add(Elementwise{}).when = Text(absl::StrCat(name, " == hard"));
    AddTo({{.from = easy}, {.from = trunk_}}, graph::Merge{});
  }

  // Tokens are the channels, two at least so that nominally each of the two
  // experts has one; a token goes to one of them.
  void AddExperts(Decision decision) {
    if (shape_[0] < 2) {
      shape_[0] = 2;
      Add(Same(shape_[0]));
    }
    decision.experts = 2;
    decision.top_k = 1;
    decision.of = graph::OutcomeExpression::Constant(shape_[0]);
    const std::string name = NewDecision(std::move(decision));
    const int64_t pixels = shape_[1] * shape_[2];
    Add(graph::Reshape{{shape_[0], pixels}});
    const Endpoint tokens = trunk_;
    std::vector<graph::Channel> sum = {{.from = tokens}};
    for (int e = 0; e < 2; ++e) {
      const std::string load = absl::StrCat(name, ".e", e);
      const auto when = Text(load + " > 0");
      graph::Actor& gather = AddTo({{.from = tokens}}, graph::Gather{});
      gather.extents = {{OperatorField::kCount, 0, Text(load)}};
      gather.when = when;
      Add(graph::Linear{.out_features = pixels, .bias = false}).when = when;
      Add(graph::Scatter{.count = shape_[0]}).when = when;
      sum.push_back({.from = trunk_});
    }
    AddTo(std::move(sum), Elementwise{Elementwise::Kind::kAdd});
    Add(graph::Reshape{shape_});
  }

  void AddWidth(Decision decision) {
    decision.values = {*Decimal::Parse("0.5"), Decimal::FromInt(1)};
    const std::string name = NewDecision(std::move(decision));
    graph::Actor& narrow = Add(Same(1));
    narrow.extents = {{OperatorField::kOutChannels, 0,
                       Text(absl::StrCat("ceil(3 * ", name, ")"))}};
    Add(Same(shape_[0]));
  }

  void AddResolution(Decision decision) {
    decision.values = {Decimal::FromInt(2), Decimal::FromInt(4)};
    const std::string name = NewDecision(std::move(decision));
    graph::Actor& resize = Add(graph::Resize{});
    resize.extents = {{OperatorField::kHeight, 0, Text(name)},
                      {OperatorField::kWidth, 0, Text(name)}};
    Add(Same(shape_[0]));
    Add(graph::Resize{.height = shape_[1], .width = shape_[2]});
  }

  void AddActive(Decision decision) {
    const int64_t pixels = shape_[1] * shape_[2];
    decision.of = graph::OutcomeExpression::Constant(pixels);
    const std::string name = NewDecision(std::move(decision));
    Add(graph::Reshape{{shape_[0], pixels}});
    graph::Actor& gather = Add(graph::Gather{.count = 1, .axis = 1});
    gather.extents = {{OperatorField::kCount, 0, Text(name)}};
    Add(Elementwise{});
    Add(graph::Scatter{.count = pixels, .axis = 1});
    Add(graph::Reshape{shape_});
  }

  // step = trunk + step of the round before; the gate is in the loop.
  void AddRepeat(Decision decision) {
    decision.max = 3;
    const auto times = Text(decision.name);
    const auto step = static_cast<int>(parts_.actors.size());
    AddTo({{.from = trunk_},
           {.from = {.is_input = false, .index = step}, .initial_tokens = 1}},
          Elementwise{Elementwise::Kind::kAdd})
        .times = times;
    const Endpoint out = trunk_;
    if (!OneIn(3)) {
      Add(graph::Reshape{}).times = times;
      Add(graph::Linear{.out_features = 1, .bias = false}).times = times;
      decision.from = trunk_.index;
    }
    NewDecision(std::move(decision));
    trunk_ = out;
  }

  // The state is what was computed last.
  void AddFrame(Decision decision) {
    const std::string name = NewDecision(std::move(decision));
    Add(Same(shape_[0])).when = Text(absl::StrCat(name, " == process"));
    const auto state = static_cast<int>(parts_.actors.size());
    AddTo({{.from = trunk_},
           {.from = {.is_input = false, .index = state}, .initial_tokens = 1}},
          graph::Merge{});
  }

  graph::NetworkParts parts_;
  graph::Shape shape_;
  Endpoint trunk_;
};

}  // namespace

graph::Network DrawNetwork(const DrawOptions& options) {
  NetworkDraft draft;
  const int64_t exits = Draw(1, 4);
  int64_t blocks = OneIn(2) ? 0 : Draw(1, 3);
  for (int64_t exit = 1; exit <= exits; ++exit) {
    for (int64_t n = Draw(0, 3); n > 0; --n) draft.GrowTrunk();
    if (blocks > 0 && (OneIn(2) || exit == exits)) {
      for (int64_t n = exit == exits ? blocks : 1; n > 0; --n, --blocks) {
        draft.AddBlock(static_cast<Decision::Kind>(Draw(0, 7)));
      }
    }
    draft.AddExit(static_cast<int>(exit));
  }
  if (options.rules) draft.DrawRule();
  if (OneIn(6)) draft.EndInOutput();
  // A trunk's end that no exit reads would be refused: the last exit reads it.
  auto network = graph::Network::Create(std::move(draft).Take());
  if (!network.ok()) RC_FAIL(std::string(network.status().message()));
  return *std::move(network);
}

}  // namespace dynarch::testing
