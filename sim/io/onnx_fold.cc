#include "sim/io/onnx_fold.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace dynarch::io {
namespace {

using Inputs = std::vector<const OnnxConstant*>;
using Integers = std::vector<int64_t>;
using Result = std::optional<OnnxConstant>;

int64_t ToInteger(double value) {
  constexpr double kMost = 9.2e18;
  return static_cast<int64_t>(std::clamp(value, -kMost, kMost));
}

// With numbers if there are as many as the shape has elements.
OnnxConstant Make(Integers shape, const std::vector<double>& numbers,
                  bool integer) {
  OnnxConstant result;
  result.shape = std::move(shape);
  const auto count = KeptCount(result.shape);
  if (!count || static_cast<size_t>(*count) != numbers.size()) return result;
  if (!integer) {
    result.reals = numbers;
    return result;
  }
  for (const double number : numbers) {
    result.integers.push_back(ToInteger(number));
  }
  return result;
}

bool IsInteger(const OnnxConstant& constant) { return constant.reals.empty(); }

int64_t Attribute(const OnnxNode& node, const std::string& name,
                  int64_t otherwise) {
  const auto found = node.integers.find(name);
  return found == node.integers.end() || found->second.empty()
             ? otherwise
             : found->second[0];
}

// An attribute, or the numbers of an input where it has become one.
std::optional<Integers> Listed(const OnnxNode& node, const std::string& name,
                               const Inputs& inputs, size_t input) {
  const auto found = node.integers.find(name);
  if (found != node.integers.end()) return found->second;
  if (input >= inputs.size() || inputs[input] == nullptr ||
      !HasNumbers(*inputs[input])) {
    return std::nullopt;
  }
  return inputs[input]->integers;
}

// Right-aligned shapes made one; none if they do not fit.
std::optional<Integers> Broadcast(const Integers& a, const Integers& b) {
  Integers out(std::max(a.size(), b.size()), 1);
  for (size_t i = 0; i < out.size(); ++i) {
    const int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) return std::nullopt;
    out[out.size() - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

// Place in `shape` of the element at `index` of the broadcast shape `out`.
size_t PlaceIn(const Integers& shape, const Integers& out, int64_t index) {
  size_t place = 0;
  int64_t stride = 1;
  for (size_t i = 0; i < out.size(); ++i) {
    const int64_t extent = out[out.size() - 1 - i];
    const int64_t at = index % extent;
    index /= extent;
    if (i >= shape.size()) continue;
    const int64_t own = shape[shape.size() - 1 - i];
    if (own != 1) place += static_cast<size_t>(at * stride);
    stride *= own;
  }
  return place;
}

using Binary = std::function<double(double, double)>;

Result Elementwise(const Inputs& inputs, const Binary& op, bool integer) {
  if (inputs.size() < 2 || !inputs[0] || !inputs[1]) return std::nullopt;
  const auto shape = Broadcast(inputs[0]->shape, inputs[1]->shape);
  if (!shape) return std::nullopt;
  const auto count = KeptCount(*shape);
  if (!count || !HasNumbers(*inputs[0]) || !HasNumbers(*inputs[1])) {
    return Make(*shape, {}, integer);
  }
  const auto a = NumbersOf(*inputs[0]), b = NumbersOf(*inputs[1]);
  std::vector<double> numbers;
  for (int64_t i = 0; i < *count; ++i) {
    numbers.push_back(op(a[PlaceIn(inputs[0]->shape, *shape, i)],
                         b[PlaceIn(inputs[1]->shape, *shape, i)]));
  }
  return Make(*shape, numbers, integer);
}

Result Arithmetic(const OnnxNode& node, const Inputs& inputs) {
  const bool integer = inputs.size() > 1 && inputs[0] && inputs[1] &&
                       IsInteger(*inputs[0]) && IsInteger(*inputs[1]);
  const auto divide = [integer](double a, double b) {
    if (b == 0) return 0.0;
    return integer ? std::trunc(a / b) : a / b;
  };
  static const auto& kArithmetic = *new std::map<std::string, Binary>{
      {"Add", [](double a, double b) { return a + b; }},
      {"Sub", [](double a, double b) { return a - b; }},
      {"Mul", [](double a, double b) { return a * b; }},
      {"Min", [](double a, double b) { return std::min(a, b); }},
      {"Max", [](double a, double b) { return std::max(a, b); }},
  };
  static const auto& kLogic = *new std::map<std::string, Binary>{
      {"Equal", [](double a, double b) { return a == b; }},
      {"Less", [](double a, double b) { return a < b; }},
      {"LessOrEqual", [](double a, double b) { return a <= b; }},
      {"Greater", [](double a, double b) { return a > b; }},
      {"GreaterOrEqual", [](double a, double b) { return a >= b; }},
      {"And", [](double a, double b) { return a != 0 && b != 0; }},
      {"Or", [](double a, double b) { return a != 0 || b != 0; }},
  };
  if (node.op == "Div") return Elementwise(inputs, divide, integer);
  const auto found = kArithmetic.find(node.op);
  if (found != kArithmetic.end()) {
    return Elementwise(inputs, found->second, integer);
  }
  const auto logic = kLogic.find(node.op);
  if (logic == kLogic.end()) return std::nullopt;
  return Elementwise(inputs, logic->second, true);
}

Result Unary(const OnnxNode& node, const Inputs& inputs) {
  using Function = double (*)(double);
  static const auto& kFunctions = *new std::map<std::string, Function>{
      {"Neg", [](double x) { return -x; }},
      {"Abs", [](double x) { return x < 0 ? -x : x; }},
      {"Floor", [](double x) { return std::floor(x); }},
      {"Ceil", [](double x) { return std::ceil(x); }},
      {"Sqrt", [](double x) { return std::sqrt(x); }},
      {"Not", [](double x) { return x == 0 ? 1.0 : 0.0; }},
  };
  const auto found = kFunctions.find(node.op);
  if (found == kFunctions.end() || inputs.empty() || !inputs[0]) {
    return std::nullopt;
  }
  std::vector<double> numbers = NumbersOf(*inputs[0]);
  for (double& number : numbers) number = found->second(number);
  return Make(inputs[0]->shape, numbers, IsInteger(*inputs[0]));
}

// Integer types of ONNX's TensorProto: all but float (1), float16 (10),
// double (11) and bfloat16 (16).
Result Cast(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.empty() || !inputs[0]) return std::nullopt;
  const int64_t to = Attribute(node, "to", 1);
  const bool real = to == 1 || to == 10 || to == 11 || to == 16;
  return Make(inputs[0]->shape, NumbersOf(*inputs[0]), !real);
}

Result GatherOf(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.size() < 2 || !inputs[0] || !inputs[1]) return std::nullopt;
  const OnnxConstant &data = *inputs[0], &index = *inputs[1];
  const auto rank = static_cast<int64_t>(data.shape.size());
  int64_t axis = Attribute(node, "axis", 0);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return std::nullopt;
  Integers shape(data.shape.begin(), data.shape.begin() + axis);
  shape.insert(shape.end(), index.shape.begin(), index.shape.end());
  shape.insert(shape.end(), data.shape.begin() + axis + 1, data.shape.end());
  std::vector<double> numbers;
  if (rank == 1 && HasNumbers(data) && HasNumbers(index)) {
    const std::vector<double> all = NumbersOf(data);
    for (int64_t at : index.integers) {
      if (at < 0) at += data.shape[0];
      if (at < 0 || at >= data.shape[0]) return std::nullopt;
      numbers.push_back(all[at]);
    }
  }
  return Make(std::move(shape), numbers, IsInteger(data));
}

Result ConcatOf(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.empty() || !inputs[0] || inputs[0]->shape.empty()) {
    return std::nullopt;
  }
  Integers shape = inputs[0]->shape;
  const auto rank = static_cast<int64_t>(shape.size());
  int64_t axis = Attribute(node, "axis", 0);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return std::nullopt;
  shape[axis] = 0;
  std::vector<double> numbers;
  bool integer = true, known = rank == 1;
  for (const OnnxConstant* part : inputs) {
    if (!part || part->shape.size() != shape.size()) return std::nullopt;
    shape[axis] += part->shape[axis];
    integer = integer && IsInteger(*part);
    known = known && HasNumbers(*part);
    const std::vector<double> more = NumbersOf(*part);
    numbers.insert(numbers.end(), more.begin(), more.end());
  }
  if (!known) numbers.clear();
  return Make(std::move(shape), numbers, integer);
}

