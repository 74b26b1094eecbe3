#include "tests/sim/catalog/published.h"

namespace dynarch::catalog {
namespace {

using graph::OperatorClass;
using graph::OperatorWork;

// A convolution with bias; `groups` as in the operator.
OperatorWork Conv(int64_t in, int64_t in_size, int64_t out, int64_t out_size,
                  int64_t window, int64_t groups = 1) {
  const int64_t weights = out * (in / groups) * window;
  OperatorWork work;
  work.operator_class =
      groups == 1 ? OperatorClass::kConv2d : OperatorClass::kDepthwise;
  work.macs = Macs(weights * out_size);
  work.weight_elements = weights + out;
  work.input_elements = in * in_size;
  work.output_elements = out * out_size;
  return work;
}

OperatorWork Linear(int64_t in, int64_t out) {
  OperatorWork work;
  work.operator_class = OperatorClass::kLinear;
  work.macs = Macs(in * out);
  work.weight_elements = in * out + out;
  work.input_elements = in;
  work.output_elements = out;
  return work;
}

OperatorWork Other(int64_t in, int64_t out, int64_t ops) {
  OperatorWork work;
  work.vector_ops = ops;
  work.input_elements = in;
  work.output_elements = out;
  return work;
}

}  // namespace

std::vector<OperatorWork> ResNet8() {
  return {Conv(3, 1024, 16, 1024, 9),
          Conv(16, 1024, 16, 1024, 9),
          Conv(16, 1024, 16, 1024, 9),
          Other(32768, 16384, 16384),
          Conv(16, 1024, 32, 256, 9),
          Conv(32, 256, 32, 256, 9),
          Conv(16, 1024, 32, 256, 1),
          Other(16384, 8192, 8192),
          Conv(32, 256, 64, 64, 9),
          Conv(64, 64, 64, 64, 9),
          Conv(32, 256, 64, 64, 1),
          Other(8192, 4096, 4096),
          Other(4096, 64, 4096),
          Linear(64, 10),
          Other(10, 10, 50)};
}

std::vector<OperatorWork> DsCnn() {
  std::vector<OperatorWork> layers = {Conv(1, 490, 64, 125, 40)};
  for (int block = 0; block < 4; ++block) {
    layers.push_back(Conv(64, 125, 64, 125, 9, 64));
    layers.push_back(Conv(64, 125, 64, 125, 1));
  }
  layers.push_back(Other(8000, 64, 8000));
  layers.push_back(Linear(64, 12));
  layers.push_back(Other(12, 12, 60));
  return layers;
}

std::vector<OperatorWork> Autoencoder() {
  return {Linear(640, 128), Linear(128, 128), Linear(128, 128),
          Linear(128, 128), Linear(128, 8),   Linear(8, 128),
          Linear(128, 128), Linear(128, 128), Linear(128, 128),
          Linear(128, 640)};
}

}  // namespace dynarch::catalog
