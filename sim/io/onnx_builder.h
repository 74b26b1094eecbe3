// Turns the nodes of an ONNX graph into actors; onnx_network.h is the way in.
#ifndef DYNARCH_SIM_IO_ONNX_BUILDER_H_
#define DYNARCH_SIM_IO_ONNX_BUILDER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dynarch/v1/network.pb.h"
#include "sim/graph/network.h"
#include "sim/graph/operator.h"
#include "sim/io/onnx_network.h"

namespace dynarch::io {

// A tensor that some input or actor makes. `full` is the file's shape, the
// batch (an extent of 1) at axis `batch`, or nowhere where it has been folded
// away ([8 heads, ...]).
struct OnnxTensor {
  graph::Endpoint from;
  std::vector<int64_t> full;
  std::optional<int> batch;
  // Without the batch; a scalar is [1].
  graph::Shape shape() const {
    graph::Shape shape = full;
    if (batch.has_value()) shape.erase(shape.begin() + *batch);
    return shape.empty() ? graph::Shape{1} : shape;
  }
};

// Builds one network. Errors name the node.
class NetworkBuilder {
 public:
  NetworkBuilder(const OnnxGraph& graph, const OnnxOptions& options,
                 std::vector<std::string>* warnings)
      : root_(graph), options_(options), warnings_(warnings) {}

  absl::StatusOr<v1::Network> Build();

  // What turns a node into actors, by ONNX operator.
  using Handler = absl::Status (NetworkBuilder::*)();
  static const std::map<std::string, Handler>& Handlers();

 private:
  using Integers = std::vector<int64_t>;

  // --- Errors, attributes and tensors of the current node: onnx_network.cc.

  template <typename... Parts>
  absl::Status Error(const Parts&... parts) const {
    return absl::InvalidArgumentError(
        absl::StrCat("node '", NodeName(), "' (", node_->op, "): ", parts...));
  }
  void Warn(std::string text);
  const std::string& NodeName() const;
  Integers Attribute(const std::string& name, Integers otherwise) const;
  int64_t Attribute(const std::string& name, int64_t otherwise) const;
  std::string Attribute(const std::string& name, const char* otherwise) const;
  // A constant, in the file or folded; null if the input is none.
  const OnnxConstant* Constant(const std::string& name) const;
  const OnnxConstant* Constant(size_t input) const;
  bool HasInput(size_t input) const;
  // A list that is an attribute or, since some version, a constant input.
  absl::StatusOr<std::optional<Integers>> Listed(const std::string& name,
                                                 size_t input) const;
  absl::StatusOr<OnnxTensor> Data(size_t input) const;
  bool HasData(size_t input) const;
  // An axis of the file, counted from its end if negative, from 0.
  absl::StatusOr<int64_t> FileAxis(int64_t axis,
                                   const OnnxTensor& tensor) const;
  // The same without the batch; none if it is the batch.
  absl::StatusOr<std::optional<int64_t>> Axis(int64_t axis,
                                              const OnnxTensor& tensor) const;
  // Readers of a tensor in its graph, outputs included.
  int64_t ReaderCount(const std::string& tensor) const;

  // --- Building: onnx_network.cc.

  std::string FreshName(absl::string_view wanted);
  absl::Status AddInput(const OnnxInput& input);
  absl::Status AddNodes(const OnnxGraph& graph);
  absl::Status AddNode();
  bool TryFold();
  // A new actor, within the condition and loop of the place.
  absl::StatusOr<OnnxTensor> NewActor(graph::Operator op,
                                      const std::vector<OnnxTensor>& inputs,
                                      absl::string_view suffix = "");
  // The same, its output that of the node.
  absl::Status AddActor(graph::Operator op,
                        const std::vector<OnnxTensor>& inputs);
  absl::Status AddUnary(graph::Operator op);
  absl::Status Give(OnnxTensor tensor, size_t output = 0);
  // The same elements in another shape of the file; a new actor if that is
  // another shape without the batch, too.
  absl::StatusOr<OnnxTensor> Reshaped(const OnnxTensor& input, Integers full,
                                      std::optional<int> batch);
  // The same, the batch staying where it was or at the first extent of 1.
  absl::StatusOr<OnnxTensor> Reshaped(const OnnxTensor& input, Integers full);

  // --- The network's end: onnx_exits.cc.

  absl::Status AddOutputs();
  absl::Status AddExit(const std::string& name, OnnxTensor tensor);
  bool IsSoftmax(const OnnxTensor& tensor) const;
  void Prune();

  // --- Convolutions, products, pooling, normalisation: onnx_operators.cc.

