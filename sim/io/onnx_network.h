// The graph of an ONNX file without ONNX's types, so that the library's headers
// stay in one source file.
#ifndef DYNARCH_SIM_IO_ONNX_NETWORK_H_
#define DYNARCH_SIM_IO_ONNX_NETWORK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dynarch/v1/network.pb.h"

namespace dynarch::io {

// A constant: its shape, and its numbers where an operator may need them
// (shapes, axes, limits). Numbers that are not known are left out: the shape is
// all that counts of a weight.
struct OnnxConstant {
  std::vector<int64_t> shape;
  std::vector<int64_t> integers;
  std::vector<double> reals;
};

struct OnnxGraph;

struct OnnxNode {
  std::string name;  // As in the file; may be empty.
  std::string op;
  std::vector<std::string> inputs;  // Empty text: left out.
  std::vector<std::string> outputs;
  std::map<std::string, std::vector<int64_t>> integers;  // Attributes.
  std::map<std::string, double> reals;
  std::map<std::string, std::string> texts;
  std::map<std::string, OnnxConstant> tensors;
  std::map<std::string, std::shared_ptr<const OnnxGraph>> graphs;
};

struct OnnxInput {
  std::string name;
  // Extents with the batch; absent where symbolic.
  std::vector<std::optional<int64_t>> shape;
};

struct OnnxGraph {
  std::string name;
  std::vector<OnnxInput> inputs;  // Without constants.
  std::vector<std::string> outputs;
  std::vector<OnnxNode> nodes;
  std::map<std::string, OnnxConstant> constants;
  // What the file, or ONNX's own inference, says of tensors between nodes.
  std::map<std::string, std::vector<std::optional<int64_t>>> shapes;
};

struct OnnxOptions {
  // Refuse operators that are not known, instead of importing them as opaque.
  bool strict = false;
  // Most rounds of a loop whose trip count the file leaves open.
  std::optional<int64_t> max_rounds;
};

// Operators that BuildNetwork knows, by ONNX name.
const std::vector<std::string>& SupportedOperators();

// The network of a graph; see ImportOnnx. Messages name the node. Warnings, if
// asked for, are appended.
absl::StatusOr<v1::Network> BuildNetwork(
    const OnnxGraph& graph, const OnnxOptions& options = {},
    std::vector<std::string>* warnings = nullptr);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_ONNX_NETWORK_H_
