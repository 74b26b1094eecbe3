#include "sim/wire/network_wire.h"

#include <string>
#include <utility>
#include <variant>

#include "sim/base/status_macros.h"
#include "sim/wire/field_error.h"

namespace dynarch::wire {
namespace {

using Extents = google::protobuf::RepeatedField<int64_t>;

// [height, width], or `otherwise` when not given.
absl::StatusOr<graph::Extent2d> ExtentFrom(const Extents& extents,
                                           const std::string& path,
                                           graph::Extent2d otherwise) {
  if (extents.empty()) return otherwise;
  if (extents.size() != 2) {
    return FieldError(path, "got ", extents.size(),
                      " numbers; [height, width] is allowed");
  }
  return graph::Extent2d{.height = extents[0], .width = extents[1]};
}

absl::StatusOr<graph::Padding2d> PaddingFrom(const Extents& extents,
                                             const std::string& path) {
  if (extents.empty()) return graph::Padding2d();
  if (extents.size() != 4) {
    return FieldError(path, "got ", extents.size(),
                      " numbers; [top, left, bottom, right] is allowed");
  }
  return graph::Padding2d{.top = extents[0],
                          .left = extents[1],
                          .bottom = extents[2],
                          .right = extents[3]};
}

absl::StatusOr<graph::Operator> ConvFrom(const v1::Conv2d& message,
                                         const std::string& path) {
  if (message.kernel().empty()) {
    return FieldError(absl::StrCat(path, ".kernel"),
                      "is empty; [height, width] is needed");
  }
  graph::Conv2d conv;
  conv.out_channels = message.out_channels();
  DYNARCH_ASSIGN_OR_RETURN(
      conv.kernel,
      ExtentFrom(message.kernel(), absl::StrCat(path, ".kernel"), {}));
  DYNARCH_ASSIGN_OR_RETURN(
      conv.stride,
      ExtentFrom(message.stride(), absl::StrCat(path, ".stride"), {}));
  DYNARCH_ASSIGN_OR_RETURN(
      conv.padding,
      PaddingFrom(message.padding(), absl::StrCat(path, ".padding")));
  DYNARCH_ASSIGN_OR_RETURN(
      conv.dilation,
      ExtentFrom(message.dilation(), absl::StrCat(path, ".dilation"), {}));
  conv.groups = message.groups() == 0 ? 1 : message.groups();
  conv.bias = message.bias();
  return conv;
}

absl::Status CheckGlobalPool(const v1::Pool& message, const std::string& path) {
  if (message.kernel().empty() && message.stride().empty() &&
      message.padding().empty()) {
    return absl::OkStatus();
  }
  return FieldError(path,
                    "a global pool covers its whole input; kernel, stride and "
                    "padding are not allowed");
}

absl::StatusOr<graph::Operator> PoolFrom(const v1::Pool& message,
                                         const std::string& path) {
  graph::Pool pool;
  switch (message.kind()) {
    case v1::Pool::MAX:
      pool.kind = graph::Pool::Kind::kMax;
      break;
    case v1::Pool::AVERAGE:
      pool.kind = graph::Pool::Kind::kAverage;
      break;
    case v1::Pool::GLOBAL_AVERAGE:
      DYNARCH_RETURN_IF_ERROR(CheckGlobalPool(message, path));
      pool.kind = graph::Pool::Kind::kGlobalAverage;
      return pool;
    case v1::Pool::GLOBAL_MAX:
      DYNARCH_RETURN_IF_ERROR(CheckGlobalPool(message, path));
      pool.kind = graph::Pool::Kind::kGlobalMax;
      return pool;
    default:
      return FieldError(absl::StrCat(path, ".kind"),
                        "missing; max, average, global_average or global_max "
                        "is allowed");
  }
  if (message.kernel().empty()) {
    return FieldError(absl::StrCat(path, ".kernel"),
                      "missing; [height, width] is needed");
  }
  DYNARCH_ASSIGN_OR_RETURN(
      pool.kernel,
      ExtentFrom(message.kernel(), absl::StrCat(path, ".kernel"), {}));
  DYNARCH_ASSIGN_OR_RETURN(
      pool.stride,
      ExtentFrom(message.stride(), absl::StrCat(path, ".stride"), pool.kernel));
  DYNARCH_ASSIGN_OR_RETURN(
      pool.padding,
      PaddingFrom(message.padding(), absl::StrCat(path, ".padding")));
  return pool;
}

absl::StatusOr<graph::Operator> ElementwiseFrom(const v1::Elementwise& message,
                                                const std::string& path) {
  using Kind = graph::Elementwise::Kind;
  switch (message.kind()) {
    case v1::Elementwise::RELU:
      return graph::Elementwise{Kind::kRelu};
    case v1::Elementwise::RELU6:
      return graph::Elementwise{Kind::kRelu6};
    case v1::Elementwise::SIGMOID:
      return graph::Elementwise{Kind::kSigmoid};
    case v1::Elementwise::TANH:
      return graph::Elementwise{Kind::kTanh};
    case v1::Elementwise::ADD:
      return graph::Elementwise{Kind::kAdd};
    case v1::Elementwise::MUL:
      return graph::Elementwise{Kind::kMul};
    default:
      return FieldError(absl::StrCat(path, ".kind"),
                        "missing; relu, relu6, sigmoid, tanh, add or mul is "
                        "allowed");
  }
}

absl::StatusOr<graph::Operator> OperatorFrom(const v1::Actor& message,
                                             const std::string& path) {
  switch (message.operator_case()) {
    case v1::Actor::kConv2D:
      return ConvFrom(message.conv2d(), absl::StrCat(path, ".conv2d"));
    case v1::Actor::kLinear:
      return graph::Linear{.out_features = message.linear().out_features(),
                           .bias = message.linear().bias()};
    case v1::Actor::kPool:
      return PoolFrom(message.pool(), absl::StrCat(path, ".pool"));
    case v1::Actor::kElementwise:
      return ElementwiseFrom(message.elementwise(),
                             absl::StrCat(path, ".elementwise"));
    case v1::Actor::kNorm:
      return graph::Norm();
    case v1::Actor::kSoftmax:
      return graph::Softmax();
    case v1::Actor::kReshape:
      return graph::Reshape{.shape = {message.reshape().shape().begin(),
                                      message.reshape().shape().end()}};
    case v1::Actor::kConcat:
      return graph::Concat();
    case v1::Actor::OPERATOR_NOT_SET:
      break;
  }
  return FieldError(path,
                    "no operator; one of conv2d, linear, pool, elementwise, "
                    "norm, softmax, reshape, concat is needed");
}

// What channels may start at: inputs, then actors.
class Endpoints {
 public:
  explicit Endpoints(const v1::Network& message)
      : input_count_(message.inputs_size()) {
    for (const auto& input : message.inputs()) names_.push_back(input.name());
    for (const auto& actor : message.actors()) names_.push_back(actor.name());
  }

