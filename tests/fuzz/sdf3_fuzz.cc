// Any text as an SDF3 file: an error that names the file, or a graph that means
// something and that, if it can be written, is read back equal.
#include <cstdint>
#include <cstdlib>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "sim/io/sdf3_reader.h"
#include "sim/io/sdf3_writer.h"
#include "tests/sim/io/sdf3_equal.h"

namespace {

template <typename G>
void CheckRoundTrip(const G& graph) {
  if (!dynarch::dataflow::Check(graph).ok()) std::abort();
  const auto text = dynarch::io::WriteSdf3(graph);
  if (!text.ok()) return;
  const auto again = dynarch::io::ReadSdf3(*text, "written.xml");
  if (!again.ok() || !std::holds_alternative<G>(again->graph) ||
      !dynarch::io::Difference(graph, std::get<G>(again->graph)).empty()) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = dynarch::io::ReadSdf3(text, "graph.xml");
  if (!file.ok()) {
    if (!absl::StartsWith(file.status().message(), "graph.xml:")) std::abort();
    return 0;
  }
  std::visit([](const auto& graph) { CheckRoundTrip(graph); }, file->graph);
  return 0;
}
