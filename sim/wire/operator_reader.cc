// v1.Actor to graph::Operator.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/status_macros.h"
#include "sim/wire/field_error.h"
#include "sim/wire/field_reader.h"
#include "sim/wire/operator_wire.h"

namespace dynarch::wire {
namespace {

using Field = graph::OperatorField;

// The kinds of both schemata are the same, in one order.
static_assert(v1::Pool::GLOBAL_MAX ==
              static_cast<int>(graph::Pool::Kind::kGlobalMax) + 1);
static_assert(v1::Elementwise::SCALE ==
              static_cast<int>(graph::Elementwise::Kind::kScale) + 1);
static_assert(v1::Norm::LOCAL_RESPONSE ==
              static_cast<int>(graph::Norm::Kind::kLocalResponse) + 1);
static_assert(v1::Resize::BICUBIC ==
              static_cast<int>(graph::Resize::Kind::kBicubic) + 1);
static_assert(v1::RnnCell::SIMPLE ==
              static_cast<int>(graph::RnnCell::Kind::kSimple) + 1);
static_assert(v1::Reduce::TOP_K ==
              static_cast<int>(graph::Reduce::Kind::kTopK) + 1);

graph::Operator Read(const v1::Conv2d& message, FieldReader& read) {
  graph::Conv2d conv;
  conv.out_channels = read.Extent(message.out_channels(), Field::kOutChannels);
  conv.kernel = read.Pair("kernel", message.kernel());
  conv.stride = read.Pair("stride", message.stride(), graph::Extent2d());
  conv.padding = read.Padding("padding", message.padding());
  conv.dilation = read.Pair("dilation", message.dilation(), graph::Extent2d());
  conv.groups = read.Extent(message.groups(), Field::kGroups, 1);
  conv.bias = message.bias();
  if (!message.positions().empty()) {
    conv.positions = read.Extent(message.positions(), Field::kPositions);
  }
  return conv;
}

graph::Operator Read(const v1::ConvTranspose2d& message, FieldReader& read) {
  graph::ConvTranspose2d conv;
  conv.out_channels = read.Extent(message.out_channels(), Field::kOutChannels);
  conv.kernel = read.Pair("kernel", message.kernel());
  conv.stride = read.Pair("stride", message.stride(), graph::Extent2d());
  conv.padding = read.Padding("padding", message.padding());
  conv.output_padding = read.Pair("output_padding", message.output_padding(),
                                  graph::Extent2d{0, 0});
  conv.groups = message.groups() == 0 ? 1 : message.groups();
  conv.bias = message.bias();
  return conv;
}

graph::Operator Read(const v1::Linear& message, FieldReader& read) {
  return graph::Linear{
      .out_features = read.Extent(message.out_features(), Field::kOutFeatures),
      .bias = message.bias()};
}

graph::Operator Read(const v1::Pool& message, FieldReader& read) {
  using Kind = graph::Pool::Kind;
  graph::Pool pool;
  pool.kind = read.Choice<Kind>("kind", message.kind());
  if (pool.kind == Kind::kGlobalAverage || pool.kind == Kind::kGlobalMax) {
    read.Refuse(!message.kernel().empty() || !message.stride().empty() ||
                    !message.padding().empty() || message.ceil_mode(),
                "",
                "a global pool covers its whole input; kernel, stride, padding "
                "and ceil_mode are not allowed");
    return pool;
  }
  pool.kernel = read.Pair("kernel", message.kernel());
  pool.stride = read.Pair("stride", message.stride(), pool.kernel);
  pool.padding = read.Padding("padding", message.padding());
  pool.ceil_mode = message.ceil_mode();
  return pool;
}

graph::Operator Read(const v1::Elementwise& message, FieldReader& read) {
  return graph::Elementwise{
      read.Choice<graph::Elementwise::Kind>("kind", message.kind())};
}

graph::Operator Read(const v1::Norm& message, FieldReader& read) {
  using Kind = graph::Norm::Kind;
  const Kind kind = read.Choice<Kind>("kind", message.kind(), Kind::kBatch);
  read.Refuse(message.size() != 0 && kind != Kind::kLocalResponse, "size",
              "only local_response has a size");
  return graph::Norm{.kind = kind, .size = message.size()};
}

graph::Operator Read(const v1::Softmax&, FieldReader&) {
  return graph::Softmax();
}

graph::Operator Read(const v1::Reshape& message, FieldReader& read) {
  return graph::Reshape{.shape = read.Shape(message.shape())};
}

graph::Operator Read(const v1::Concat& message, FieldReader&) {
  return graph::Concat{.axis = message.axis()};
}

graph::Operator Read(const v1::MatMul& message, FieldReader&) {
  return graph::MatMul{.transpose_right = message.transpose_right()};
}

graph::Operator Read(const v1::Transpose& message, FieldReader&) {
  return graph::Transpose{
      .order = {message.order().begin(), message.order().end()}};
}

graph::Operator Read(const v1::Slice& message, FieldReader& read) {
  return graph::Slice{.axis = message.axis(),
                      .begin = read.Extent(message.begin(), Field::kBegin, 0),
                      .length = read.Extent(message.length(), Field::kLength)};
}

graph::Operator Read(const v1::Pad& message, FieldReader& read) {
  return graph::Pad{.padding = read.Padding("padding", message.padding())};
}

graph::Operator Read(const v1::Resize& message, FieldReader& read) {
  using Kind = graph::Resize::Kind;
  return graph::Resize{
      .kind = read.Choice<Kind>("kind", message.kind(), Kind::kBilinear),
      .height = read.Extent(message.height(), Field::kHeight),
      .width = read.Extent(message.width(), Field::kWidth)};
}

graph::Operator Read(const v1::DepthToSpace& message, FieldReader&) {
  return graph::DepthToSpace{.block = message.block()};
}

graph::Operator Read(const v1::Embedding& message, FieldReader&) {
  return graph::Embedding{.entries = message.entries(),
                          .features = message.features()};
}

graph::Operator Read(const v1::RnnCell& message, FieldReader& read) {
  return graph::RnnCell{
      .kind = read.Choice<graph::RnnCell::Kind>("kind", message.kind()),
      .hidden = read.Extent(message.hidden(), Field::kHidden),
      .bias = message.bias(),
      .bidirectional = message.bidirectional()};
}

graph::Operator Read(const v1::Gather& message, FieldReader& read) {
  return graph::Gather{.count = read.Extent(message.count(), Field::kCount),
                       .axis = message.axis()};
}

graph::Operator Read(const v1::Scatter& message, FieldReader& read) {
  return graph::Scatter{.count = read.Extent(message.count(), Field::kCount),
                        .axis = message.axis()};
}

graph::Operator Read(const v1::Reduce& message, FieldReader& read) {
  using Kind = graph::Reduce::Kind;
  graph::Reduce reduce;
  reduce.kind = read.Choice<Kind>("kind", message.kind());
  reduce.axes = {message.axes().begin(), message.axes().end()};
  reduce.keep = message.keep();
  const bool top = reduce.kind == Kind::kTopK;
  read.Refuse(message.k() != 0 && !top, "k", "only top_k has a k");
  if (top) reduce.k = message.k();
  return reduce;
}

graph::Operator Read(const v1::MixWeights& message, FieldReader&) {
  return graph::MixWeights{
      .kernels = message.kernels(),
      .shape = {message.shape().begin(), message.shape().end()}};
}

graph::Operator Read(const v1::Merge&, FieldReader&) { return graph::Merge(); }

graph::Operator Read(const v1::Opaque& message, FieldReader& read) {
  return graph::Opaque{.name = message.name(),
                       .shape = read.Shape(message.shape()),
                       .ops = message.ops(),
                       .weight_elements = message.weight_elements()};
}

graph::Operator ReadCase(const v1::Actor& message, FieldReader& read) {
  switch (message.operator_case()) {
    case v1::Actor::kConv2D:
      return Read(message.conv2d(), read);
    case v1::Actor::kLinear:
      return Read(message.linear(), read);
    case v1::Actor::kPool:
      return Read(message.pool(), read);
    case v1::Actor::kElementwise:
      return Read(message.elementwise(), read);
    case v1::Actor::kNorm:
      return Read(message.norm(), read);
    case v1::Actor::kSoftmax:
      return Read(message.softmax(), read);
    case v1::Actor::kReshape:
      return Read(message.reshape(), read);
    case v1::Actor::kConcat:
      return Read(message.concat(), read);
    case v1::Actor::kConvTranspose2D:
      return Read(message.conv_transpose2d(), read);
    case v1::Actor::kMatmul:
      return Read(message.matmul(), read);
    case v1::Actor::kTranspose:
      return Read(message.transpose(), read);
    case v1::Actor::kSlice:
      return Read(message.slice(), read);
    case v1::Actor::kPad:
      return Read(message.pad(), read);
    case v1::Actor::kResize:
      return Read(message.resize(), read);
    case v1::Actor::kDepthToSpace:
      return Read(message.depth_to_space(), read);
    case v1::Actor::kEmbedding:
      return Read(message.embedding(), read);
    case v1::Actor::kRnnCell:
      return Read(message.rnn_cell(), read);
    case v1::Actor::kGather:
      return Read(message.gather(), read);
    case v1::Actor::kScatter:
      return Read(message.scatter(), read);
    case v1::Actor::kReduce:
      return Read(message.reduce(), read);
    case v1::Actor::kMixWeights:
      return Read(message.mix_weights(), read);
    case v1::Actor::kMerge:
      return Read(message.merge(), read);
    case v1::Actor::kOpaque:
      return Read(message.opaque(), read);
    case v1::Actor::OPERATOR_NOT_SET:
      break;
  }
  return {};
}

}  // namespace

absl::Status ReadOperator(const v1::Actor& message, const std::string& path,
                          graph::Actor* actor) {
  const auto* type = v1::Actor::descriptor();
  const auto* field = type->FindFieldByNumber(message.operator_case());
  if (field == nullptr) {
    const auto& allowed = *type->FindOneofByName("operator");
    std::vector<std::string> names;
    for (int i = 0; i < allowed.field_count(); ++i) {
      names.push_back(allowed.field(i)->name());
    }
    return FieldError(path, "no operator; one of ", absl::StrJoin(names, ", "),
                      " is needed");
  }
  FieldReader read(absl::StrCat(path, ".", field->name()));
  actor->op = ReadCase(message, read);
  actor->extents = read.TakeExtents();
  return read.status();
}

}  // namespace dynarch::wire
