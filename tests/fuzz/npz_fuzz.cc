// Any bytes as a NumPy archive: an error or a trace that its artifact gives
// back.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "sim/io/npz.h"
#include "sim/wire/trace_wire.h"
#include "tests/fuzz/traced_network.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // The first byte chooses whether there is a network.
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1,
                                size - 1);
  const auto trace = dynarch::io::ReadTraceNpz(
      bytes, "trace.npz",
      (data[0] & 1) != 0 ? &dynarch::testing::TracedNetwork() : nullptr);
  if (!trace.ok()) return 0;
  const std::string artifact = dynarch::wire::EncodeTrace(*trace);
  const auto decoded = dynarch::wire::DecodeTrace(artifact);
  if (!decoded.ok() || dynarch::wire::EncodeTrace(*decoded) != artifact) {
    std::abort();
  }
  return 0;
}
