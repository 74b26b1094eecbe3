// Published networks, as the work of their operators, for checks of the
// catalogue against published latencies and energies.
#ifndef DYNARCH_TESTS_SIM_CATALOG_PUBLISHED_H_
#define DYNARCH_TESTS_SIM_CATALOG_PUBLISHED_H_

#include <cstdint>
#include <vector>

#include "sim/graph/operator.h"

namespace dynarch::catalog {

// The MLPerf Tiny reference models (Banbury et al., "MLPerf Tiny Benchmark",
// NeurIPS Datasets and Benchmarks 2021), batch normalisation folded.
// ResNet-8 on 32x32x3: 12.50 M multiply-accumulates.
std::vector<graph::OperatorWork> ResNet8();
// DS-CNN on 49x10x1: 2.66 M.
std::vector<graph::OperatorWork> DsCnn();
// Fully connected autoencoder, 640 inputs: 0.264 M.
std::vector<graph::OperatorWork> Autoencoder();

}  // namespace dynarch::catalog

#endif  // DYNARCH_TESTS_SIM_CATALOG_PUBLISHED_H_
