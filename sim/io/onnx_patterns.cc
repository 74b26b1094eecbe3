#include "sim/io/onnx_patterns.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dynarch::io {
namespace {

// The nodes of one graph, by what makes and reads each tensor.
class Fuser {
 public:
  explicit Fuser(OnnxGraph& graph) : graph_(graph) {
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      for (const std::string& output : graph.nodes[i].outputs) {
        makers_[output] = static_cast<int>(i);
      }
      for (const std::string& input : graph.nodes[i].inputs) {
        readers_[input].push_back(static_cast<int>(i));
      }
      for (const auto& [name, inner] : graph.nodes[i].graphs)
        CountInner(*inner);
    }
    for (const std::string& output : graph.outputs) pinned_.insert(output);
    // Exporters share equal constants and copy them by name.
    for (const auto& [name, constant] : graph.constants) {
      constants_.insert(name);
    }
    for (const OnnxNode& node : graph.nodes) {
      if (node.op == "Identity" && node.inputs.size() == 1 &&
          node.outputs.size() == 1 && IsConstant(node.inputs[0])) {
        constants_.insert(node.outputs[0]);
      }
    }
  }

  void Run() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const int node = static_cast<int>(i);
      if (gone_.count(node) > 0) continue;
      TryGelu(node) || TryLayerNorm(node) || TryGate(node);
    }
    std::vector<OnnxNode> kept;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (gone_.count(static_cast<int>(i)) == 0) {
        kept.push_back(std::move(graph_.nodes[i]));
      }
    }
    graph_.nodes = std::move(kept);
  }

 private:
  void CountInner(const OnnxGraph& inner) {
    for (const OnnxNode& node : inner.nodes) {
      pinned_.insert(node.inputs.begin(), node.inputs.end());
      for (const auto& [name, next] : node.graphs) CountInner(*next);
    }
    pinned_.insert(inner.outputs.begin(), inner.outputs.end());
  }

  const OnnxNode& Node(int index) const { return graph_.nodes[index]; }
  bool IsConstant(const std::string& name) const {
    return constants_.count(name) > 0;
  }

  // The node that alone reads the only output of `node`, if it is of kind `op`.
  std::optional<int> Next(int node, const std::string& op) const {
    const OnnxNode& made = Node(node);
    if (made.outputs.size() != 1 || pinned_.count(made.outputs[0]) > 0) {
      return std::nullopt;
    }
    const auto readers = readers_.find(made.outputs[0]);
    if (readers == readers_.end()) return std::nullopt;
    const std::set<int> distinct(readers->second.begin(),
                                 readers->second.end());
    if (distinct.size() != 1 || Node(*distinct.begin()).op != op) {
      return std::nullopt;
    }
    return *distinct.begin();
  }

  // The input of a two-operand node that is not `name`.
  static std::string Other(const OnnxNode& node, const std::string& name) {
    if (node.inputs.size() != 2) return "";
    return node.inputs[0] == name ? node.inputs[1] : node.inputs[0];
  }

  // Puts one node where the last of `nodes` is.
  bool Replace(const std::string& op, const std::string& input,
               const std::vector<int>& nodes) {
    const int last = *std::max_element(nodes.begin(), nodes.end());
    OnnxNode fused;
    fused.name = Node(last).name;
    fused.op = op;
    fused.inputs = {input};
    fused.outputs = Node(last).outputs;
    for (const int node : nodes) {
      if (node != last) gone_.insert(node);
    }
    graph_.nodes[last] = std::move(fused);
    return true;
  }

  // Div by sqrt 2, Erf, Add 1, then Mul by x and by a half, in either order.
  bool TryGelu(int first) {
    const OnnxNode& scaled = Node(first);
    if ((scaled.op != "Div" && scaled.op != "Mul") ||
        scaled.inputs.size() != 2 || !IsConstant(scaled.inputs[1])) {
      return false;
    }
    const std::string& x = scaled.inputs[0];
    const auto erf = Next(first, "Erf");
    const auto sum = erf ? Next(*erf, "Add") : std::nullopt;
    if (!sum || !IsConstant(Other(Node(*sum), Node(*erf).outputs[0]))) {
      return false;
    }
    const auto product = Next(*sum, "Mul");
    if (!product) return false;
    const std::string with = Other(Node(*product), Node(*sum).outputs[0]);
    const auto last = Next(*product, "Mul");
    if (with == x && last &&
        IsConstant(Other(Node(*last), Node(*product).outputs[0]))) {
      return Replace("Gelu", x, {first, *erf, *sum, *product, *last});
    }
    // (x / 2) * (1 + erf): the half is taken of x before.
    const auto half = makers_.find(with);
    if (half == makers_.end()) return false;
    const OnnxNode& halved = Node(half->second);
    if ((halved.op != "Mul" && halved.op != "Div") ||
        halved.inputs.size() != 2 || halved.inputs[0] != x ||
        !IsConstant(halved.inputs[1]) || !Next(half->second, "Mul")) {
      return false;
    }
    return Replace("Gelu", x, {first, *erf, *sum, *product, half->second});
  }

  // ReduceMean, Sub, Pow (or Mul), ReduceMean, Add, Sqrt, Div, Mul, Add.
  bool TryLayerNorm(int mean) {
    if (Node(mean).op != "ReduceMean") return false;
    const std::string& x = Node(mean).inputs[0];
    const auto centred = Next(mean, "Sub");
    if (!centred || Node(*centred).inputs[0] != x) return false;
    const std::string& difference = Node(*centred).outputs[0];
    if (pinned_.count(difference) > 0) return false;
    std::optional<int> square, quotient;
    for (const int reader : readers_[difference]) {
      if (Node(reader).op == "Div") quotient = reader;
      if (Node(reader).op == "Pow" || Node(reader).op == "Mul") square = reader;
    }
    if (!square || !quotient) return false;
    const auto variance = Next(*square, "ReduceMean");
    const auto raised = variance ? Next(*variance, "Add") : std::nullopt;
    const auto root = raised ? Next(*raised, "Sqrt") : std::nullopt;
    if (!root || Next(*root, "Div") != quotient) return false;
    const auto gain = Next(*quotient, "Mul");
    const auto shift = gain ? Next(*gain, "Add") : std::nullopt;
    if (!shift || !IsConstant(Other(Node(*gain), Node(*quotient).outputs[0])) ||
        !IsConstant(Other(Node(*shift), Node(*gain).outputs[0]))) {
      return false;
    }
    return Replace("LayerNormalization", x,
                   {mean, *centred, *square, *variance, *raised, *root,
                    *quotient, *gain, *shift});
  }

  // x * Sigmoid(x), x * HardSigmoid(x).
  bool TryGate(int gate) {
    const std::string& op = Node(gate).op;
    if (op != "Sigmoid" && op != "HardSigmoid") return false;
    const auto product = Next(gate, "Mul");
    if (!product) return false;
    const std::string& x = Node(gate).inputs[0];
    if (Other(Node(*product), Node(gate).outputs[0]) != x) return false;
    return Replace(op == "Sigmoid" ? "Silu" : "HardSwish", x, {gate, *product});
  }

  OnnxGraph& graph_;
  std::map<std::string, int> makers_;
  std::map<std::string, std::vector<int>> readers_;
  std::set<std::string> constants_;
  std::set<std::string> pinned_;  // Read by graphs within, or given.
  std::set<int> gone_;
};

}  // namespace

OnnxGraph FusePatterns(const OnnxGraph& graph) {
  OnnxGraph fused = graph;
  for (OnnxNode& node : fused.nodes) {
    for (auto& [name, inner] : node.graphs) {
      inner = std::make_shared<const OnnxGraph>(FusePatterns(*inner));
    }
  }
  Fuser(fused).Run();
  return fused;
}

}  // namespace dynarch::io