// Unsqueeze and Squeeze: the same numbers in another shape.
Result Extents(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.empty() || !inputs[0]) return std::nullopt;
  Integers shape = inputs[0]->shape;
  const auto axes = Listed(node, "axes", inputs, 1);
  const bool squeeze = node.op == "Squeeze";
  if (!axes && !squeeze) return std::nullopt;
  if (!axes) {
    shape.erase(std::remove(shape.begin(), shape.end(), 1), shape.end());
  } else {
    Integers sorted = *axes;
    const auto rank = static_cast<int64_t>(
        squeeze ? shape.size() : shape.size() + sorted.size());
    for (int64_t& axis : sorted) axis += axis < 0 ? rank : 0;
    std::sort(sorted.begin(), sorted.end());
    if (squeeze) std::reverse(sorted.begin(), sorted.end());
    for (const int64_t axis : sorted) {
      const auto most = static_cast<int64_t>(shape.size()) - (squeeze ? 1 : 0);
      if (axis < 0 || axis > most) return std::nullopt;
      if (squeeze) {
        shape.erase(shape.begin() + axis);
      } else {
        shape.insert(shape.begin() + axis, 1);
      }
    }
  }
  return Make(std::move(shape), NumbersOf(*inputs[0]), IsInteger(*inputs[0]));
}

