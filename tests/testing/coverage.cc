#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/evaluator/run.h"
#include "tests/testing/generators.h"

namespace dynarch::testing {
namespace {

const char* NameOf(Load load) {
  switch (load) {
    case Load::kSparse:
      return "load sparse";
    case Load::kBoundary:
      return "load boundary";
    case Load::kTight:
      return "load tight";
    case Load::kOverload:
      return "load overload";
  }
  return "";
}

const char* NameOf(behavior::Threshold::Kind kind) {
  switch (kind) {
    case behavior::Threshold::Kind::kNever:
      return "threshold never";
    case behavior::Threshold::Kind::kAlways:
      return "threshold always";
    case behavior::Threshold::Kind::kValue:
      return "threshold value";
    case behavior::Threshold::Kind::kChecked:
      return "threshold checked";
  }
  return "";
}

const char* NameOf(graph::ExitRule::Kind kind) {
  switch (kind) {
    case graph::ExitRule::Kind::kThreshold:
      return "rule threshold";
    case graph::ExitRule::Kind::kPatience:
      return "rule patience";
    case graph::ExitRule::Kind::kPredicted:
      return "rule predicted";
  }
  return "";
}

const char* NameOf(mapping::PowerPolicy::Kind kind) {
  switch (kind) {
    case mapping::PowerPolicy::Kind::kAlwaysOn:
      return "power always_on";
    case mapping::PowerPolicy::Kind::kClockGate:
      return "power clock_gate";
    case mapping::PowerPolicy::Kind::kPowerGate:
      return "power power_gate";
  }
  return "";
}

}  // namespace

void Coverage::Add(const std::string& feature, bool present) {
  counts_[feature] += present ? 1 : 0;
}

void Coverage::AddStudy(const StudyCase& study) {
  AddCase();
  const study::StudySpec& spec = *study.spec;
  const study::BoundCandidate bound = study::Bind(spec, study.candidate);
  std::vector<std::string> features;
  features.push_back(absl::StrCat("exits ", spec.network.exits().size()));
  features.push_back(NameOf(study.load));
  features.push_back(NameOf(spec.network.parts().exit_rule.kind));
  features.push_back(absl::StrCat("control ", behavior::NameOf(bound.control)));
  if (spec.network.parts().ends_in_output) features.push_back("output");
  for (size_t d = 0; d < spec.network.decisions().size(); ++d) {
    const graph::Decision& decision = spec.network.decisions()[d];
    features.push_back(absl::StrCat("decision ", graph::NameOf(decision.kind)));
    features.push_back(decision.from.has_value() ? "decision of the host"
                                                 : "decision known before");
    if (bound.knobs[d].has_value()) features.push_back("decision settled");
  }
  features.push_back(NameOf(bound.power.kind));
  features.push_back(absl::StrCat("dtype ", graph::NameOf(bound.dtype)));
  const platform::Platform& platform = spec.platforms[bound.platform];
  features.push_back(absl::StrCat("domains ", platform.domains().size()));
  const auto& exits = spec.network.exits();
  for (size_t e = 0; e < exits.size(); ++e) {
    const auto element = platform.ElementNamed(bound.stage_elements[e]);
    if (element.has_value()) {
      features.push_back(absl::StrCat(
          "element ", platform::NameOf(platform.elements()[*element].kind)));
    }
    if (e + 1 == exits.size()) break;
    features.push_back(NameOf(bound.thresholds[e].kind()));
    features.push_back(absl::StrCat("signal ", graph::NameOf(exits[e].signal)));
  }
  std::sort(features.begin(), features.end());
  features.erase(std::unique(features.begin(), features.end()), features.end());
  for (const std::string& feature : features) Add(feature);
}

int64_t Coverage::Count(const std::string& feature) const {
  const auto found = counts_.find(feature);
  return found == counts_.end() ? 0 : found->second;
}

double Coverage::Share(const std::string& feature) const {
  if (cases_ == 0) return 0;
  return static_cast<double>(Count(feature)) / static_cast<double>(cases_);
}

std::string Coverage::Report() const {
  std::string report = absl::StrCat(cases_, " cases\n");
  for (const auto& [feature, count] : counts_) {
    absl::StrAppendFormat(&report, "%6.1f %%  %s\n", 100 * Share(feature),
                          feature);
  }
  return report;
}

std::vector<std::string> Coverage::Missing(
    const std::vector<std::string>& wanted, double share) const {
  std::vector<std::string> missing;
  for (const std::string& feature : wanted) {
    if (Share(feature) < share) {
      missing.push_back(
          absl::StrFormat("%s: %.1f %%", feature, 100 * Share(feature)));
    }
  }
  return missing;
}

}  // namespace dynarch::testing
