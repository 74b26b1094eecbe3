#include "sim/dataflow/sadf.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/dataflow/sadf_select.h"

namespace dynarch::dataflow {
namespace {

template <typename T>
absl::StatusOr<int> IndexOf(const std::vector<T>& items, absl::string_view name,
                            absl::string_view kind) {
  std::vector<std::string> names;
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].name == name) return static_cast<int>(i);
    names.push_back(items[i].name);
  }
  return absl::NotFoundError(absl::StrCat(
      "no ", kind, " '", name, "'; there ", "are: ", NameList(names),
      DidYouMean(std::string(name), names)));
}

// Warnings of one kernel about one of its control inputs.
void WarnAboutInput(const ScenarioAwareGraph& graph, const SadfProcess& kernel,
                    const std::string& input,
                    std::vector<std::string>& warnings) {
  std::set<std::string> wanted;
  const std::vector<std::string> values = ValuesOn(graph, input);
  for (const SadfScenario& scenario : kernel.scenarios) {
    const std::string value =
        WantedValue(scenario.controls, scenario.name, input);
    wanted.insert(value);
    if (std::find(values.begin(), values.end(), value) == values.end()) {
      warnings.push_back(absl::StrCat(
          "kernel '", kernel.name, "': no value '", value, "' can arrive on '",
          input, "', so scenario '", scenario.name, "' never happens",
          DidYouMean(value, values)));
    }
  }
  for (const std::string& value : values) {
    if (wanted.contains(value)) continue;
    warnings.push_back(
        absl::StrCat("kernel '", kernel.name, "' has no scenario for value '",
                     value, "' of '", input, "': such a firing does nothing"));
  }
}

Rational Chosen(const std::vector<SadfProfile>& profiles,
                ProfileChoice choice) {
  Rational time = profiles.front().time;
  if (choice == ProfileChoice::kMean) {
    Rational sum, weights;
    for (const SadfProfile& profile : profiles) {
      sum += profile.time * profile.weight;
      weights += profile.weight;
    }
    return sum / weights;
  }
  for (const SadfProfile& profile : profiles) {
    time = choice == ProfileChoice::kLargest ? std::max(time, profile.time)
                                             : std::min(time, profile.time);
  }
  return time;
}

}  // namespace

std::vector<std::string> ControlInputsOf(const ScenarioAwareGraph& graph,
                                         const SadfProcess& process) {
  std::vector<std::string> inputs;
  for (const SadfChannel& channel : graph.channels) {
    if (channel.control && channel.destination == process.name) {
      inputs.push_back(channel.name);
    }
  }
  return inputs;
}

std::string WantedValue(const std::vector<SadfControl>& controls,
                        const std::string& name, absl::string_view input) {
  for (const SadfControl& control : controls) {
    if (control.channel == input) return control.value;
  }
  return name;
}

std::vector<std::string> ValuesOn(const ScenarioAwareGraph& graph,
                                  absl::string_view channel) {
  std::set<std::string> values;
  for (const SadfChannel& candidate : graph.channels) {
    if (candidate.name != channel) continue;
    values.insert(candidate.initial_values.begin(),
                  candidate.initial_values.end());
  }
  for (const SadfProcess& process : graph.processes) {
    for (const SadfScenario& scenario : process.scenarios) {
      for (const SadfRate& rate : scenario.produce) {
        if (rate.channel != channel || rate.tokens == 0) continue;
        values.insert(rate.value.empty() ? scenario.name : rate.value);
      }
    }
  }
  return {values.begin(), values.end()};
}

std::vector<std::string> Warnings(const ScenarioAwareGraph& graph) {
  std::vector<std::string> warnings;
  for (const SadfProcess& process : graph.processes) {
    if (process.detector) continue;
    for (const std::string& input : ControlInputsOf(graph, process)) {
      WarnAboutInput(graph, process, input, warnings);
    }
  }
  return warnings;
}

absl::StatusOr<int> ProcessNamed(const ScenarioAwareGraph& graph,
                                 absl::string_view name) {
  return IndexOf(graph.processes, name, "process");
}

absl::StatusOr<int> ChannelNamed(const ScenarioAwareGraph& graph,
                                 absl::string_view name) {
  return IndexOf(graph.channels, name, "channel");
}

ScenarioAwareGraph WithSingleTimes(const ScenarioAwareGraph& graph,
                                   ProfileChoice choice) {
  ScenarioAwareGraph single = graph;
  for (SadfProcess& process : single.processes) {
    for (SadfScenario& scenario : process.scenarios) {
      if (scenario.profiles.empty()) continue;
      scenario.profiles = {{.time = Chosen(scenario.profiles, choice)}};
    }
  }
  return single;
}

}  // namespace dynarch::dataflow
