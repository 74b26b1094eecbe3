// Any text as a trace: an error or a trace that its artifact gives back.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "sim/io/trace_csv.h"
#include "sim/wire/trace_wire.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto trace = dynarch::io::ReadTraceCsv(text, "trace.csv");
  if (!trace.ok()) return 0;
  const std::string bytes = dynarch::wire::EncodeTrace(*trace);
  const auto decoded = dynarch::wire::DecodeTrace(bytes);
  if (!decoded.ok() || dynarch::wire::EncodeTrace(*decoded) != bytes) {
    std::abort();
  }
  return 0;
}
