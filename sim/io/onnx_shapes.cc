// Shapes and copies of onnx_builder.h.
#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "sim/base/status_macros.h"
#include "sim/io/onnx_builder.h"
#include "sim/io/onnx_fold.h"

namespace dynarch::io {

absl::Status NetworkBuilder::AddNothing() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  return Give(input);
}

// Shape and Size of data fold; here they have more readers than numbers.
absl::Status NetworkBuilder::AddShape() {
  return Error("the shape of this tensor is not known");
}

absl::Status NetworkBuilder::AddFlatten() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  const auto rank = static_cast<int64_t>(input.full.size());
  int64_t axis = Attribute("axis", int64_t{1});
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > rank) {
    return Error("axis ", axis, " is outside the ", rank, " extents");
  }
  const Integers left(input.full.begin(), input.full.begin() + axis);
  const Integers right(input.full.begin() + axis, input.full.end());
  DYNARCH_ASSIGN_OR_RETURN(
      OnnxTensor flat,
      Reshaped(input, Integers{CountOf(left), CountOf(right)}));
  return Give(std::move(flat));
}

absl::Status NetworkBuilder::AddReshape() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const auto target, Listed("shape", 1));
  if (!target.has_value()) return Error("the target shape is missing");
  const int64_t count = CountOf(input.full);
  const bool zero_is_kept = Attribute("allowzero", int64_t{0}) == 0;
  Integers full;
  int64_t known = 1;
  for (size_t i = 0; i < target->size(); ++i) {
    int64_t extent = (*target)[i];
    if (extent == 0 && zero_is_kept && i < input.full.size()) {
      extent = input.full[i];
    }
    if (extent != -1 && (extent < 1 || extent > count / known)) {
      return Error("extent ", i, " of the target is ", extent,
                   ", which does not fit ", count, " elements");
    }
    if (extent != -1) known *= extent;
    full.push_back(extent);
  }
  if (std::count(full.begin(), full.end(), -1) > 1) {
    return Error("the target leaves more than one extent open");
  }
  for (int64_t& extent : full) {
    if (extent == -1) extent = count / known;
  }
  if (CountOf(full) != count) {
    return Error("the target ", graph::ToString(full), " has not the ", count,
                 " elements of ", graph::ToString(input.full));
  }
  DYNARCH_ASSIGN_OR_RETURN(OnnxTensor result, Reshaped(input, std::move(full)));
  return Give(std::move(result));
}

absl::Status NetworkBuilder::AddSqueeze() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const auto axes, Listed("axes", 1));
  const auto rank = static_cast<int64_t>(input.full.size());
  std::set<int64_t> removed;
  for (int64_t i = 0; !axes.has_value() && i < rank; ++i) {
    if (input.full[i] == 1) removed.insert(i);
  }
  for (const int64_t axis : axes.value_or(Integers{})) {
    DYNARCH_ASSIGN_OR_RETURN(const int64_t at, FileAxis(axis, input));
    if (input.full[at] != 1) {
      return Error("extent ", at, " is ", input.full[at],
                   "; only extents of 1 can be removed");
    }
    removed.insert(at);
  }
  Integers full;
  std::optional<int> batch;
  for (int64_t i = 0; i < rank; ++i) {
    if (removed.count(i) > 0) continue;
    if (input.batch == i) batch = static_cast<int>(full.size());
    full.push_back(input.full[i]);
  }
  DYNARCH_ASSIGN_OR_RETURN(OnnxTensor result,
                           Reshaped(input, std::move(full), batch));
  return Give(std::move(result));
}

absl::Status NetworkBuilder::AddUnsqueeze() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const auto axes, Listed("axes", 1));
  if (!axes.has_value()) return Error("axes is missing");
  Integers full = input.full, sorted = *axes;
  const auto rank = static_cast<int64_t>(full.size() + sorted.size());
  for (int64_t& axis : sorted) axis += axis < 0 ? rank : 0;
  std::sort(sorted.begin(), sorted.end());
  std::optional<int> batch = input.batch;
  for (const int64_t axis : sorted) {
    if (axis < 0 || axis > static_cast<int64_t>(full.size())) {
      return Error("axis ", axis, " is outside the ", rank, " extents");
    }
    full.insert(full.begin() + axis, 1);
    if (batch.has_value() && axis <= *batch) ++*batch;
  }
  // A tensor whose batch had been dropped gets one back.
  if (!batch.has_value() && sorted.front() == 0) batch = 0;
  DYNARCH_ASSIGN_OR_RETURN(OnnxTensor result,
                           Reshaped(input, std::move(full), batch));
  return Give(std::move(result));
}

