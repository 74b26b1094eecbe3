// graph::Operator to v1.Actor.
#include <cstdint>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "sim/wire/operator_wire.h"

namespace dynarch::wire {
namespace {

using Field = graph::OperatorField;
using Numbers = google::protobuf::RepeatedField<int64_t>;

void SetPair(const graph::Extent2d& extent, Numbers* out) {
  out->Add(extent.height);
  out->Add(extent.width);
}

void SetPairUnless(const graph::Extent2d& otherwise,
                   const graph::Extent2d& extent, Numbers* out) {
  if (extent != otherwise) SetPair(extent, out);
}

void SetPadding(const graph::Padding2d& padding, Numbers* out) {
  for (const int64_t side :
       {padding.top, padding.left, padding.bottom, padding.right}) {
    out->Add(side);
  }
}

void SetPaddingUnlessZero(const graph::Padding2d& padding, Numbers* out) {
  if (padding != graph::Padding2d()) SetPadding(padding, out);
}

// The messages number their kinds from 1 in the domain's order.
template <typename MessageKind, typename Kind>
MessageKind KindTo(Kind kind) {
  return static_cast<MessageKind>(static_cast<int>(kind) + 1);
}

// Writes one operator into an actor.
struct OperatorWriter {
  const graph::Actor& actor;
  v1::Actor* out;

  // The expression of a field, or its value.
  std::string Text(Field field, int64_t value, int index = 0) const {
    for (const graph::ExtentExpression& extent : actor.extents) {
      if (extent.field == field && extent.index == index) {
        return extent.expression.text();
      }
    }
    return absl::StrCat(value);
  }
  // The same, empty where it is the default.
  std::string TextUnless(int64_t otherwise, Field field, int64_t value) const {
    std::string text = Text(field, value);
    return text == absl::StrCat(otherwise) ? "" : text;
  }
  template <typename Message>
  void WriteShape(const graph::Shape& shape, Message* message) const {
    for (size_t i = 0; i < shape.size(); ++i) {
      message->add_shape(Text(Field::kShape, shape[i], static_cast<int>(i)));
    }
  }

