// Random studies: behavior, space, candidate and load.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/evaluator/replays.h"
#include "sim/evaluator/run.h"
#include "tests/testing/draw.h"
#include "tests/testing/generators.h"

namespace dynarch::testing {
namespace {

using behavior::Threshold;
using graph::DataType;
using space::Slot;

// What one exit says about one sample.
void DrawRecord(behavior::TraceSlice& slice) {
  slice.predicted.push_back(static_cast<int32_t>(Draw(0, 1)));
  // Multiples of 1/16, so that signals often equal a threshold.
  const auto draw = [&](graph::Signal signal, int64_t most) {
    slice.signal(signal).push_back(static_cast<double>(Draw(0, most)) / 16);
  };
  draw(graph::Signal::kMaxProbability, 16);
  draw(graph::Signal::kEntropy, 32);
  draw(graph::Signal::kMargin, 16);
  slice.correct.push_back(OneIn(3) ? 0 : 1);
}

// One outcome of every decision.
graph::Outcomes DrawOutcomes(const graph::Network& network) {
  using Kind = graph::Decision::Kind;
  graph::Outcomes outcomes;
  for (const graph::Decision& decision : network.decisions()) {
    switch (decision.kind) {
      case Kind::kExperts: {
        const int64_t tokens = *decision.of.Count({});
        const int64_t first = Draw(0, tokens);
        outcomes.insert(outcomes.end(), {first, tokens - first, 0});
        break;
      }
      case Kind::kActive:
        outcomes.push_back(Draw(1, *decision.of.Count({})));
        break;
      case Kind::kRepeat:
        outcomes.push_back(Draw(1, decision.max));
        break;
      case Kind::kFrame:
        outcomes.push_back(Draw(0, 2));
        break;
      default:
        outcomes.push_back(Draw(0, 1));
    }
  }
  return outcomes;
}

behavior::Trace DrawTrace(const graph::Network& network) {
  behavior::Trace trace;
  for (const graph::Exit& exit : network.exits()) {
    trace.exits.push_back(exit.name);
  }
  const graph::OutcomeLayout& layout = network.layout();
  for (size_t d = 0; d < network.decisions().size(); ++d) {
    trace.decisions.push_back({network.decisions()[d].name, layout.count[d]});
  }
  for (const char* split : {"select", "report"}) {
    const int64_t samples = Draw(1, 12);
    for (const DataType dtype : {DataType::kFp32, DataType::kInt8}) {
      behavior::TraceSlice slice;
      slice.split = split;
      slice.dtype = dtype;
      slice.outcomes = behavior::OutcomeRows(layout.size);
      for (int64_t i = 0; i < samples; ++i) {
        slice.samples.push_back(i);
        slice.outcomes.Append(DrawOutcomes(network));
        for (size_t e = 0; e < trace.exits.size(); ++e) {
          DrawRecord(slice);
        }
      }
      trace.slices.push_back(std::move(slice));
    }
  }
  return trace;
}

// A parameter with its values, resolved.
struct Draft {
  space::Parameter parameter;
  std::vector<study::ResolvedValue> values;
};

Draft NewDraft(std::string path, Slot::Target target, int index = 0) {
  return {{.path = std::move(path), .slot = {target, index}, .values = {}}, {}};
}

void AddValue(std::string text, study::ResolvedValue value, Draft& draft) {
  value.text = text;
  draft.parameter.values.push_back(std::move(text));
  draft.values.push_back(std::move(value));
}

study::ResolvedValue Indexed(int index) {
  study::ResolvedValue value;
  value.index = index;
  return value;
}

Draft ThresholdDraft(const std::string& name, int exit, bool looked_at) {
  Draft draft = NewDraft(absl::StrCat("decisions.", name, ".threshold"),
                         Slot::Target::kThreshold, exit);
  const auto add = [&](const std::string& text) {
    study::ResolvedValue value;
    value.threshold = *Threshold::Parse(text);
    AddValue(text, value, draft);
  };
  // 16ths have an exact decimal.
  const int64_t low = Draw(1, 8);
  for (const int64_t sixteenths : {low, low + Draw(1, 8)}) {
    add(absl::StrCat(static_cast<double>(sixteenths) / 16));
  }
  // The exit that foresees the others is always there.
  if (!looked_at) add("never");
  if (OneIn(3)) add("always");
  return draft;
}

Draft ControlDraft() {
  Draft draft = NewDraft("behavior.control", Slot::Target::kControl);
  for (int control = 0; control < behavior::kControlCount; ++control) {
    AddValue(std::string(NameOf(static_cast<behavior::Control>(control))),
             Indexed(control), draft);
  }
  return draft;
}

Draft PatienceDraft() {
  Draft draft = NewDraft("network.exit_rule.patience", Slot::Target::kPatience);
  for (int patience = 1; patience <= 2; ++patience) {
    AddValue(absl::StrCat(patience), Indexed(patience), draft);
  }
  return draft;
}

// Values that fix what a decision says; empty where nothing does.
std::vector<const char*> KnobValues(const graph::Decision& decision) {
  using Kind = graph::Decision::Kind;
  switch (decision.kind) {
    case Kind::kWidth:
      return {"0.5", "1"};
    case Kind::kResolution:
      return {"2", "4"};
    case Kind::kActive:
      return {"0.3", "1"};
    case Kind::kRepeat:
      return {"1", "3"};
    case Kind::kExperts:
      return {"0.5", "1"};
    default:
      return {};
  }
}

Draft KnobDraft(const graph::Decision& decision, int index) {
  Draft draft = NewDraft(absl::StrCat("decisions.", decision.name, ".",
                                      graph::KnobOf(decision.kind)),
                         Slot::Target::kKnob, index);
  for (const char* text : KnobValues(decision)) {
    study::ResolvedValue value;
    value.knob = *Decimal::Parse(text);
    AddValue(text, value, draft);
  }
  return draft;
}

Draft PowerDraft() {
  Draft draft = NewDraft("policy.power", Slot::Target::kPower);
  const auto add = [&](const mapping::PowerPolicy& policy) {
    study::ResolvedValue value;
    value.power = policy;
    AddValue(mapping::ToText(policy), value, draft);
  };
  using Kind = mapping::PowerPolicy::Kind;
  add({.kind = Kind::kAlwaysOn, .timeout = Picoseconds(0)});
  add({.kind = Kind::kClockGate, .timeout = Picoseconds(0)});
  const int64_t timeout = OneIn(4) ? 0 : Draw(1, 400'000);
  add({.kind = Kind::kPowerGate, .timeout = Picoseconds(timeout)});
  return draft;
}

// What decides how often each scenario occurs.
void AddBehaviorDrafts(const graph::Network& network,
                       const DrawOptions& options, std::vector<Draft>& drafts) {
  const auto& exits = network.exits();
  const graph::ExitRule& rule = network.parts().exit_rule;
  const bool predicted = rule.kind == graph::ExitRule::Kind::kPredicted;
  for (size_t e = 0; e + 1 < exits.size(); ++e) {
    const int exit = static_cast<int>(e);
    drafts.push_back(
        ThresholdDraft(exits[e].name, exit, predicted && exit == rule.at));
  }
  if (rule.kind == graph::ExitRule::Kind::kPatience) {
    drafts.push_back(PatienceDraft());
  }
  if (!options.controls) return;
  if (OneIn(2)) drafts.push_back(ControlDraft());
  for (size_t d = 0; d < network.decisions().size(); ++d) {
    const graph::Decision& decision = network.decisions()[d];
    if (KnobValues(decision).empty() || !OneIn(3)) continue;
    drafts.push_back(KnobDraft(decision, static_cast<int>(d)));
  }
}

std::vector<Draft> DrawSpace(const study::StudySpec& spec,
                             const DrawOptions& options) {
  std::vector<Draft> drafts;
  drafts.push_back(NewDraft("platform", Slot::Target::kPlatform));
  std::vector<std::string> elements;
  std::vector<std::string> points;
  for (size_t i = 0; i < spec.platforms.size(); ++i) {
    AddValue(absl::StrCat("board", i), Indexed(static_cast<int>(i)), drafts[0]);
    for (const auto& element : spec.platforms[i].elements()) {
      elements.push_back(element.name);
    }
    for (const auto& point : spec.platforms[i].operating_points()) {
      points.push_back(point.name);
    }
  }
  const auto unique = [](std::vector<std::string>& names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  };
  unique(elements);
  unique(points);
  drafts.push_back(NewDraft("network.dtype", Slot::Target::kDataType));
  AddValue("fp32", Indexed(static_cast<int>(DataType::kFp32)), drafts.back());
  AddValue("int8", Indexed(static_cast<int>(DataType::kInt8)), drafts.back());
  const auto& exits = spec.network.exits();
  for (size_t s = 0; s < exits.size(); ++s) {
    drafts.push_back(NewDraft(absl::StrCat("mapping.stages.", exits[s].name),
                              Slot::Target::kStageElement,
                              static_cast<int>(s)));
    for (const auto& name : elements) AddValue(name, {}, drafts.back());
  }
  drafts.push_back(
      NewDraft("policy.operating_point", Slot::Target::kOperatingPoint));
  for (const auto& name : points) AddValue(name, {}, drafts.back());
  drafts.push_back(PowerDraft());
  AddBehaviorDrafts(spec.network, options, drafts);
  return drafts;
}

// An arrival period for the load, from what the candidate's inferences take.
Picoseconds DrawPeriod(const analysis::Model& model, Load load) {
  Picoseconds longest(1);
  Picoseconds slack;
  const mapping::System& system = model.system();
  for (size_t s = 0; s < system.scenarios.size(); ++s) {
    if (!system.scenarios[s].has_value()) continue;
    longest = std::max(longest, model.profile(s).latency);
  }
  for (const mapping::DomainPower& power : system.domains) {
    if (power.gates) slack = std::max(slack, power.timeout + power.entry);
  }
  const int64_t sparse = (longest + slack).value();
  switch (load) {
    case Load::kSparse:
      return Picoseconds(sparse + Draw(1, 2'000'000));
    case Load::kBoundary:
      return Picoseconds(std::max<int64_t>(1, sparse + Draw(-1, 1)));
    case Load::kTight:
      return Picoseconds(Draw(longest.value() * 3 / 4 + 1, sparse + 1));
    case Load::kOverload:
      return Picoseconds(Draw(longest.value() / 8 + 1, longest.value()));
  }
  return longest;
}

std::shared_ptr<study::StudySpec> DrawSpec(const DrawOptions& options) {
  auto spec = std::make_shared<study::StudySpec>();
  spec->network = DrawNetwork(options);
  spec->source = DrawTrace(spec->network);
  for (int64_t n = Draw(1, 2); n > 0; --n) {
    spec->platforms.push_back(DrawPlatform(spec->network));
  }
  const size_t exits = spec->network.exits().size();
  spec->defaults.thresholds.assign(exits, Threshold::Always());
  spec->defaults.stage_elements.assign(exits, "");
  spec->defaults.knobs.resize(spec->network.decisions().size());
  spec->defaults.patience = spec->network.parts().exit_rule.patience;
  std::vector<space::Parameter> parameters;
  for (Draft& draft : DrawSpace(*spec, options)) {
    parameters.push_back(std::move(draft.parameter));
    spec->resolved.push_back(std::move(draft.values));
  }
  auto space = space::DesignSpace::Create(std::move(parameters), {}, nullptr);
  if (!space.ok()) RC_FAIL(std::string(space.status().message()));
  spec->space = *std::move(space);
  for (const auto& info : measurement::AllMetrics()) {
    spec->metrics.push_back(info.metric);
  }
  return spec;
}

}  // namespace

StudyCase DrawStudy(const DrawOptions& options) {
  auto spec = DrawSpec(options);
  StudyCase result;
  result.load = static_cast<Load>(Draw(0, 3));
  result.candidate = spec->space.At(Draw(0, spec->space.size() - 1));
  spec->workload.inferences = Draw(1, 40);
  spec->workload.seed = 7;
  spec->workload.period = Picoseconds(1'000'000);
  const auto model = ModelOf(*spec, study::Bind(*spec, result.candidate));
  if (model.ok()) spec->workload.period = DrawPeriod(*model, result.load);
  spec->workload.deadline =
      Picoseconds(Draw(1, spec->workload.period.value() * 2));
  result.spec = std::move(spec);
  return result;
}

absl::StatusOr<analysis::Model> ModelOf(const study::StudySpec& spec,
                                        const study::BoundCandidate& bound) {
  const auto slice = evaluator::Replayer(spec).Replay("select", bound);
  if (!slice.ok()) return slice.status();
  return evaluator::BuildModel(
      spec, bound, *slice->scenarios,
      evaluator::WantedScenarios(spec, bound, slice->Occurring()));
}

int PropertyCases() {
  if (const char* text = std::getenv("DYNARCH_PROPERTY_CASES")) {
    return std::max(1, std::atoi(text));
  }
#ifdef DYNARCH_PROPERTY_CASES
  return DYNARCH_PROPERTY_CASES;
#else
  return 300;
#endif
}

void ConfigureRapidcheck() {
  const std::string params =
      absl::StrCat("seed=", kPropertySeed, " max_success=", PropertyCases());
  setenv("RC_PARAMS", params.c_str(), /*overwrite=*/0);
  std::cout << "rapidcheck: " << std::getenv("RC_PARAMS") << std::endl;
}

}  // namespace dynarch::testing
