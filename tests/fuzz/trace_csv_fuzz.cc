// Any text as a trace, alone and of a network: an error or a trace that its
// artifact gives back.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "sim/io/trace_csv.h"
#include "sim/wire/trace_wire.h"
#include "tests/fuzz/traced_network.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const dynarch::graph::Network* const networks[] = {
      nullptr, &dynarch::testing::TracedNetwork()};
  for (const auto* network : networks) {
    const auto trace = dynarch::io::ReadTraceCsv(text, "trace.csv", network);
    if (!trace.ok()) continue;
    const std::string bytes = dynarch::wire::EncodeTrace(*trace);
    const auto decoded = dynarch::wire::DecodeTrace(bytes);
    if (!decoded.ok() || dynarch::wire::EncodeTrace(*decoded) != bytes) {
      std::abort();
    }
  }
  return 0;
}
