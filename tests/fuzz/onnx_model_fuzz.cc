// Any bytes as an ONNX model: an error or a network that sim/wire accepts.
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "sim/io/onnx_import.h"
#include "sim/wire/network_wire.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto network = dynarch::io::ImportOnnx(bytes, "model.onnx");
  if (network.ok() && !dynarch::wire::NetworkFrom(*network).ok()) std::abort();
  return 0;
}
