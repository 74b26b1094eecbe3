// dynarch behavior: what the data do to a network.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/commands/catalog_entry.h"
#include "client/commands/commands.h"
#include "client/report/behavior_report.h"
#include "sim/base/decimal.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/outcome_check.h"
#include "sim/behavior/population.h"
#include "sim/behavior/statistics.h"
#include "sim/io/study_reader.h"
#include "sim/io/trace_csv.h"
#include "sim/wire/behavior_wire.h"
#include "sim/wire/network_wire.h"

namespace dynarch::commands {
namespace {

using behavior::Control;
using behavior::Threshold;

constexpr char kDtype[] = "network.dtype";
constexpr char kControl[] = "behavior.control";
constexpr char kPatience[] = "network.exit_rule.patience";
constexpr char kAllThresholds[] = "decisions.*.threshold";

absl::StatusOr<behavior::Source> ReadSource(const BehaviorOptions& options,
                                            const v1::Network& message,
                                            const graph::Network& network) {
  v1::Behavior where;
  std::optional<behavior::Trace> trace;
  if (!options.trace.empty()) {
    where.mutable_trace()->set_file(options.trace);
    DYNARCH_ASSIGN_OR_RETURN(trace, io::ReadTraceFile(options.trace, &network));
  }
  return wire::SourceFrom(where, message, network, std::move(trace));
}

// A request and a policy from the network's own figures and `--set`.
class Asked {
 public:
  Asked(const graph::Network& network, const behavior::Source& source)
      : network_(network), follows_rule_(behavior::ExitsFollowRule(source)) {
    request.knobs.resize(network.decisions().size());
    request.thresholds.assign(network.exits().size(), Threshold::Checked());
    thresholds_.resize(network.exits().size());
    patience_ = network.parts().exit_rule.patience;
  }

  absl::Status Read(const v1::Network& message,
                    const std::vector<std::string>& settings) {
    DYNARCH_ASSIGN_OR_RETURN(auto own, wire::ThresholdsFrom(message));
    std::set<std::string> seen;
    for (const std::string& text : settings) {
      DYNARCH_ASSIGN_OR_RETURN(const io::Setting setting,
                               io::ParseSetting(text));
      if (!seen.insert(setting.first).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("--set ", setting.first, ": given twice"));
      }
      const absl::Status status = Apply(setting.first, setting.second);
      if (!status.ok()) {
        return absl::Status(
            status.code(),
            absl::StrCat("--set ", setting.first, ": ", status.message()));
      }
    }
    for (size_t e = 0; e < thresholds_.size(); ++e) {
      if (thresholds_[e].has_value()) {
        request.thresholds[e] = *thresholds_[e];
      } else if (follows_rule_ && own[e].has_value()) {
        request.thresholds[e] = *own[e];
      }
    }
    return absl::OkStatus();
  }

  behavior::ExitPolicy Policy() const {
    if (request.control == Control::kStatic) {
      return behavior::StaticPolicy(network_);
    }
    return behavior::PolicyOf(network_, request.thresholds, patience_);
  }

  behavior::Request request;

 private:
  absl::Status Apply(const std::string& path, const std::string& value) {
    if (path == kControl) {
      DYNARCH_ASSIGN_OR_RETURN(request.control, behavior::ControlNamed(value));
      return absl::OkStatus();
    }
    if (path == kDtype) {
      const auto dtype = graph::DataTypeNamed(value);
      if (!dtype.has_value()) {
        return absl::InvalidArgumentError(
            absl::StrCat("got '", value, "'; allowed: fp32, fp16, int8"));
      }
      request.dtype = *dtype;
      return absl::OkStatus();
    }
    if (path == kPatience &&
        network_.parts().exit_rule.kind == graph::ExitRule::Kind::kPatience) {
      if (!absl::SimpleAtoi(value, &patience_) || patience_ < 1) {
        return absl::InvalidArgumentError(absl::StrCat(
            "got '", value, "'; a whole number from 1 is allowed"));
      }
      request.patience = patience_;
      return absl::OkStatus();
    }
    return ApplyKnob(path, value);
  }

