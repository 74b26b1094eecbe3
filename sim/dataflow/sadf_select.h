// Which control values select what, read off a graph. For the sources of
// sadf*.cc; the graph's names need not have passed Check yet.
#ifndef DYNARCH_SIM_DATAFLOW_SADF_SELECT_H_
#define DYNARCH_SIM_DATAFLOW_SADF_SELECT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/dataflow/sadf.h"

namespace dynarch::dataflow {

// Names of the control channels that end at a process, in the graph's order.
std::vector<std::string> ControlInputsOf(const ScenarioAwareGraph& graph,
                                         const SadfProcess& process);

// The value wanted on one control input: that of `controls` for it, or `name`
// if `controls` is empty.
std::string WantedValue(const std::vector<SadfControl>& controls,
                        const std::string& name, absl::string_view input);

// Every value that can be on a control channel: initial ones and what the
// source's sub-scenarios send, each once, sorted.
std::vector<std::string> ValuesOn(const ScenarioAwareGraph& graph,
                                  absl::string_view channel);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SADF_SELECT_H_
