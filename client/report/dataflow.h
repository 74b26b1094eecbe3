// What `dynarch dataflow` found out about a graph, as JSON and for people. The
// names and meanings of the JSON members: docs/dataflow.md.
#ifndef DYNARCH_CLIENT_REPORT_DATAFLOW_H_
#define DYNARCH_CLIENT_REPORT_DATAFLOW_H_

#include <optional>
#include <string>
#include <vector>

#include "client/report/json.h"
#include "sim/dataflow/buffers.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/iteration_matrix.h"
#include "sim/dataflow/latency.h"
#include "sim/dataflow/liveness.h"
#include "sim/dataflow/rational.h"
#include "sim/dataflow/sadf.h"
#include "sim/dataflow/sadf_analysis.h"
#include "sim/dataflow/throughput.h"

namespace dynarch::report {

// From the first start of one actor to the last end of another.
struct LatencyBetween {
  std::string from;
  std::string to;
  dataflow::Rational time;
};

// An SDF or CSDF graph. What does not exist is absent: an inconsistent graph
// has no repetitions, one that deadlocks no period; and so is what passed the
// limits of its analysis.
struct StaticFindings {
  std::string file;
  std::string type;  // "sdf" or "csdf"
  dataflow::Graph graph;
  std::vector<std::string> warnings;
  bool auto_concurrency = true;
  std::string inconsistency = "";                  // Empty: consistent.
  std::vector<dataflow::BigInt> repetitions = {};  // By actor.
  std::optional<bool> live = std::nullopt;
  std::optional<dataflow::Deadlock> deadlock = std::nullopt;
  std::optional<dataflow::Throughput> throughput = std::nullopt;
  std::string limit = "";  // Why an analysis gave up; empty: none did.
  // If asked for, of a live graph.
  std::optional<dataflow::Latency> latency = std::nullopt;
  std::optional<LatencyBetween> between = std::nullopt;
  std::optional<dataflow::BufferSizes> buffers = std::nullopt;
  std::optional<dataflow::IterationMatrix> matrix = std::nullopt;
};

// The largest lateness of any iteration against a periodic reference.
struct Lateness {
  dataflow::Rational period;
  std::optional<dataflow::Rational> largest;  // None: unbounded.
};

struct ScenarioFindings {
  std::string file;
  dataflow::ScenarioAwareGraph graph;
  std::vector<std::string> warnings;
  dataflow::SadfThroughput throughput = {};
  std::optional<Lateness> lateness = std::nullopt;  // If asked for.
};

Json DataflowJson(const StaticFindings& findings);
Json DataflowJson(const ScenarioFindings& findings);
std::string DataflowText(const StaticFindings& findings);
std::string DataflowText(const ScenarioFindings& findings);

// "13/2 (6.5)", "16"; a fraction too long to read is a decimal only.
std::string ExactText(const dataflow::Rational& value);

}  // namespace dynarch::report

#endif  // DYNARCH_CLIENT_REPORT_DATAFLOW_H_
