// ONNX in, network out: operators, shapes and exits; weights stay behind and
// are known by the file's SHA-256.
#ifndef DYNARCH_SIM_IO_ONNX_IMPORT_H_
#define DYNARCH_SIM_IO_ONNX_IMPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dynarch/v1/network.pb.h"
#include "sim/io/onnx_network.h"

namespace dynarch::io {

// Operators: docs/import.md. An operator that is not known becomes `opaque`,
// one operation per output element and its constants as weights, with a
// warning; or is refused (OnnxOptions::strict). What a file computes from
// constants and shapes is computed here.
//
// Exits: several outputs that are vectors of one length, in the order in which
// they are made, or one that a Softmax gives; logits get a softmax. Else the
// network ends in an output: its only vector, or its last tensor. Outputs that
// are neither are left out, with a warning, and so is what only they need.
//
// Control flow: If is a `branch` (then, else), Loop a `repeat` unless its trip
// count is constant and its body never says stop, Scan a loop of constant
// length. Rounds of a loop after the first read what the round before has left
// in the place of the initial values.
//
// The batch (extent 1 or symbolic; the first extent, or the second of [steps,
// 1, features]) is dropped; Identity, Cast and Dropout vanish; adding a
// constant vector to a product is its bias; what exporters write as several
// nodes is one again (onnx_patterns.h). The result passes wire::NetworkFrom.
//
// `file` is how errors and the network's `source` call the bytes. Errors are
// InvalidArgument and name the node and its operator.
absl::StatusOr<v1::Network> ImportOnnx(
    absl::string_view bytes, const std::string& file,
    const OnnxOptions& options = {},
    std::vector<std::string>* warnings = nullptr);

// Reads and imports `model_path`; with a `trace_path` that is not empty also
// checks that the trace was recorded with these weights and exits.
absl::StatusOr<v1::Network> ImportOnnxFile(
    const std::string& model_path, const std::string& trace_path = "",
    const OnnxOptions& options = {},
    std::vector<std::string>* warnings = nullptr);

// The text of a network file made from `model_path`: a first line that says
// how it was made, then the YAML.
std::string ImportedNetworkText(const v1::Network& network,
                                const std::string& model_path);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_ONNX_IMPORT_H_
