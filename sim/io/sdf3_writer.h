// Dataflow graphs as SDF3 XML, the inverse of sim/io/sdf3_reader.h.
#ifndef DYNARCH_SIM_IO_SDF3_WRITER_H_
#define DYNARCH_SIM_IO_SDF3_WRITER_H_

#include <string>

#include "absl/status/statusor.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/sadf.h"

namespace dynarch::io {

// A file of type `sdf` if every actor has one phase, else `csdf`. Reading it
// gives an equal graph: ports are named `out1`, `in1`, ... by actor, times are
// decimals where a decimal says them exactly and fractions ("1/3", which only
// Dynarch reads) elsewhere, the token's size is `tokenSize sz` and the
// capacity `bufferSize sz`.
//
// InvalidArgument: what dataflow::Check says; a name that is empty, longer than
// the reader takes, not UTF-8, or holds a control character; more phases than
// the reader takes.
absl::StatusOr<std::string> WriteSdf3(const dataflow::Graph& graph);

// A file of type `sadf`. InvalidArgument as above, and for an initial value
// that holds a comma, an asterisk or white space at an end, or a chain that is
// selected by several control channels but has no `scenario`: the format
// cannot say them. `probabilities` is not written: weights are relative in the
// format.
absl::StatusOr<std::string> WriteSdf3(
    const dataflow::ScenarioAwareGraph& graph);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_SDF3_WRITER_H_