  absl::StatusOr<graph::Endpoint> Find(const std::string& path,
                                       const std::string& name) const {
    DYNARCH_ASSIGN_OR_RETURN(const int index,
                             IndexOfName(path, "actor or input", name, names_));
    if (index < input_count_) return graph::Endpoint{true, index};
    return graph::Endpoint{false, index - input_count_};
  }

 private:
  int input_count_;
  std::vector<std::string> names_;
};

absl::StatusOr<graph::Actor> ActorFrom(const v1::Actor& message,
                                       const Endpoints& endpoints) {
  const std::string path = absl::StrCat("actors.", message.name());
  DYNARCH_RETURN_IF_ERROR(CheckName(path, message.name()));
  graph::Actor actor;
  actor.name = message.name();
  DYNARCH_ASSIGN_OR_RETURN(actor.op, OperatorFrom(message, path));
  for (int i = 0; i < message.inputs_size(); ++i) {
    const v1::ActorInput& input = message.inputs(i);
    const std::string below = absl::StrCat(path, ".inputs[", i, "]");
    graph::Channel channel;
    DYNARCH_ASSIGN_OR_RETURN(channel.from, endpoints.Find(below, input.from()));
    if (input.initial_tokens() < 0) {
      return FieldError(absl::StrCat(below, ".initial_tokens"), "got ",
                        input.initial_tokens(), "; 0 or more is allowed");
    }
    channel.initial_tokens = input.initial_tokens();
    actor.inputs.push_back(channel);
  }
  return actor;
}

graph::Signal SignalFrom(v1::Signal signal) {
  switch (signal) {
    case v1::ENTROPY:
      return graph::Signal::kEntropy;
    case v1::MARGIN:
      return graph::Signal::kMargin;
    default:
      return graph::Signal::kMaxProbability;
  }
}

v1::Signal SignalTo(graph::Signal signal) {
  switch (signal) {
    case graph::Signal::kEntropy:
      return v1::ENTROPY;
    case graph::Signal::kMargin:
      return v1::MARGIN;
    case graph::Signal::kMaxProbability:
      break;
  }
  return v1::SIGNAL_UNSPECIFIED;
}

absl::StatusOr<graph::Decision> DecisionFrom(const v1::Decision& message,
                                             const v1::Network& network) {
  const std::string path = absl::StrCat("decisions.", message.name());
  DYNARCH_RETURN_IF_ERROR(CheckName(path, message.name()));
  if (!message.has_exit()) {
    return FieldError(path, "no kind of decision; `exit` is needed");
  }
  std::vector<std::string> actors;
  for (const auto& actor : network.actors()) actors.push_back(actor.name());
  graph::Decision decision;
  decision.name = message.name();
  DYNARCH_ASSIGN_OR_RETURN(decision.from,
                           IndexOfName(absl::StrCat(path, ".exit"), "actor",
                                       message.exit().from(), actors));
  decision.signal = SignalFrom(message.signal());
  return decision;
}

}  // namespace

absl::StatusOr<graph::NetworkParts> NetworkPartsFrom(
    const v1::Network& message) {
  DYNARCH_RETURN_IF_ERROR(CheckName("name", message.name()));
  graph::NetworkParts parts;
  parts.name = message.name();
  parts.source = message.source();
  parts.weights_sha256 = message.weights_sha256();
  for (const v1::NetworkInput& input : message.inputs()) {
    DYNARCH_RETURN_IF_ERROR(
        CheckName(absl::StrCat("inputs.", input.name()), input.name()));
    parts.inputs.push_back(
        {input.name(), {input.shape().begin(), input.shape().end()}});
  }
  const Endpoints endpoints(message);
  for (const v1::Actor& actor : message.actors()) {
    DYNARCH_ASSIGN_OR_RETURN(graph::Actor converted,
                             ActorFrom(actor, endpoints));
    parts.actors.push_back(std::move(converted));
  }
  for (const v1::Decision& decision : message.decisions()) {
    DYNARCH_ASSIGN_OR_RETURN(graph::Decision converted,
                             DecisionFrom(decision, message));
    parts.decisions.push_back(std::move(converted));
  }
  return parts;
}

absl::StatusOr<graph::Network> NetworkFrom(const v1::Network& message) {
  DYNARCH_ASSIGN_OR_RETURN(graph::NetworkParts parts,
                           NetworkPartsFrom(message));
  return graph::Network::Create(std::move(parts));
}

absl::StatusOr<std::vector<std::optional<behavior::Threshold>>> ThresholdsFrom(
    const v1::Network& message) {
  std::vector<std::optional<behavior::Threshold>> thresholds;
  for (int i = 0; i < message.decisions_size(); ++i) {
    const v1::Decision& decision = message.decisions(i);
    const std::string path =
        absl::StrCat("decisions.", decision.name(), ".threshold");
    const bool is_last = i + 1 == message.decisions_size();
    if (is_last && !decision.threshold().empty()) {
      return FieldError(path, "got '", decision.threshold(),
                        "'; the last exit is always taken and has none");
    }
    thresholds.emplace_back();
    if (is_last) thresholds.back() = behavior::Threshold::Always();
    if (decision.threshold().empty()) continue;
    auto parsed = behavior::Threshold::Parse(decision.threshold());
    if (!parsed.ok()) return AtField(path, parsed.status());
    thresholds.back() = *std::move(parsed);
  }
  return thresholds;
}

namespace {

void SetExtent(const graph::Extent2d& extent, Extents* out) {
  out->Add(extent.height);
  out->Add(extent.width);
}

void SetPadding(const graph::Padding2d& padding, Extents* out) {
  if (padding == graph::Padding2d()) return;
  out->Add(padding.top);
  out->Add(padding.left);
  out->Add(padding.bottom);
  out->Add(padding.right);
}

// Writes one operator into an actor.
struct OperatorWriter {
  v1::Actor* actor;

