// Any bytes as a trace artifact: an error or a trace whose bytes are stable.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "sim/wire/trace_wire.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto trace = dynarch::wire::DecodeTrace(bytes);
  if (!trace.ok()) return 0;
  const std::string encoded = dynarch::wire::EncodeTrace(*trace);
  const auto again = dynarch::wire::DecodeTrace(encoded);
  if (!again.ok() || dynarch::wire::EncodeTrace(*again) != encoded) {
    std::abort();
  }
  return 0;
}
