// ONNX in, network out: operators, shapes and exits; weights stay behind and
// are known by the file's SHA-256.
#ifndef DYNARCH_SIM_IO_ONNX_IMPORT_H_
#define DYNARCH_SIM_IO_ONNX_IMPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dynarch/v1/network.pb.h"

namespace dynarch::io {

// Each graph output, in order, becomes an exit and must come from a Softmax.
// The batch (extent 1 or symbolic) is dropped; Identity and Dropout vanish;
// MatMul followed by Add of a constant becomes one linear; reshapes become
// `reshape`. The result passes wire::NetworkFrom.
//
// `file` is how errors and the network's `source` call the bytes. Errors are
// InvalidArgument: not an ONNX model, an operator (named with its node) that is
// not supported (the supported ones are listed), a batch other than 1.
absl::StatusOr<v1::Network> ImportOnnx(absl::string_view bytes,
                                       const std::string& file);

// Reads and imports `model_path`; with a `trace_path` that is not empty also
// checks that the trace was recorded with these weights and exits.
absl::StatusOr<v1::Network> ImportOnnxFile(const std::string& model_path,
                                           const std::string& trace_path = "");

// The text of a network file made from `model_path`: a first line that says
// how it was made, then the YAML.
std::string ImportedNetworkText(const v1::Network& network,
                                const std::string& model_path);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_ONNX_IMPORT_H_
