// The two halves of the SDF3 reader. Internal to sim/io.
#ifndef DYNARCH_SIM_IO_SDF3_PARTS_H_
#define DYNARCH_SIM_IO_SDF3_PARTS_H_

#include <pugixml.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/sadf.h"
#include "sim/io/sdf3_element.h"

namespace dynarch::io {

// `root` is <sdf3>; `type` is "sdf" or "csdf". `channels` gets the place of
// each channel.
absl::StatusOr<dataflow::Graph> ReadStaticGraph(
    ElementReader& reader, pugi::xml_node root, const std::string& type,
    std::vector<Position>* channels);

// `root` is <sdf3> of type "sadf".
absl::StatusOr<dataflow::ScenarioAwareGraph> ReadScenarioAwareGraph(
    ElementReader& reader, pugi::xml_node root);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_SDF3_PARTS_H_