Result SliceOf(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.empty() || !inputs[0]) return std::nullopt;
  const OnnxConstant& data = *inputs[0];
  const auto rank = static_cast<int64_t>(data.shape.size());
  const auto starts = Listed(node, "starts", inputs, 1);
  const auto ends = Listed(node, "ends", inputs, 2);
  if (!starts || !ends || starts->size() != ends->size()) return std::nullopt;
  Integers axes;
  for (size_t i = 0; i < starts->size(); ++i) axes.push_back(i);
  axes = Listed(node, "axes", inputs, 3).value_or(axes);
  const Integers steps =
      Listed(node, "steps", inputs, 4).value_or(Integers(axes.size(), 1));
  if (axes.size() != starts->size() || steps.size() != axes.size()) {
    return std::nullopt;
  }
  Integers shape = data.shape;
  std::vector<double> numbers;
  const bool known = rank == 1 && HasNumbers(data);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t axis = axes[i] < 0 ? axes[i] + rank : axes[i];
    if (axis < 0 || axis >= rank || steps[i] < 1) return std::nullopt;
    const int64_t extent = data.shape[axis];
    const auto bound = [extent](int64_t at) {
      return std::clamp<int64_t>(at < 0 ? at + extent : at, 0, extent);
    };
    const int64_t begin = bound((*starts)[i]), end = bound((*ends)[i]);
    shape[axis] = end > begin ? (end - begin - 1) / steps[i] + 1 : 0;
    if (!known) continue;
    const std::vector<double> all = NumbersOf(data);
    for (int64_t at = begin; at < end; at += steps[i]) {
      numbers.push_back(all[at]);
    }
  }
  return Make(std::move(shape), numbers, IsInteger(data));
}

Result RangeOf(const Inputs& inputs) {
  if (inputs.size() != 3) return std::nullopt;
  for (const OnnxConstant* input : inputs) {
    if (!input || NumbersOf(*input).size() != 1) return std::nullopt;
  }
  const double begin = NumbersOf(*inputs[0])[0];
  const double end = NumbersOf(*inputs[1])[0];
  const double step = NumbersOf(*inputs[2])[0];
  if (step == 0 || (end - begin) / step > kMaxKeptNumbers) return std::nullopt;
  std::vector<double> numbers;
  for (double at = begin; step > 0 ? at < end : at > end; at += step) {
    numbers.push_back(at);
  }
  return Make({static_cast<int64_t>(numbers.size())}, numbers,
              IsInteger(*inputs[0]));
}

Result Filled(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.empty() || !inputs[0] || !HasNumbers(*inputs[0])) {
    return std::nullopt;
  }
  OnnxConstant value{{1}, {}, {0.0}};
  const auto given = node.tensors.find("value");
  if (given != node.tensors.end()) value = given->second;
  const Integers& shape = inputs[0]->integers;
  const auto count = KeptCount(shape);
  const std::vector<double> one = NumbersOf(value);
  std::vector<double> numbers;
  if (count && one.size() == 1) numbers.assign(*count, one[0]);
  return Make(shape, numbers, IsInteger(value));
}

// Reshape and Expand of a constant.
Result Reshaped(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.size() < 2 || !inputs[0] || !inputs[1] ||
      !HasNumbers(*inputs[1])) {
    return std::nullopt;
  }
  const OnnxConstant& data = *inputs[0];
  if (node.op == "Expand") {
    const auto shape = Broadcast(data.shape, inputs[1]->integers);
    if (!shape) return std::nullopt;
    const std::vector<double> one = NumbersOf(data);
    const auto count = KeptCount(*shape);
    std::vector<double> numbers;
    if (count && one.size() == 1) numbers.assign(*count, one[0]);
    return Make(*shape, numbers, IsInteger(data));
  }
  int64_t count = 1, known = 1;
  for (const int64_t extent : data.shape) {
    if (extent < 1 || count > (int64_t{1} << 40) / extent) return std::nullopt;
    count *= extent;
  }
  Integers shape = inputs[1]->integers;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && i < data.shape.size()) shape[i] = data.shape[i];
    if (shape[i] == -1) continue;
    if (shape[i] < 1 || shape[i] > count / known) return std::nullopt;
    known *= shape[i];
  }
  for (int64_t& extent : shape) {
    if (extent == -1) extent = count / known;
  }
  return Make(std::move(shape), NumbersOf(data), IsInteger(data));
}