absl::Status NetworkBuilder::AddTranspose() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  const auto rank = static_cast<int64_t>(input.full.size());
  Integers order;
  for (int64_t i = rank; i-- > 0;) order.push_back(i);
  order = Attribute("perm", order);
  if (static_cast<int64_t>(order.size()) != rank) {
    return Error("perm has ", order.size(), " numbers; ", rank, " are needed");
  }
  graph::Transpose transpose;
  Integers full;
  std::optional<int> batch;
  for (int64_t i = 0; i < rank; ++i) {
    DYNARCH_ASSIGN_OR_RETURN(const int64_t axis, FileAxis(order[i], input));
    full.push_back(input.full[axis]);
    if (input.batch == axis) {
      batch = static_cast<int>(i);
    } else {
      DYNARCH_ASSIGN_OR_RETURN(const auto inner, Axis(axis, input));
      transpose.order.push_back(*inner);
    }
  }
  // Nothing moves where extents of 1 change places with others.
  Integers moving;
  for (const int64_t axis : transpose.order) {
    if (input.shape()[axis] != 1) moving.push_back(axis);
  }
  if (std::is_sorted(moving.begin(), moving.end())) {
    DYNARCH_ASSIGN_OR_RETURN(OnnxTensor same,
                             Reshaped(input, std::move(full), batch));
    return Give(std::move(same));
  }
  DYNARCH_ASSIGN_OR_RETURN(OnnxTensor result, NewActor(transpose, {input}));
  result.full = std::move(full);
  result.batch = batch;
  return Give(std::move(result));
}

absl::Status NetworkBuilder::AddConcat() {
  std::vector<OnnxTensor> inputs;
  int64_t constants = 0, weights = 0;
  const OnnxConstant* constant = nullptr;
  for (size_t i = 0; i < node_->inputs.size(); ++i) {
    constant = Constant(i);
    if (constant == nullptr) {
      DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(i));
      inputs.push_back(input);
      continue;
    }
    const int64_t axis = Attribute("axis", int64_t{0});
    const auto rank = static_cast<int64_t>(constant->shape.size());
    if (axis < -rank || axis >= rank) return Error("axis ", axis, " is wrong");
    constants += constant->shape[axis < 0 ? axis + rank : axis];
    weights += CountOf(constant->shape);
  }
  if (inputs.empty()) return Error("has no input");
  if (inputs.size() == 1 && constants == 0) return Give(inputs[0]);
  DYNARCH_ASSIGN_OR_RETURN(const auto axis,
                           Axis(Attribute("axis", int64_t{0}), inputs[0]));
  if (!axis.has_value()) {
    return Error("joins along the batch, which must stay 1");
  }
  if (constants == 0) return AddActor(graph::Concat{*axis}, inputs);
  // Constants among the inputs (a class token) are weights that are copied.
  graph::Opaque joined;
  joined.name = "concat_constant";
  joined.shape = inputs[0].shape();
  for (size_t i = 1; i < inputs.size(); ++i) {
    constants +=
        inputs[i]
            .shape()[std::min<size_t>(*axis, inputs[i].shape().size() - 1)];
  }
  joined.shape[*axis] += constants;
  joined.weight_elements = weights;
  return AddActor(joined, inputs);
}

absl::StatusOr<OnnxTensor> NetworkBuilder::Sliced(const OnnxTensor& input,
                                                  int64_t axis, int64_t begin,
                                                  int64_t length,
                                                  absl::string_view suffix) {
  DYNARCH_ASSIGN_OR_RETURN(const auto inner, Axis(axis, input));
  if (length == input.full[axis] && begin == 0) return input;
  if (!inner.has_value()) return Error("takes nothing of the batch");
  return NewActor(
      graph::Slice{.axis = *inner, .begin = begin, .length = length}, {input},
      suffix);
}

