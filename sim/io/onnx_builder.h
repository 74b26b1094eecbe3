// Turns the nodes of an ONNX graph into actors; onnx_network.h is the way in.
#ifndef DYNARCH_SIM_IO_ONNX_BUILDER_H_
#define DYNARCH_SIM_IO_ONNX_BUILDER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dynarch/v1/network.pb.h"
#include "sim/graph/network.h"
#include "sim/graph/operator.h"
#include "sim/io/onnx_network.h"

namespace dynarch::io {

// A tensor that some input or actor makes.
struct OnnxTensor {
  graph::Endpoint from;
  graph::Shape shape;
};

// Builds one network. Tensors lose their batch; errors name the node.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(const OnnxGraph& graph) : graph_(graph) {}

  absl::StatusOr<v1::Network> Build();

  // What turns a node into actors, by ONNX operator.
  using Handler = absl::Status (NetworkBuilder::*)();
  static const std::map<std::string, Handler>& Handlers();

 private:
  // --- Errors, attributes and tensors of the current node.

  template <typename... Parts>
  absl::Status Error(const Parts&... parts) const {
    return absl::InvalidArgumentError(
        absl::StrCat("node '", NodeName(), "' (", node_->op, "): ", parts...));
  }
  const std::string& NodeName() const;
  std::vector<int64_t> Attribute(const std::string& name,
                                 std::vector<int64_t> otherwise) const;
  int64_t Attribute(const std::string& name, int64_t otherwise) const;
  const OnnxConstant* Constant(size_t input) const;
  bool HasInput(size_t input) const;
  absl::StatusOr<OnnxTensor> Data(size_t input) const;

  // --- Building.

  std::string FreshName(absl::string_view wanted);

  absl::Status AddInput(const OnnxInput& input);

  absl::Status AddNode();

  absl::Status AddActor(graph::Operator op,
                        const std::vector<OnnxTensor>& inputs);

  absl::Status AddUnary(graph::Operator op);

  absl::Status AddExit(const std::string& output);

  // --- Operators.

  // [height, width] of an attribute with two numbers.
  absl::StatusOr<graph::Extent2d> Extent(const std::string& name,
                                         graph::Extent2d otherwise) const;

  absl::StatusOr<graph::Padding2d> Padding() const;

  absl::Status AddConv();

  // A product of the flat input with a constant [features in, features out].
  absl::Status AddLinear(int64_t in, int64_t out, bool bias);

  absl::Status AddGemm();

  absl::Status AddMatMul();

  absl::Status AddPool(graph::Pool::Kind kind);
  absl::Status AddMaxPool();
  absl::Status AddAveragePool();
  absl::Status AddGlobalAveragePool();
  absl::Status AddGlobalMaxPool();

  absl::Status AddElementwise(graph::Elementwise::Kind kind);
  absl::Status AddRelu();
  absl::Status AddSigmoid();
  absl::Status AddTanh();

  // A limit of Clip: an attribute before opset 11, an input since.
  std::optional<double> ClipLimit(const std::string& name, size_t input) const;
  absl::Status AddClip();

  absl::Status AddBinary(graph::Elementwise::Kind kind);
  absl::Status AddMul();

  // Readers of a tensor, graph outputs included.
  int64_t ReaderCount(const std::string& tensor) const;

  // Add of a constant vector to a MatMul that nothing else reads is its bias.
  absl::Status AddAdd();

  absl::Status AddNorm();

  // Axis of an operator over [batch, ...], counted from 0.
  absl::StatusOr<int64_t> Axis(const OnnxTensor& input,
                               int64_t otherwise) const;
  absl::Status AddSoftmax();
  absl::Status AddConcat();

  // --- Shapes only.

  // Adds a reshape; one extent needs no shape of its own.
  absl::Status AddReshaped(const OnnxTensor& input, graph::Shape shape);
  absl::Status AddFlatten();
  absl::Status AddReshape();
  // Squeeze: removes extents of 1; `axes` count the batch, which stays.
  absl::Status AddSqueeze();
  absl::Status AddNothing();

  const OnnxGraph& graph_;
  const OnnxNode* node_ = nullptr;
  graph::NetworkParts parts_;
  std::map<std::string, OnnxTensor> tensors_;
  std::set<std::string> names_;
};

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_ONNX_BUILDER_H_