  absl::Status ApplyKnob(const std::string& path, const std::string& value) {
    for (size_t e = 0; e + 1 < network_.exits().size(); ++e) {
      const bool is_own = path == behavior::ThresholdPath(network_.exits()[e]);
      if (!is_own && path != kAllThresholds) continue;
      if (is_own || !thresholds_[e].has_value()) {
        DYNARCH_ASSIGN_OR_RETURN(thresholds_[e], Threshold::Parse(value));
      }
      if (is_own) return absl::OkStatus();
    }
    if (path == kAllThresholds && network_.exits().size() > 1) {
      return absl::OkStatus();
    }
    for (size_t d = 0; d < network_.decisions().size(); ++d) {
      if (path != behavior::KnobPath(network_.decisions()[d])) continue;
      const auto number = Decimal::Parse(value);
      if (!number.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat("got '", value, "'; a number is allowed"));
      }
      request.knobs[d] = *number;
      return absl::OkStatus();
    }
    std::vector<std::string> known = behavior::KnobPaths(network_);
    known.insert(known.end(), {kControl, kDtype});
    if (network_.exits().size() > 1) known.emplace_back(kAllThresholds);
    return absl::InvalidArgumentError(
        absl::StrCat("is no knob of network '", network_.name(),
                     "'; allowed: ", NameList(known), DidYouMean(path, known)));
  }

  const graph::Network& network_;
  bool follows_rule_;
  std::vector<std::optional<Threshold>> thresholds_;  // By exit, as set.
  int patience_ = 0;
};

absl::StatusOr<behavior::Statistics> Summary(const graph::Network& network,
                                             const behavior::Source& source,
                                             const Asked& asked, int lags) {
  DYNARCH_ASSIGN_OR_RETURN(const behavior::Population population,
                           behavior::Realise(source, network, asked.request));
  const behavior::ExitPolicy policy = asked.Policy();
  DYNARCH_RETURN_IF_ERROR(population.Check(policy));
  std::optional<behavior::Population> independent;
  const size_t choices =
      network.decisions().size() + (network.exits().size() > 1 ? 1 : 0);
  const bool rule = behavior::ExitsFollowRule(source);
  if (asked.request.control == Control::kNone &&
      (choices > 1 || (rule && choices > 0))) {
    behavior::Request request = asked.request;
    request.control = Control::kIndependent;
    DYNARCH_ASSIGN_OR_RETURN(independent,
                             behavior::Realise(source, network, request));
  }
  return behavior::Summarise(network, population, policy,
                             independent.has_value() ? &*independent : nullptr,
                             lags);
}

}  // namespace

absl::Status Behavior(const Context& context, const BehaviorOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const v1::Network message,
                           ReadNetwork(context, options.network));
  DYNARCH_ASSIGN_OR_RETURN(const graph::Network network,
                           wire::NetworkFrom(message));
  DYNARCH_ASSIGN_OR_RETURN(const behavior::Source source,
                           ReadSource(options, message, network));
  Asked asked(network, source);
  asked.request.split = options.split;
  asked.request.seed = options.seed;
  asked.request.inferences = options.inferences;
  DYNARCH_RETURN_IF_ERROR(asked.Read(message, options.settings));
  if (!options.control.empty()) {
    DYNARCH_ASSIGN_OR_RETURN(asked.request.control,
                             behavior::ControlNamed(options.control));
  }
  report::BehaviorReport report;
  report.network = network.name();
  report.source = std::string(behavior::KindOf(source));
  DYNARCH_ASSIGN_OR_RETURN(report.statistics,
                           Summary(network, source, asked, options.lags));
  report.request = asked.request;
  if (options.json) {
    DYNARCH_ASSIGN_OR_RETURN(const report::Json json,
                             report::BehaviorJson(report));
    context.out << json.ToString() << "\n";
    return absl::OkStatus();
  }
  DYNARCH_ASSIGN_OR_RETURN(const std::string text,
                           report::BehaviorText(report));
  context.out << text;
  return absl::OkStatus();
}

}  // namespace dynarch::commands
