#include "sim/io/onnx_import.h"

#include <google/protobuf/io/coded_stream.h>
#include <onnx/onnx_pb.h>

#include <cstring>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/sha256.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/trace.h"
#include "sim/io/file.h"
#include "sim/io/onnx_fold.h"
#include "sim/io/onnx_network.h"
#include "sim/io/trace_csv.h"
#include "sim/io/yaml_writer.h"
#include "sim/wire/network_wire.h"

namespace dynarch::io {
namespace {

template <typename Number>
std::vector<Number> RawNumbers(const std::string& bytes) {
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(Number));
  return numbers;
}

// Numbers of a small tensor; of others only the shape counts.
OnnxConstant ConstantFrom(const onnx::TensorProto& tensor) {
  OnnxConstant constant;
  constant.shape.assign(tensor.dims().begin(), tensor.dims().end());
  if (!KeptCount(constant.shape).has_value()) return constant;
  const std::string& raw = tensor.raw_data();
  switch (tensor.data_type()) {
    case onnx::TensorProto::INT64:
      constant.integers.assign(tensor.int64_data().begin(),
                               tensor.int64_data().end());
      if (constant.integers.empty())
        constant.integers = RawNumbers<int64_t>(raw);
      break;
    case onnx::TensorProto::INT32:
    case onnx::TensorProto::BOOL:
      constant.integers.assign(tensor.int32_data().begin(),
                               tensor.int32_data().end());
      if (!constant.integers.empty()) break;
      if (tensor.data_type() == onnx::TensorProto::INT32) {
        const auto numbers = RawNumbers<int32_t>(raw);
        constant.integers.assign(numbers.begin(), numbers.end());
      } else {
        constant.integers.assign(raw.begin(), raw.end());
      }
      break;
    case onnx::TensorProto::FLOAT: {
      constant.reals.assign(tensor.float_data().begin(),
                            tensor.float_data().end());
      if (!constant.reals.empty()) break;
      const auto numbers = RawNumbers<float>(raw);
      constant.reals.assign(numbers.begin(), numbers.end());
      break;
    }
    case onnx::TensorProto::DOUBLE:
      constant.reals.assign(tensor.double_data().begin(),
                            tensor.double_data().end());
      if (constant.reals.empty()) constant.reals = RawNumbers<double>(raw);
      break;
    default:
      break;
  }
  return constant;
}

// Graphs within graphs, as deep as they may lie.
constexpr int kMaxDepth = 16;
OnnxGraph GraphFrom(const onnx::GraphProto& proto, int depth);

OnnxNode NodeFrom(const onnx::NodeProto& proto, int depth) {
  OnnxNode node;
  node.name = proto.name();
  node.op = proto.op_type();
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  for (const onnx::AttributeProto& attribute : proto.attribute()) {
    switch (attribute.type()) {
      case onnx::AttributeProto::INT:
        node.integers[attribute.name()] = {attribute.i()};
        break;
      case onnx::AttributeProto::INTS:
        node.integers[attribute.name()].assign(attribute.ints().begin(),
                                               attribute.ints().end());
        break;
      case onnx::AttributeProto::FLOAT:
        node.reals[attribute.name()] = attribute.f();
        break;
      case onnx::AttributeProto::STRING:
        node.texts[attribute.name()] = attribute.s();
        break;
      case onnx::AttributeProto::TENSOR:
        node.tensors[attribute.name()] = ConstantFrom(attribute.t());
        break;
      case onnx::AttributeProto::GRAPH:
        if (depth >= kMaxDepth) break;
        node.graphs[attribute.name()] = std::make_shared<const OnnxGraph>(
            GraphFrom(attribute.g(), depth + 1));
        break;
      default:
        break;
    }
  }
  return node;
}

std::vector<std::optional<int64_t>> ExtentsFrom(
    const onnx::ValueInfoProto& proto) {
  std::vector<std::optional<int64_t>> extents;
  for (const auto& dim : proto.type().tensor_type().shape().dim()) {
    extents.emplace_back();
    if (dim.has_dim_value() && dim.dim_value() > 0) {
      extents.back() = dim.dim_value();
    }
  }
  return extents;
}

// A Constant node's numbers, or none.
std::optional<OnnxConstant> ConstantOf(const onnx::NodeProto& node) {
  if (node.op_type() != "Constant" || node.output_size() != 1) {
    return std::nullopt;
  }
  OnnxConstant constant;
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == "value" && attribute.has_t()) {
      return ConstantFrom(attribute.t());
    }
    if (attribute.name() == "value_int") constant.integers = {attribute.i()};
    if (attribute.name() == "value_float") constant.reals = {attribute.f()};
    if (attribute.name() == "value_ints") {
      constant.integers.assign(attribute.ints().begin(),
                               attribute.ints().end());
      constant.shape = {attribute.ints_size()};
    }
    if (attribute.name() == "value_floats") {
      constant.reals.assign(attribute.floats().begin(),
                            attribute.floats().end());
      constant.shape = {attribute.floats_size()};
    }
  }
  return constant;
}