  void operator()(const graph::Conv2d& conv) const {
    v1::Conv2d* out = actor->mutable_conv2d();
    out->set_out_channels(conv.out_channels);
    SetExtent(conv.kernel, out->mutable_kernel());
    if (conv.stride != graph::Extent2d()) {
      SetExtent(conv.stride, out->mutable_stride());
    }
    SetPadding(conv.padding, out->mutable_padding());
    if (conv.dilation != graph::Extent2d()) {
      SetExtent(conv.dilation, out->mutable_dilation());
    }
    if (conv.groups != 1) out->set_groups(conv.groups);
    out->set_bias(conv.bias);
  }
  void operator()(const graph::Linear& linear) const {
    actor->mutable_linear()->set_out_features(linear.out_features);
    actor->mutable_linear()->set_bias(linear.bias);
  }
  void operator()(const graph::Pool& pool) const {
    v1::Pool* out = actor->mutable_pool();
    switch (pool.kind) {
      case graph::Pool::Kind::kGlobalAverage:
        return out->set_kind(v1::Pool::GLOBAL_AVERAGE);
      case graph::Pool::Kind::kGlobalMax:
        return out->set_kind(v1::Pool::GLOBAL_MAX);
      case graph::Pool::Kind::kMax:
        out->set_kind(v1::Pool::MAX);
        break;
      case graph::Pool::Kind::kAverage:
        out->set_kind(v1::Pool::AVERAGE);
        break;
    }
    SetExtent(pool.kernel, out->mutable_kernel());
    if (pool.stride != pool.kernel) {
      SetExtent(pool.stride, out->mutable_stride());
    }
    SetPadding(pool.padding, out->mutable_padding());
  }
  void operator()(const graph::Elementwise& elementwise) const {
    // The message numbers its kinds from 1 in the same order.
    actor->mutable_elementwise()->set_kind(static_cast<v1::Elementwise::Kind>(
        static_cast<int>(elementwise.kind) + 1));
  }
  void operator()(const graph::Norm&) const { actor->mutable_norm(); }
  void operator()(const graph::Softmax&) const { actor->mutable_softmax(); }
  void operator()(const graph::Reshape& reshape) const {
    v1::Reshape* out = actor->mutable_reshape();
    for (const int64_t extent : reshape.shape) out->add_shape(extent);
  }
  void operator()(const graph::Concat&) const { actor->mutable_concat(); }
};

}  // namespace

v1::Network ToMessage(const graph::NetworkParts& parts) {
  v1::Network message;
  message.set_name(parts.name);
  message.set_source(parts.source);
  message.set_weights_sha256(parts.weights_sha256);
  for (const graph::NetworkInput& input : parts.inputs) {
    v1::NetworkInput* out = message.add_inputs();
    out->set_name(input.name);
    for (const int64_t extent : input.shape) out->add_shape(extent);
  }
  for (const graph::Actor& actor : parts.actors) {
    v1::Actor* out = message.add_actors();
    out->set_name(actor.name);
    for (const graph::Channel& channel : actor.inputs) {
      v1::ActorInput* input = out->add_inputs();
      input->set_from(channel.from.is_input
                          ? parts.inputs[channel.from.index].name
                          : parts.actors[channel.from.index].name);
      input->set_initial_tokens(channel.initial_tokens);
    }
    std::visit(OperatorWriter{out}, actor.op);
  }
  for (const graph::Decision& decision : parts.decisions) {
    v1::Decision* out = message.add_decisions();
    out->set_name(decision.name);
    out->mutable_exit()->set_from(parts.actors[decision.from].name);
    out->set_signal(SignalTo(decision.signal));
  }
  return message;
}

std::optional<graph::DataType> DataTypeFrom(v1::DataType dtype) {
  switch (dtype) {
    case v1::FP32:
      return graph::DataType::kFp32;
    case v1::FP16:
      return graph::DataType::kFp16;
    case v1::INT8:
      return graph::DataType::kInt8;
    default:
      return std::nullopt;
  }
}

v1::DataType ToMessage(graph::DataType dtype) {
  switch (dtype) {
    case graph::DataType::kFp32:
      return v1::FP32;
    case graph::DataType::kFp16:
      return v1::FP16;
    case graph::DataType::kInt8:
      break;
  }
  return v1::INT8;
}

}  // namespace dynarch::wire
