// SDF3 XML, the exchange format of dataflow graphs: `sdf`, `csdf` and `sadf`
// files become the values of sim/dataflow.
//
// What is read, beside the format's own description (sdf3-sdf.xsd,
// sdf3-csdf.xsd, sdf3-sadf.xsd of the SDF3 tool set, www.es.ele.tue.nl/sdf3):
// - Times are exact: 2.1 is 21/10. 13/2 is allowed too, for what no decimal
//   says.
// - A rate or time list has one entry, which holds for every phase, or one per
//   phase; an actor has as many phases as its longest list. "3*1,2" is
//   "1,1,1,2".
// - Of several processors marked default the last counts; the only one needs
//   no mark. An actor without an execution time takes 0, with a warning.
// - channelProperties' `bufferSize sz` is the channel's capacity in tokens;
//   `$NAME`, a placeholder of generated files, leaves it unbounded, with a
//   warning. A channel's `size`, or its `tokenSize sz`, is the token's size.
// - Architecture, memory and constraint elements are read past. An unknown
//   element or attribute is a warning, or an error where it looks misspelt.
#ifndef DYNARCH_SIM_IO_SDF3_READER_H_
#define DYNARCH_SIM_IO_SDF3_READER_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/sadf.h"
#include "sim/io/source_map.h"

namespace dynarch::io {

// Largest XML file that is read.
inline constexpr int64_t kMaxXmlBytes = 64 << 20;

struct Sdf3File {
  std::variant<dataflow::Graph, dataflow::ScenarioAwareGraph> graph;
  std::string type;  // "sdf", "csdf" or "sadf"
  // Where the file has each channel; of sdf and csdf only.
  std::vector<Position> channels;
  // `FILE:LINE:COL: what was ignored or assumed`, in the order of the file.
  std::vector<std::string> warnings;
};

// `file` is how messages call the text. InvalidArgument, `FILE:LINE:COL:
// what; what is allowed; the nearest name`.
absl::StatusOr<Sdf3File> ReadSdf3(absl::string_view text,
                                  const std::string& file);

// The same for a file; also the errors of ReadFile (NotFound, more than
// kMaxXmlBytes).
absl::StatusOr<Sdf3File> ReadSdf3File(const std::string& path);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_SDF3_READER_H_