absl::Status NetworkBuilder::AddSlice() {
  DYNARCH_ASSIGN_OR_RETURN(OnnxTensor tensor, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const auto starts, Listed("starts", 1));
  DYNARCH_ASSIGN_OR_RETURN(const auto ends, Listed("ends", 2));
  DYNARCH_ASSIGN_OR_RETURN(const auto given, Listed("axes", 3));
  DYNARCH_ASSIGN_OR_RETURN(const auto steps, Listed("steps", 4));
  if (!starts.has_value() || !ends.has_value() ||
      starts->size() != ends->size() ||
      (given.has_value() && given->size() != starts->size()) ||
      (steps.has_value() && steps->size() != starts->size())) {
    return Error("starts, ends, axes and steps do not fit each other");
  }
  for (size_t i = 0; i < starts->size(); ++i) {
    const int64_t stated = given.has_value() ? (*given)[i] : i;
    DYNARCH_ASSIGN_OR_RETURN(const int64_t axis, FileAxis(stated, tensor));
    const int64_t extent = tensor.full[axis];
    const int64_t step = steps.has_value() ? (*steps)[i] : 1;
    const auto bound = [extent](int64_t at) {
      return std::clamp<int64_t>(at < 0 ? at + extent : at, 0, extent);
    };
    const int64_t begin = bound((*starts)[i]), end = bound((*ends)[i]);
    if (step < 1 || end <= begin) {
      return Error("takes nothing of extent ", axis, ", or backwards");
    }
    const int64_t length = (end - begin - 1) / step + 1;
    if (step == 1) {
      DYNARCH_ASSIGN_OR_RETURN(tensor, Sliced(tensor, axis, begin, length, ""));
      continue;
    }
    DYNARCH_ASSIGN_OR_RETURN(const auto inner, Axis(axis, tensor));
    if (!inner.has_value()) return Error("takes nothing of the batch");
    DYNARCH_ASSIGN_OR_RETURN(tensor,
                             NewActor(graph::Gather{length, *inner}, {tensor}));
  }
  return Give(std::move(tensor));
}

absl::Status NetworkBuilder::AddSplit() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t axis,
                           FileAxis(Attribute("axis", int64_t{0}), input));
  DYNARCH_ASSIGN_OR_RETURN(const auto given, Listed("split", 1));
  const auto parts = static_cast<int64_t>(node_->outputs.size());
  const int64_t each = (input.full[axis] + parts - 1) / parts;
  Integers lengths = given.value_or(Integers(parts, each));
  if (static_cast<int64_t>(lengths.size()) != parts) {
    return Error("split has ", lengths.size(), " numbers for ", parts,
                 " outputs");
  }
  if (!given.has_value())
    lengths.back() = input.full[axis] - each * (parts - 1);
  int64_t begin = 0;
  for (int64_t part = 0; part < parts; ++part) {
    if (lengths[part] < 1 || lengths[part] > input.full[axis] - begin) {
      return Error("part ", part, " has length ", lengths[part], " of ",
                   input.full[axis]);
    }
    DYNARCH_ASSIGN_OR_RETURN(OnnxTensor piece,
                             Sliced(input, axis, begin, lengths[part],
                                    parts > 1 ? absl::StrCat("_", part) : ""));
    DYNARCH_RETURN_IF_ERROR(Give(std::move(piece), part));
    begin += lengths[part];
  }
  return absl::OkStatus();
}

absl::Status NetworkBuilder::AddEmbedding(const OnnxConstant& table) {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor indices, Data(1));
  if (table.shape.size() != 2 || Attribute("axis", int64_t{0}) != 0) {
    return Error("reads a constant of ", table.shape.size(),
                 " extents; the rows of two are supported");
  }
  DYNARCH_ASSIGN_OR_RETURN(
      const OnnxTensor flat,
      Reshaped(indices, Integers{CountOf(indices.full)}, std::nullopt));
  DYNARCH_ASSIGN_OR_RETURN(
      const OnnxTensor rows,
      NewActor(graph::Embedding{table.shape[0], table.shape[1]}, {flat}));
  Integers full = indices.full;
  full.push_back(table.shape[1]);
  DYNARCH_ASSIGN_OR_RETURN(OnnxTensor result,
                           Reshaped(rows, std::move(full), indices.batch));
  return Give(std::move(result));
}