Result Chosen(const Inputs& inputs) {
  if (inputs.size() != 3 || !inputs[0] || !inputs[1] || !inputs[2]) {
    return std::nullopt;
  }
  auto shape = Broadcast(inputs[0]->shape, inputs[1]->shape);
  if (shape) shape = Broadcast(*shape, inputs[2]->shape);
  if (!shape) return std::nullopt;
  const auto count = KeptCount(*shape);
  std::vector<double> numbers;
  if (count && HasNumbers(*inputs[0]) && HasNumbers(*inputs[1]) &&
      HasNumbers(*inputs[2])) {
    const auto c = NumbersOf(*inputs[0]), a = NumbersOf(*inputs[1]),
               b = NumbersOf(*inputs[2]);
    for (int64_t i = 0; i < *count; ++i) {
      const bool first = c[PlaceIn(inputs[0]->shape, *shape, i)] != 0;
      numbers.push_back(first ? a[PlaceIn(inputs[1]->shape, *shape, i)]
                              : b[PlaceIn(inputs[2]->shape, *shape, i)]);
    }
  }
  return Make(*shape, numbers, IsInteger(*inputs[1]));
}

Result Transposed(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.empty() || !inputs[0]) return std::nullopt;
  const Integers& shape = inputs[0]->shape;
  Integers order;
  for (size_t i = shape.size(); i-- > 0;) order.push_back(i);
  const auto given = node.integers.find("perm");
  if (given != node.integers.end()) order = given->second;
  if (order.size() != shape.size()) return std::nullopt;
  Integers out;
  for (const int64_t axis : order) {
    if (axis < 0 || axis >= static_cast<int64_t>(shape.size())) {
      return std::nullopt;
    }
    out.push_back(shape[axis]);
  }
  const bool same = shape.size() < 2;
  return Make(std::move(out),
              same ? NumbersOf(*inputs[0]) : std::vector<double>(),
              IsInteger(*inputs[0]));
}

// Over all elements of a list.
Result Product(const Inputs& inputs) {
  if (inputs.empty() || !inputs[0] || !HasNumbers(*inputs[0])) {
    return std::nullopt;
  }
  double product = 1;
  for (const double number : NumbersOf(*inputs[0])) product *= number;
  return Make({}, {product}, IsInteger(*inputs[0]));
}

Result ShapeOf(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.empty() || !inputs[0]) return std::nullopt;
  const Integers& shape = inputs[0]->shape;
  if (node.op == "Size") {
    double count = 1;
    for (const int64_t extent : shape) count *= static_cast<double>(extent);
    return Make({}, {count}, true);
  }
  return Make({static_cast<int64_t>(shape.size())},
              std::vector<double>(shape.begin(), shape.end()), true);
}

}  // namespace

std::optional<int64_t> KeptCount(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) {
    if (extent < 0 || extent > kMaxKeptNumbers) return std::nullopt;
    count *= extent;
    if (count > kMaxKeptNumbers) return std::nullopt;
  }
  return count;
}

bool HasNumbers(const OnnxConstant& constant) {
  const auto count = KeptCount(constant.shape);
  return count && static_cast<size_t>(*count) ==
                      constant.integers.size() + constant.reals.size();
}

std::vector<double> NumbersOf(const OnnxConstant& constant) {
  if (!HasNumbers(constant)) return {};
  if (!constant.reals.empty()) return constant.reals;
  return {constant.integers.begin(), constant.integers.end()};
}

std::optional<OnnxConstant> Fold(
    const OnnxNode& node, const std::vector<const OnnxConstant*>& inputs) {
  using Folder = std::function<Result(const OnnxNode&, const Inputs&)>;
  const auto same = [](const OnnxNode&, const Inputs& in) -> Result {
    if (in.empty() || !in[0]) return std::nullopt;
    return *in[0];
  };
  static const auto& kFolders = *new std::map<std::string, Folder>{
      {"Cast", Cast},
      {"Concat", ConcatOf},
      {"ConstantOfShape", Filled},
      {"Expand", Reshaped},
      {"Gather", GatherOf},
      {"Identity", same},
      {"Range", [](const OnnxNode&, const Inputs& in) { return RangeOf(in); }},
      {"ReduceProd",
       [](const OnnxNode&, const Inputs& in) { return Product(in); }},
      {"Reshape", Reshaped},
      {"Shape", ShapeOf},
      {"Size", ShapeOf},
      {"Slice", SliceOf},
      {"Squeeze", Extents},
      {"Transpose", Transposed},
      {"Unsqueeze", Extents},
      {"Where", [](const OnnxNode&, const Inputs& in) { return Chosen(in); }},
  };
  const auto found = kFolders.find(node.op);
  if (found != kFolders.end()) return found->second(node, inputs);
  Result result = Arithmetic(node, inputs);
  return result.has_value() ? result : Unary(node, inputs);
}

}  // namespace dynarch::io
