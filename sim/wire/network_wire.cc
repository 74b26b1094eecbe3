#include "sim/wire/network_wire.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/wire/decision_wire.h"
#include "sim/wire/field_error.h"
#include "sim/wire/field_reader.h"
#include "sim/wire/operator_wire.h"

namespace dynarch::wire {
namespace {

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
  DYNARCH_RETURN_IF_ERROR(ReadOperator(message, path, &actor));
  FieldReader read(path);
  if (!message.when().empty()) {
    actor.when = read.Expression("when", message.when());
  }
  if (!message.times().empty()) {
    actor.times = read.Expression("times", message.times());
  }
  DYNARCH_RETURN_IF_ERROR(read.status());
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

absl::StatusOr<graph::NetworkInput> InputFrom(const v1::NetworkInput& message) {
  const std::string path = absl::StrCat("inputs.", message.name());
  DYNARCH_RETURN_IF_ERROR(CheckName(path, message.name()));
  FieldReader read(path);
  graph::NetworkInput input;
  input.name = message.name();
  input.shape = read.Shape(message.shape());
  input.extents = read.TakeExtents();
  DYNARCH_RETURN_IF_ERROR(read.status());
  return input;
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
    DYNARCH_ASSIGN_OR_RETURN(graph::NetworkInput converted, InputFrom(input));
    parts.inputs.push_back(std::move(converted));
  }
  const Endpoints endpoints(message);
  for (const v1::Actor& actor : message.actors()) {
    DYNARCH_ASSIGN_OR_RETURN(graph::Actor converted,
                             ActorFrom(actor, endpoints));
    parts.actors.push_back(std::move(converted));
  }
  DYNARCH_RETURN_IF_ERROR(ReadDecisions(message, &parts));
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
    if (!decision.has_exit()) continue;
    const std::string path =
        absl::StrCat("decisions.", decision.name(), ".threshold");
    const bool is_last =
        i + 1 == message.decisions_size() && message.output().empty();
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
  if (!message.output().empty()) {
    thresholds.push_back(behavior::Threshold::Always());
  }
  return thresholds;
}

namespace {

v1::NetworkInput InputTo(const graph::NetworkInput& input) {
  v1::NetworkInput out;
  out.set_name(input.name);
  for (const int64_t extent : input.shape) out.add_shape(absl::StrCat(extent));
  for (const graph::ExtentExpression& extent : input.extents) {
    out.set_shape(extent.index, extent.expression.text());
  }
  return out;
}

v1::Actor ActorTo(const graph::Actor& actor, const graph::NetworkParts& parts) {
  v1::Actor out;
  out.set_name(actor.name);
  for (const graph::Channel& channel : actor.inputs) {
    v1::ActorInput* input = out.add_inputs();
    input->set_from(channel.from.is_input
                        ? parts.inputs[channel.from.index].name
                        : parts.actors[channel.from.index].name);
    input->set_initial_tokens(channel.initial_tokens);
  }
  if (actor.when.has_value()) out.set_when(actor.when->text());
  if (actor.times.has_value()) out.set_times(actor.times->text());
  WriteOperator(actor, &out);
  return out;
}

}  // namespace

v1::Network ToMessage(const graph::NetworkParts& parts) {
  v1::Network message;
  message.set_name(parts.name);
  message.set_source(parts.source);
  message.set_weights_sha256(parts.weights_sha256);
  for (const graph::NetworkInput& input : parts.inputs) {
    *message.add_inputs() = InputTo(input);
  }
  for (const graph::Actor& actor : parts.actors) {
    *message.add_actors() = ActorTo(actor, parts);
  }
  WriteDecisions(parts, &message);
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