absl::StatusOr<OnnxTensor> NetworkBuilder::Gathered(const OnnxTensor& input,
                                                    int64_t axis,
                                                    int64_t count) {
  DYNARCH_ASSIGN_OR_RETURN(const auto inner, Axis(axis, input));
  const int64_t extent = input.full[axis];
  if (!inner.has_value() || count > extent) {
    if (count == extent) return input;
    return Error("gives ", count, " slices of ", extent,
                 "; no more than there are is supported");
  }
  const OnnxConstant* index = Constant(1);
  if (index == nullptr || !index->shape.empty() || !HasNumbers(*index)) {
    return NewActor(graph::Gather{count, *inner}, {input});
  }
  const int64_t at = index->integers.empty() ? 0 : index->integers[0];
  const int64_t begin = at < 0 ? at + extent : at;
  if (begin < 0 || begin >= extent) {
    return Error("index ", at, " is outside extent ", axis, " of ", extent);
  }
  return Sliced(input, axis, begin, 1, "");
}

absl::Status NetworkBuilder::AddGather() {
  if (const OnnxConstant* table = Constant(0)) return AddEmbedding(*table);
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t axis,
                           FileAxis(Attribute("axis", int64_t{0}), input));
  Integers places;
  if (const OnnxConstant* index = Constant(1)) {
    places = index->shape;
  } else {
    DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor chosen, Data(1));
    places = chosen.full;
  }
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor part,
                           Gathered(input, axis, CountOf(places)));
  Integers full(input.full.begin(), input.full.begin() + axis);
  full.insert(full.end(), places.begin(), places.end());
  full.insert(full.end(), input.full.begin() + axis + 1, input.full.end());
  std::optional<int> batch = input.batch;
  if (batch == axis) batch = std::nullopt;
  if (batch.has_value() && *batch > axis) {
    *batch += static_cast<int>(places.size()) - 1;
  }
  DYNARCH_ASSIGN_OR_RETURN(OnnxTensor result,
                           Reshaped(part, std::move(full), batch));
  return Give(std::move(result));
}

absl::Status NetworkBuilder::AddExpand() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  const OnnxConstant* target = Constant(1);
  if (target == nullptr || !HasNumbers(*target)) {
    return Error("the target shape depends on the data; a constant is needed");
  }
  Integers full = target->integers, own = input.full;
  if (node_->op == "Tile") {
    if (full.size() != own.size()) return Error("repeats does not fit");
    for (size_t i = 0; i < full.size(); ++i) {
      if (full[i] < 1 || full[i] > graph::kMaxExtent / own[i]) {
        return Error("repeats extent ", i, " ", full[i], " times");
      }
      full[i] *= own[i];
    }
  }
  while (full.size() < own.size()) full.insert(full.begin(), 1);
  while (own.size() < full.size()) own.insert(own.begin(), 1);
  for (size_t i = 0; i < full.size(); ++i) {
    if (own[i] != 1 && full[i] == 1) full[i] = own[i];
    if (full[i] < 1) return Error("extent ", i, " would be ", full[i]);
  }
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor aligned, Reshaped(input, own));
  if (full == own) return Give(aligned);
  graph::Opaque copy;
  copy.name = "expand";
  std::optional<int> batch = aligned.batch;
  if (batch.has_value() && full[*batch] != 1) batch = std::nullopt;
  copy.shape = full;
  if (batch.has_value()) copy.shape.erase(copy.shape.begin() + *batch);
  if (copy.shape.empty()) copy.shape = {1};
  DYNARCH_ASSIGN_OR_RETURN(OnnxTensor result, NewActor(copy, {aligned}));
  result.full = std::move(full);
  result.batch = batch;
  return Give(std::move(result));
}