  absl::StatusOr<graph::Extent2d> Extent(const std::string& name,
                                         graph::Extent2d otherwise) const;
  absl::StatusOr<graph::Padding2d> Padding(graph::Extent2d input,
                                           graph::Extent2d kernel,
                                           graph::Extent2d stride,
                                           graph::Extent2d dilation) const;
  absl::StatusOr<OnnxTensor> AsImage(const OnnxTensor& input);
  absl::Status GiveAsFile(const OnnxTensor& image, size_t rank);
  absl::Status AddConv();
  absl::Status AddConvTranspose();
  absl::Status AddLinear(int64_t in, int64_t out, bool bias);
  absl::Status AddGemm();
  absl::Status AddMatMul();
  absl::Status AddPool(graph::Pool::Kind kind);
  absl::Status AddMaxPool();
  absl::Status AddAveragePool();
  absl::Status AddGlobalAveragePool();
  absl::Status AddGlobalMaxPool();
  absl::Status AddBatchNorm();
  absl::Status AddLayerNorm();
  absl::Status AddInstanceNorm();
  absl::Status AddGroupNorm();
  absl::Status AddLocalResponseNorm();
  absl::Status AddSoftmax();

  // --- Element by element: onnx_elementwise.cc.

  absl::Status AddActivation();
  absl::Status AddClip();
  absl::Status AddPrelu();
  absl::Status AddBinary();
  absl::Status AddWithConstant(graph::Elementwise::Kind kind, size_t data);
  bool FuseBias(const OnnxTensor& data, const OnnxConstant& bias, size_t input);
  absl::Status AddOpaqueElementwise();
  absl::Status AddReduce();
  absl::Status AddArgMax();
  absl::Status AddTopK();

  // --- Shapes and copies: onnx_shapes.cc.

  absl::Status AddFlatten();
  absl::Status AddReshape();
  absl::Status AddSqueeze();
  absl::Status AddUnsqueeze();
  absl::Status AddTranspose();
  absl::Status AddConcat();
  absl::Status AddSlice();
  absl::Status AddSplit();
  absl::Status AddGather();
  // Rows of a weight.
  absl::Status AddEmbedding(const OnnxConstant& table);
  // `count` slices of an axis, or the one that a constant names.
  absl::StatusOr<OnnxTensor> Gathered(const OnnxTensor& input, int64_t axis,
                                      int64_t count);
  absl::Status AddExpand();
  absl::Status AddPad();
  absl::Status AddResize();
  absl::Status AddDepthToSpace();
  absl::Status AddShape();
  absl::Status AddNothing();
  absl::Status AddOpaque();
  absl::StatusOr<OnnxTensor> Sliced(const OnnxTensor& input, int64_t axis,
                                    int64_t begin, int64_t length,
                                    absl::string_view suffix);

  // --- Recurrence and control flow: onnx_control.cc.

  absl::Status AddRecurrent();
  absl::Status AddIf();
  // How often a loop runs: decided, unless it is a constant number of rounds.
  struct Rounds {
    int64_t most = 0;
    bool decided = false;
    bool stops_itself = false;  // The body says when.
  };
  absl::StatusOr<Rounds> RoundsOf(const OnnxGraph& body) const;
  absl::StatusOr<std::string> NewLoopDecision(const Rounds& rounds);
  absl::Status BindBody(const OnnxGraph& body);
  absl::Status GiveLoopOutputs(const OnnxGraph& body, int64_t most);
  absl::Status AddLoop();
  absl::Status AddScan();
  // The tensors that a branch gives, each made by an actor of the branch.
  absl::StatusOr<std::vector<OnnxTensor>> AddBranch(
      const OnnxGraph& graph, const std::string& when,
      const OnnxTensor& condition);
  const OnnxConstant* ConstantOf(const OnnxGraph& graph,
                                 const std::string& name) const;
  absl::StatusOr<OnnxTensor> ConstantTensor(const OnnxConstant& constant,
                                            const OnnxTensor& condition);
  absl::StatusOr<OnnxTensor> ResultOf(const OnnxGraph& graph,
                                      const std::string& name);
  absl::StatusOr<OnnxTensor> Stacked(const OnnxTensor& step, int64_t rounds,
                                     size_t output);
  absl::StatusOr<std::string> NewDecision(graph::Decision decision,
                                          absl::string_view wanted);

  const OnnxGraph& root_;
  const OnnxOptions& options_;
  std::vector<std::string>* warnings_;
  const OnnxGraph* graph_ = nullptr;  // Of the current node.
  const OnnxNode* node_ = nullptr;
  std::string when_, times_;  // Of the place; empty: always, once.
  int depth_ = 0;             // Graphs within graphs.
  graph::NetworkParts parts_;
  std::map<std::string, OnnxTensor> tensors_;
  std::map<std::string, OnnxConstant> folded_;
  std::vector<const OnnxGraph*> scopes_;  // Graphs around, the root first.
  std::set<std::string> names_, decision_names_;
};

// Product of the extents, at most kMaxElements + 1; 0 if one is not positive.
int64_t CountOf(const std::vector<int64_t>& shape);

// A name that field paths and expressions allow.
std::string CleanName(absl::string_view text, absl::string_view otherwise);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_ONNX_BUILDER_H_
