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
#include "sim/io/onnx_network.h"
#include "sim/io/trace_csv.h"
#include "sim/io/yaml_writer.h"
#include "sim/wire/network_wire.h"

namespace dynarch::io {
namespace {

// Constants with more numbers than this are weights: only their shape counts.
constexpr int64_t kMaxKeptNumbers = 64;

template <typename Number>
std::vector<Number> RawNumbers(const std::string& bytes) {
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(Number));
  return numbers;
}

OnnxConstant ConstantFrom(const onnx::TensorProto& tensor) {
  OnnxConstant constant;
  constant.shape.assign(tensor.dims().begin(), tensor.dims().end());
  int64_t count = 1;
  for (const int64_t extent : constant.shape) {
    if (extent < 0 || extent > kMaxKeptNumbers) return constant;
    count *= extent;
    if (count > kMaxKeptNumbers) return constant;
  }
  if (tensor.data_type() == onnx::TensorProto::INT64) {
    constant.integers.assign(tensor.int64_data().begin(),
                             tensor.int64_data().end());
    if (constant.integers.empty()) {
      constant.integers = RawNumbers<int64_t>(tensor.raw_data());
    }
  } else if (tensor.data_type() == onnx::TensorProto::FLOAT) {
    constant.reals.assign(tensor.float_data().begin(),
                          tensor.float_data().end());
    if (constant.reals.empty()) {
      const auto raw = RawNumbers<float>(tensor.raw_data());
      constant.reals.assign(raw.begin(), raw.end());
    }
  }
  return constant;
}

OnnxNode NodeFrom(const onnx::NodeProto& proto) {
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
      default:
        break;
    }
  }
  return node;
}

OnnxInput InputFrom(const onnx::ValueInfoProto& proto) {
  OnnxInput input;
  input.name = proto.name();
  for (const auto& dim : proto.type().tensor_type().shape().dim()) {
    input.shape.emplace_back();
    if (dim.has_dim_value() && dim.dim_value() > 0) {
      input.shape.back() = dim.dim_value();
    }
  }
  return input;
}

// A Constant node's tensor, or null.
const onnx::TensorProto* ConstantTensor(const onnx::NodeProto& node) {
  if (node.op_type() != "Constant" || node.output_size() != 1) return nullptr;
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == "value" && attribute.has_t()) {
      return &attribute.t();
    }
  }
  return nullptr;
}

OnnxGraph GraphFrom(const onnx::GraphProto& proto) {
  OnnxGraph graph;
  graph.name = proto.name();
  for (const onnx::TensorProto& tensor : proto.initializer()) {
    graph.constants[tensor.name()] = ConstantFrom(tensor);
  }
  for (const onnx::NodeProto& node : proto.node()) {
    const onnx::TensorProto* tensor = ConstantTensor(node);
    if (tensor != nullptr) {
      graph.constants[node.output(0)] = ConstantFrom(*tensor);
    } else {
      graph.nodes.push_back(NodeFrom(node));
    }
  }
  for (const onnx::ValueInfoProto& input : proto.input()) {
    if (graph.constants.count(input.name()) > 0) continue;
    graph.inputs.push_back(InputFrom(input));
  }
  for (const onnx::ValueInfoProto& output : proto.output()) {
    graph.outputs.push_back(output.name());
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
  return GraphFrom(model.graph());
}

absl::StatusOr<v1::Network> Import(absl::string_view bytes,
                                   const std::string& file) {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxGraph graph, ParseModel(bytes));
  DYNARCH_ASSIGN_OR_RETURN(v1::Network network, BuildNetwork(graph));
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
                                       const std::string& file) {
  if (bytes.size() > static_cast<size_t>(kMaxModelBytes)) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": has ", bytes.size(), " bytes; at most ",
                     kMaxModelBytes, " are read"));
  }
  absl::StatusOr<v1::Network> network = Import(bytes, file);
  if (!network.ok()) return Prefixed(file, network.status());
  return network;
}

absl::StatusOr<v1::Network> ImportOnnxFile(const std::string& model_path,
                                           const std::string& trace_path) {
  DYNARCH_ASSIGN_OR_RETURN(const std::string bytes,
                           ReadFile(model_path, kMaxModelBytes));
  DYNARCH_ASSIGN_OR_RETURN(v1::Network network, ImportOnnx(bytes, model_path));
  if (trace_path.empty()) return network;
  DYNARCH_ASSIGN_OR_RETURN(const behavior::Trace trace,
                           ReadTraceFile(trace_path));
  DYNARCH_ASSIGN_OR_RETURN(const graph::Network checked,
                           wire::NetworkFrom(network));
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