absl::Status NetworkBuilder::AddPad() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const auto pads, Listed("pads", 1));
  const size_t rank = input.full.size();
  if (!pads.has_value() || pads->size() != 2 * rank) {
    return Error("pads needs two numbers for each of ", rank, " extents");
  }
  bool none = true, window = rank == 4 && input.batch == 0;
  for (size_t i = 0; i < pads->size(); ++i) {
    none = none && (*pads)[i] == 0;
    window = window && ((*pads)[i] == 0 || i % rank >= 2) && (*pads)[i] >= 0;
  }
  if (none) return Give(input);
  if (window) {
    return AddUnary(graph::Pad{
        {(*pads)[2], (*pads)[3], (*pads)[rank + 2], (*pads)[rank + 3]}});
  }
  graph::Opaque pad;
  pad.name = "pad";
  Integers full = input.full;
  for (size_t i = 0; i < rank; ++i) {
    full[i] += (*pads)[i] + (*pads)[rank + i];
    if (full[i] < 1 || full[i] > graph::kMaxExtent) {
      return Error("extent ", i, " would be ", full[i]);
    }
    if (input.batch != static_cast<int>(i)) pad.shape.push_back(full[i]);
  }
  if (input.batch.has_value() && full[*input.batch] != 1) {
    return Error("pads the batch, which must stay 1");
  }
  return AddUnary(pad);
}

absl::Status NetworkBuilder::AddResize() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  const size_t rank = input.full.size();
  const size_t last = node_->inputs.size() - 1;
  const bool upsample = node_->op == "Upsample" || last == 1;
  const OnnxConstant* sizes = last >= 3 ? Constant(3) : nullptr;
  const OnnxConstant* scales = Constant(upsample ? 1 : 2);
  Integers full = input.full;
  if (sizes != nullptr && sizes->integers.size() == rank) {
    full = sizes->integers;
  } else if (scales != nullptr && scales->reals.size() == rank) {
    for (size_t i = 0; i < rank; ++i) {
      const double extent =
          std::floor(static_cast<double>(full[i]) * scales->reals[i]);
      if (!(extent >= 1 && extent <= graph::kMaxExtent)) {
        return Error("extent ", i, " would be ", extent);
      }
      full[i] = static_cast<int64_t>(extent);
    }
  } else {
    return Error("needs constant scales or sizes");
  }
  if (rank != 4 || input.batch != 0 || full[0] != 1 ||
      full[1] != input.full[1]) {
    return Error(
        "only height and width of [1, channels, height, width] can "
        "change");
  }
  const std::string mode = Attribute("mode", "nearest");
  graph::Resize resize;
  resize.kind = mode == "nearest" ? graph::Resize::Kind::kNearest
                : mode == "cubic" ? graph::Resize::Kind::kBicubic
                                  : graph::Resize::Kind::kBilinear;
  resize.height = full[2];
  resize.width = full[3];
  return AddUnary(resize);
}

absl::Status NetworkBuilder::AddDepthToSpace() {
  return AddUnary(graph::DepthToSpace{Attribute("blocksize", int64_t{1})});
}

absl::Status NetworkBuilder::AddOpaque() {
  std::vector<OnnxTensor> inputs;
  graph::Opaque opaque;
  opaque.name = CleanName(node_->op, "opaque");
  for (size_t i = 0; i < node_->inputs.size(); ++i) {
    if (HasData(i)) {
      DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(i));
      inputs.push_back(input);
    } else if (const OnnxConstant* constant = Constant(i)) {
      opaque.weight_elements += CountOf(constant->shape);
    }
  }
  if (inputs.empty()) return Error("has no input that depends on the data");
  for (size_t output = 0; output < node_->outputs.size(); ++output) {
    if (node_->outputs[output].empty()) continue;
    OnnxTensor result = inputs[0];
    const auto stated = graph_->shapes.find(node_->outputs[output]);
    if (stated != graph_->shapes.end()) {
      result.full.clear();
      for (const auto& extent : stated->second) {
        result.full.push_back(extent.value_or(1));
      }
      const bool kept = result.batch.has_value() &&
                        *result.batch < static_cast<int>(result.full.size()) &&
                        result.full[*result.batch] == 1;
      if (!kept) result.batch = std::nullopt;
    }
    opaque.shape = result.shape();
    opaque.ops = graph::ElementCount(opaque.shape);
    DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor made, NewActor(opaque, inputs));
    result.from = made.from;
    DYNARCH_RETURN_IF_ERROR(Give(std::move(result), output));
  }
  Warn(absl::StrCat("node '", NodeName(), "' (", node_->op,
                    "): not known; imported as opaque: one operation per "
                    "output element, ",
                    opaque.weight_elements, " weights"));
  return absl::OkStatus();
}

}  // namespace dynarch::io
