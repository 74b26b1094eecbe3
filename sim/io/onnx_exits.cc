// What a graph's outputs become, of onnx_builder.h.
#include <algorithm>
#include <utility>
#include <variant>

#include "sim/base/status_macros.h"
#include "sim/io/onnx_builder.h"

namespace dynarch::io {
namespace {

// Class probabilities or logits: one extent beside ones, of two or more.
bool IsVector(const OnnxTensor& tensor) {
  int wide = 0;
  for (const int64_t extent : tensor.full) wide += extent > 1 ? 1 : 0;
  return wide == 1;
}

struct Output {
  std::string name;
  OnnxTensor tensor;
};

}  // namespace

bool NetworkBuilder::IsSoftmax(const OnnxTensor& tensor) const {
  return !tensor.from.is_input && std::holds_alternative<graph::Softmax>(
                                      parts_.actors[tensor.from.index].op);
}

absl::Status NetworkBuilder::AddExit(const std::string& name,
                                     OnnxTensor tensor) {
  const std::string clean = CleanName(name, "exit");
  if (!IsSoftmax(tensor)) {
    OnnxNode softmax;
    softmax.name = absl::StrCat(clean, "_softmax");
    softmax.op = "Softmax";
    node_ = &softmax;
    Integers flat{CountOf(tensor.full)};
    DYNARCH_ASSIGN_OR_RETURN(tensor,
                             Reshaped(tensor, std::move(flat), std::nullopt));
    const auto made = NewActor(graph::Softmax{}, {tensor});
    node_ = nullptr;
    DYNARCH_RETURN_IF_ERROR(made.status());
    tensor = *made;
  }
  std::string unique = clean;
  for (int i = 2; !decision_names_.insert(unique).second; ++i) {
    unique = absl::StrCat(clean, "_", i);
  }
  parts_.exits.push_back({.name = unique, .from = tensor.from.index});
  return absl::OkStatus();
}

// Several vectors of one length, or a vector of probabilities, are exits in the
// order in which they are made; anything else is the network's output.
absl::Status NetworkBuilder::AddOutputs() {
  std::vector<Output> vectors, others;
  for (const std::string& name : root_.outputs) {
    const auto found = tensors_.find(name);
    if (found == tensors_.end() || found->second.from.is_input) {
      return absl::InvalidArgumentError(
          absl::StrCat("output '", name, "': no node makes it"));
    }
    (IsVector(found->second) ? vectors : others)
        .push_back({name, found->second});
  }
  if (vectors.empty() && others.empty()) {
    return absl::InvalidArgumentError("the graph has no output");
  }
  const auto made_before = [](const Output& a, const Output& b) {
    return a.tensor.from.index < b.tensor.from.index;
  };
  if (!std::is_sorted(vectors.begin(), vectors.end(), made_before)) {
    std::stable_sort(vectors.begin(), vectors.end(), made_before);
    Warn(
        "outputs: taken as exits in the order in which they are made, not in "
        "that of the file");
  }
  const bool exits = vectors.size() > 1 ||
                     (vectors.size() == 1 && IsSoftmax(vectors[0].tensor));
  if (!exits) {  // One vector of something, or no vector at all.
    const Output& last = vectors.empty() ? others.back() : vectors.back();
    parts_.ends_in_output = true;
    parts_.exits.push_back({.name = "output", .from = last.tensor.from.index});
    for (const Output& other : others) {
      if (other.name == last.name) continue;
      Warn(absl::StrCat("output '", other.name, "': left out; '", last.name,
                        "' is the result"));
    }
    return absl::OkStatus();
  }
  const int64_t classes = CountOf(vectors.back().tensor.full);
  for (const Output& vector : vectors) {
    if (CountOf(vector.tensor.full) == classes) {
      DYNARCH_RETURN_IF_ERROR(AddExit(vector.name, vector.tensor));
      continue;
    }
    Warn(absl::StrCat("output '", vector.name, "': left out; it has ",
                      CountOf(vector.tensor.full), " elements, the last exit ",
                      classes, " classes"));
  }
  for (const Output& other : others) {
    Warn(absl::StrCat("output '", other.name,
                      "': left out; it is no vector of classes"));
  }
  return absl::OkStatus();
}

// Drops actors that nothing needs: auxiliary outputs, shapes seen in passing.
void NetworkBuilder::Prune() {
  std::vector<bool> needed(parts_.actors.size(), false);
  std::vector<int> pending;
  const auto need = [&](int actor) {
    if (needed[actor]) return;
    needed[actor] = true;
    pending.push_back(actor);
  };
  const auto need_named =
      [&](const std::optional<graph::OutcomeExpression>& e) {
        if (!e.has_value()) return;
        for (const graph::Decision& decision : parts_.decisions) {
          if (!decision.from.has_value()) continue;
          if (absl::StrContains(e->text(), decision.name)) need(*decision.from);
        }
      };
  for (const graph::Exit& exit : parts_.exits) need(exit.from);
  while (!pending.empty()) {
    const graph::Actor& actor = parts_.actors[pending.back()];
    pending.pop_back();
    for (const graph::Channel& channel : actor.inputs) {
      if (!channel.from.is_input) need(channel.from.index);
    }
    need_named(actor.when);
    need_named(actor.times);
  }
  std::vector<int> place(parts_.actors.size(), -1);
  std::vector<graph::Actor> kept;
  for (size_t i = 0; i < parts_.actors.size(); ++i) {
    if (!needed[i]) continue;
    place[i] = static_cast<int>(kept.size());
    kept.push_back(std::move(parts_.actors[i]));
  }
  for (graph::Actor& actor : kept) {
    for (graph::Channel& channel : actor.inputs) {
      if (!channel.from.is_input)
        channel.from.index = place[channel.from.index];
    }
  }
  for (graph::Exit& exit : parts_.exits) exit.from = place[exit.from];
  std::vector<graph::Decision> decisions;
  for (graph::Decision& decision : parts_.decisions) {
    const bool used =
        std::any_of(kept.begin(), kept.end(), [&](const graph::Actor& actor) {
          return (actor.when.has_value() &&
                  absl::StrContains(actor.when->text(), decision.name)) ||
                 (actor.times.has_value() &&
                  absl::StrContains(actor.times->text(), decision.name));
        });
    if (!used) continue;
    if (decision.from.has_value()) decision.from = place[*decision.from];
    decisions.push_back(std::move(decision));
  }
  parts_.decisions = std::move(decisions);
  parts_.actors = std::move(kept);
}

}  // namespace dynarch::io