  void operator()(const graph::Conv2d& op) const {
    v1::Conv2d* conv = out->mutable_conv2d();
    conv->set_out_channels(Text(Field::kOutChannels, op.out_channels));
    SetPair(op.kernel, conv->mutable_kernel());
    SetPairUnless({}, op.stride, conv->mutable_stride());
    SetPaddingUnlessZero(op.padding, conv->mutable_padding());
    SetPairUnless({}, op.dilation, conv->mutable_dilation());
    conv->set_groups(TextUnless(1, Field::kGroups, op.groups));
    conv->set_bias(op.bias);
    if (op.positions.has_value()) {
      conv->set_positions(Text(Field::kPositions, *op.positions));
    }
  }
  void operator()(const graph::ConvTranspose2d& op) const {
    v1::ConvTranspose2d* conv = out->mutable_conv_transpose2d();
    conv->set_out_channels(Text(Field::kOutChannels, op.out_channels));
    SetPair(op.kernel, conv->mutable_kernel());
    SetPairUnless({}, op.stride, conv->mutable_stride());
    SetPaddingUnlessZero(op.padding, conv->mutable_padding());
    SetPairUnless({0, 0}, op.output_padding, conv->mutable_output_padding());
    if (op.groups != 1) conv->set_groups(op.groups);
    conv->set_bias(op.bias);
  }
  void operator()(const graph::Linear& op) const {
    out->mutable_linear()->set_out_features(
        Text(Field::kOutFeatures, op.out_features));
    out->mutable_linear()->set_bias(op.bias);
  }
  void operator()(const graph::Pool& op) const {
    v1::Pool* pool = out->mutable_pool();
    pool->set_kind(KindTo<v1::Pool::Kind>(op.kind));
    if (op.kind == graph::Pool::Kind::kGlobalAverage ||
        op.kind == graph::Pool::Kind::kGlobalMax) {
      return;
    }
    SetPair(op.kernel, pool->mutable_kernel());
    SetPairUnless(op.kernel, op.stride, pool->mutable_stride());
    SetPaddingUnlessZero(op.padding, pool->mutable_padding());
    pool->set_ceil_mode(op.ceil_mode);
  }
  void operator()(const graph::Elementwise& op) const {
    out->mutable_elementwise()->set_kind(
        KindTo<v1::Elementwise::Kind>(op.kind));
  }
  void operator()(const graph::Norm& op) const {
    v1::Norm* norm = out->mutable_norm();
    if (op.kind == graph::Norm::Kind::kBatch) return;
    norm->set_kind(KindTo<v1::Norm::Kind>(op.kind));
    norm->set_size(op.size);
  }
  void operator()(const graph::Softmax&) const { out->mutable_softmax(); }
  void operator()(const graph::Reshape& op) const {
    WriteShape(op.shape, out->mutable_reshape());
  }
  void operator()(const graph::Concat& op) const {
    out->mutable_concat()->set_axis(op.axis);
  }
  void operator()(const graph::MatMul& op) const {
    out->mutable_matmul()->set_transpose_right(op.transpose_right);
  }
  void operator()(const graph::Transpose& op) const {
    *out->mutable_transpose()->mutable_order() = {op.order.begin(),
                                                  op.order.end()};
  }
  void operator()(const graph::Slice& op) const {
    v1::Slice* slice = out->mutable_slice();
    slice->set_axis(op.axis);
    slice->set_begin(TextUnless(0, Field::kBegin, op.begin));
    slice->set_length(Text(Field::kLength, op.length));
  }
  void operator()(const graph::Pad& op) const {
    SetPadding(op.padding, out->mutable_pad()->mutable_padding());
  }
  void operator()(const graph::Resize& op) const {
    v1::Resize* resize = out->mutable_resize();
    if (op.kind != graph::Resize::Kind::kBilinear) {
      resize->set_kind(KindTo<v1::Resize::Kind>(op.kind));
    }
    resize->set_height(Text(Field::kHeight, op.height));
    resize->set_width(Text(Field::kWidth, op.width));
  }
  void operator()(const graph::DepthToSpace& op) const {
    out->mutable_depth_to_space()->set_block(op.block);
  }
  void operator()(const graph::Embedding& op) const {
    out->mutable_embedding()->set_entries(op.entries);
    out->mutable_embedding()->set_features(op.features);
  }
  void operator()(const graph::RnnCell& op) const {
    v1::RnnCell* cell = out->mutable_rnn_cell();
    cell->set_kind(KindTo<v1::RnnCell::Kind>(op.kind));
    cell->set_hidden(Text(Field::kHidden, op.hidden));
    cell->set_bias(op.bias);
    cell->set_bidirectional(op.bidirectional);
  }
  void operator()(const graph::Gather& op) const {
    out->mutable_gather()->set_count(Text(Field::kCount, op.count));
    out->mutable_gather()->set_axis(op.axis);
  }
  void operator()(const graph::Scatter& op) const {
    out->mutable_scatter()->set_count(Text(Field::kCount, op.count));
    out->mutable_scatter()->set_axis(op.axis);
  }
  void operator()(const graph::Reduce& op) const {
    v1::Reduce* reduce = out->mutable_reduce();
    reduce->set_kind(KindTo<v1::Reduce::Kind>(op.kind));
    *reduce->mutable_axes() = {op.axes.begin(), op.axes.end()};
    reduce->set_keep(op.keep);
    if (op.kind == graph::Reduce::Kind::kTopK) reduce->set_k(op.k);
  }
  void operator()(const graph::MixWeights& op) const {
    out->mutable_mix_weights()->set_kernels(op.kernels);
    *out->mutable_mix_weights()->mutable_shape() = {op.shape.begin(),
                                                    op.shape.end()};
  }
  void operator()(const graph::Merge&) const { out->mutable_merge(); }
  void operator()(const graph::Opaque& op) const {
    v1::Opaque* opaque = out->mutable_opaque();
    opaque->set_name(op.name);
    WriteShape(op.shape, opaque);
    opaque->set_ops(op.ops);
    opaque->set_weight_elements(op.weight_elements);
  }
};

}  // namespace

void WriteOperator(const graph::Actor& actor, v1::Actor* message) {
  std::visit(OperatorWriter{actor, message}, actor.op);
}

}  // namespace dynarch::wire
