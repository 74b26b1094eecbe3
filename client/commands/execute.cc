#include "client/commands/commands.h"

namespace dynarch::commands {
namespace {

absl::Status Call(const Context& context, const RunOptions& options) {
  return Run(context, options);
}
absl::Status Call(const Context& context, const SubmitOptions& options) {
  return Submit(context, options);
}
absl::Status Call(const Context& context, const WatchOptions& options) {
  return Watch(context, options);
}
absl::Status Call(const Context& context, const FrontOptions& options) {
  return Front(context, options);
}
absl::Status Call(const Context& context, const TrialsOptions& options) {
  return Trials(context, options);
}
absl::Status Call(const Context& context, const CancelOptions& options) {
  return Cancel(context, options);
}
absl::Status Call(const Context& context, const EvaluateOptions& options) {
  return Evaluate(context, options);
}
absl::Status Call(const Context& context, const ExplainOptions& options) {
  return Explain(context, options);
}
absl::Status Call(const Context& context, const ImportOnnxOptions& options) {
  return ImportOnnx(context, options);
}
absl::Status Call(const Context& context, const CatalogListOptions& options) {
  return CatalogList(context, options);
}
absl::Status Call(const Context& context, const CatalogShowOptions& options) {
  return CatalogShow(context, options);
}

absl::Status Call(const Context& context, const DataflowOptions& options) {
  return Dataflow(context, options);
}
absl::Status Call(const Context& context, const BehaviorOptions& options) {
  return Behavior(context, options);
}
absl::Status Call(const Context& context, const CostOptions& options) {
  return Cost(context, options);
}

}  // namespace

absl::Status Execute(const Context& context, const Command& command) {
  return std::visit([&](const auto& options) { return Call(context, options); },
                    command);
}

}  // namespace dynarch::commands