OnnxGraph GraphFrom(const onnx::GraphProto& proto, int depth) {
  OnnxGraph graph;
  graph.name = proto.name();
  for (const onnx::TensorProto& tensor : proto.initializer()) {
    graph.constants[tensor.name()] = ConstantFrom(tensor);
  }
  for (const onnx::NodeProto& node : proto.node()) {
    std::optional<OnnxConstant> constant = ConstantOf(node);
    if (constant.has_value()) {
      graph.constants[node.output(0)] = *std::move(constant);
    } else {
      graph.nodes.push_back(NodeFrom(node, depth));
    }
  }
  for (const onnx::ValueInfoProto& input : proto.input()) {
    if (graph.constants.count(input.name()) > 0) continue;
    graph.inputs.push_back({input.name(), ExtentsFrom(input)});
  }
  for (const onnx::ValueInfoProto& output : proto.output()) {
    graph.outputs.push_back(output.name());
    graph.shapes[output.name()] = ExtentsFrom(output);
  }
  for (const onnx::ValueInfoProto& value : proto.value_info()) {
    graph.shapes[value.name()] = ExtentsFrom(value);
  }
  return graph;
}

absl::StatusOr<OnnxGraph> ParseModel(absl::string_view bytes) {
  onnx::ModelProto model;
  google::protobuf::io::CodedInputStream in(
      reinterpret_cast<const uint8_t*>(bytes.data()),
      static_cast<int>(bytes.size()));
  if (bytes.empty() || !model.ParseFromCodedStream(&in) ||
      !in.ConsumedEntireMessage() || !model.has_graph() ||
      model.graph().node().empty()) {
    return absl::InvalidArgumentError(
        "is not an ONNX model, or only a part of one");
  }
  return GraphFrom(model.graph(), 0);
}

absl::StatusOr<v1::Network> Import(absl::string_view bytes,
                                   const std::string& file,
                                   const OnnxOptions& options,
                                   std::vector<std::string>* warnings) {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxGraph graph, ParseModel(bytes));
  DYNARCH_ASSIGN_OR_RETURN(v1::Network network,
                           BuildNetwork(graph, options, warnings));
  network.set_source(absl::StrCat("imported from ", BaseName(file)));
  network.set_weights_sha256(Sha256Hex(bytes));
  DYNARCH_RETURN_IF_ERROR(wire::NetworkFrom(network).status());
  return network;
}

absl::Status Prefixed(const std::string& file, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(file, ": ", status.message()));
}

}  // namespace

absl::StatusOr<v1::Network> ImportOnnx(absl::string_view bytes,
                                       const std::string& file,
                                       const OnnxOptions& options,
                                       std::vector<std::string>* warnings) {
  if (bytes.size() > static_cast<size_t>(kMaxModelBytes)) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": has ", bytes.size(), " bytes; at most ",
                     kMaxModelBytes, " are read"));
  }
  absl::StatusOr<v1::Network> network = Import(bytes, file, options, warnings);
  if (!network.ok()) return Prefixed(file, network.status());
  return network;
}

absl::StatusOr<v1::Network> ImportOnnxFile(const std::string& model_path,
                                           const std::string& trace_path,
                                           const OnnxOptions& options,
                                           std::vector<std::string>* warnings) {
  DYNARCH_ASSIGN_OR_RETURN(const std::string bytes,
                           ReadFile(model_path, kMaxModelBytes));
  DYNARCH_ASSIGN_OR_RETURN(v1::Network network,
                           ImportOnnx(bytes, model_path, options, warnings));
  if (trace_path.empty()) return network;
  DYNARCH_ASSIGN_OR_RETURN(const graph::Network checked,
                           wire::NetworkFrom(network));
  DYNARCH_ASSIGN_OR_RETURN(const behavior::Trace trace,
                           ReadTraceFile(trace_path, &checked));
  const absl::Status matches = behavior::CheckMatches(trace, checked);
  if (!matches.ok()) return Prefixed(trace_path, matches);
  return network;
}

std::string ImportedNetworkText(const v1::Network& network,
                                const std::string& model_path) {
  return absl::StrCat("# Made by: dynarch import onnx ", BaseName(model_path),
                      "\n", WriteYaml(network));
}

}  // namespace dynarch::io
