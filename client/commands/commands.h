// The commands of `dynarch`. Each reads its options, does its work and writes
// to the context's streams; an error is one message for standard error, and its
// code decides the exit code (ExitCodeOf).
#ifndef DYNARCH_CLIENT_COMMANDS_COMMANDS_H_
#define DYNARCH_CLIENT_COMMANDS_COMMANDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "client/commands/context.h"

namespace dynarch::commands {

// dynarch run STUDY.yaml: server and workers of its own on a private socket,
// then the front, verified, counted again and compared. Running it again with
// the same study and folder continues where it was, or only reports.
struct RunOptions {
  std::string study_file;
  int workers = 2;
  std::string out;  // Empty: ./dynarch-out/STUDY.
  bool json = false;
  bool stats = false;
};
absl::Status Run(const Context& context, const RunOptions& options);

// dynarch submit STUDY.yaml --server ADDR: prints the study's name.
struct SubmitOptions {
  std::string study_file;
  std::string server;
  bool json = false;
};
absl::Status Submit(const Context& context, const SubmitOptions& options);

// dynarch watch STUDY --server ADDR: until the study ends.
struct WatchOptions {
  std::string study;
  std::string server;
  bool json = false;
};
absl::Status Watch(const Context& context, const WatchOptions& options);

// dynarch front STUDY --server ADDR: the stored front.
struct FrontOptions {
  std::string study;
  std::string server;
  bool json = false;
};
absl::Status Front(const Context& context, const FrontOptions& options);

// dynarch trials STUDY --server ADDR: one page of results, by index.
struct TrialsOptions {
  std::string study;
  std::string server;
  int page_size = 100;
  std::string page_token;
  bool json = false;
};
absl::Status Trials(const Context& context, const TrialsOptions& options);

// dynarch cancel STUDY --server ADDR: results stay.
struct CancelOptions {
  std::string study;
  std::string server;
  bool json = false;
};
absl::Status Cancel(const Context& context, const CancelOptions& options);

// dynarch evaluate STUDY.yaml --set PATH=VALUE ...: one candidate, here.
// dynarch evaluate NETWORK --platform NAME: the network as it is, all on the
// platform's first GPU, or its host if it has none, always on, 1000 inferences
// at the first of the periods 1 ms, 10 ms, ..., 1000 s that each of them meets.
struct EvaluateOptions {
  std::string study_file;  // With `platform`: a network.
  std::string platform;    // Catalogue name, or a path ending in .yaml.
  std::vector<std::string> settings;
  std::optional<int64_t> trial;  // Instead of values for every parameter.
  std::string fidelity;          // Empty: the study's.
  bool json = false;
};
absl::Status Evaluate(const Context& context, const EvaluateOptions& options);

// dynarch explain STUDY.yaml|studies/NAME TRIAL: where its time and energy go.
struct ExplainOptions {
  std::string study;
  int64_t trial = 0;
  std::string server;    // For studies/NAME.
  std::string fidelity;  // Empty: the study's.
  bool json = false;
};
absl::Status Explain(const Context& context, const ExplainOptions& options);

// dynarch import onnx MODEL.onnx -o NETWORK.yaml.
struct ImportOnnxOptions {
  std::string model;
  std::string trace;  // Empty: not checked.
  std::string output;
  bool strict = false;                // Refuse operators that are not known.
  std::optional<int64_t> max_rounds;  // Of loops that state none.
};
absl::Status ImportOnnx(const Context& context,
                        const ImportOnnxOptions& options);

// dynarch catalog list.
struct CatalogListOptions {
  bool json = false;
};
absl::Status CatalogList(const Context& context,
                         const CatalogListOptions& options);

// dynarch catalog show NAME: the platform, kernel library, network or the
// technology table as YAML, sources included; of a platform the error bands
// too.
struct CatalogShowOptions {
  std::string name;
  bool json = false;
};
absl::Status CatalogShow(const Context& context,
                         const CatalogShowOptions& options);

// dynarch dataflow GRAPH.xml: consistency, liveness, throughput, ... of an SDF3
// graph. A graph that is inconsistent or deadlocks is printed, then
// FailedPrecondition with the channel or the cycle.
struct DataflowOptions {
  std::string graph;
  bool no_auto_concurrency = false;
  bool latency = false;
  std::string from;  // Actors; both or none.
  std::string to;
  std::string period;  // Of a sadf graph's releases; empty: its worst case.
  // Least buffers for this many iterations per unit of time; empty: for the
  // largest throughput there is; "live": for any.
  std::optional<std::string> buffers;
  bool matrix = false;
  std::string output;  // The graph as SDF3 XML, sized if so; empty: none.
  bool json = false;
};
absl::Status Dataflow(const Context& context, const DataflowOptions& options);

// dynarch behavior NETWORK: exit and outcome rates, accuracy, work, correlation
// of what a trace, or the network's own figures, say.
struct BehaviorOptions {
  std::string network;  // Name in the catalogue, or a path ending in .yaml.
  std::string trace;    // .csv or .npz; empty: the network's own figures.
  std::vector<std::string> settings;  // PATH=VALUE.
  std::string control;                // Empty: none.
  std::string split = "select";
  uint64_t seed = 1;
  int64_t inferences = 10'000;  // Drawn, where there is no trace.
  int lags = 5;                 // Autocorrelations.
  bool json = false;
};
absl::Status Behavior(const Context& context, const BehaviorOptions& options);

// dynarch cost --network N --platform P: time, energy, bytes and the limiting
// resource of every actor of the static network, all on one element.
struct CostOptions {
  std::string network;   // Name in the catalogue, or a path ending in .yaml.
  std::string platform;  // Likewise; PLATFORM@RUNTIME:THREADS.
  std::string element;   // Empty: the first GPU, else the host.
  std::string operating_point;  // Empty: the first.
  std::string dtype;            // Empty: fp32.
  bool json = false;
};
absl::Status Cost(const Context& context, const CostOptions& options);

using Command =
    std::variant<RunOptions, SubmitOptions, WatchOptions, FrontOptions,
                 TrialsOptions, CancelOptions, EvaluateOptions, ExplainOptions,
                 ImportOnnxOptions, CatalogListOptions, CatalogShowOptions,
                 DataflowOptions, BehaviorOptions, CostOptions>;

// Calls the function of the command.
absl::Status Execute(const Context& context, const Command& command);

}  // namespace dynarch::commands

#endif  // DYNARCH_CLIENT_COMMANDS_COMMANDS_H_
