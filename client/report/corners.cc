#include "client/report/corners.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::report {
namespace {

using measurement::Metric;
using measurement::MetricValues;
using study::BoundCandidate;
using study::StudySpec;

constexpr int64_t kProgressStride = 1024;  // Candidates between reports.

// The metrics of one candidate, to evaluate a constraint over.
class MetricEnvironment : public expression::Environment {
 public:
  explicit MetricEnvironment(const MetricValues& metrics) : metrics_(metrics) {}

  absl::StatusOr<expression::Value> Lookup(
      int /*index*/, absl::string_view symbol) const override {
    DYNARCH_ASSIGN_OR_RETURN(const Metric metric,
                             measurement::MetricNamed(symbol));
    const std::optional<double> value = metrics_.Get(metric);
    if (!value.has_value()) return expression::Value(expression::Absent{});
    return expression::Value(*value);
  }

 private:
  const MetricValues& metrics_;
};

bool NamesDeadline(const Expression& constraint) {
  const auto& symbols = constraint.Symbols();
  const auto& info = measurement::InfoOf(Metric::kDeadlineMissRatio);
  return std::any_of(symbols.begin(), symbols.end(), [&](const auto& symbol) {
    return symbol == info.name || symbol == info.json_name;
  });
}

bool AllStagesOnGpus(const StudySpec& spec, const BoundCandidate& bound) {
  const platform::Platform& platform = spec.platforms[bound.platform];
  return std::all_of(bound.stage_elements.begin(), bound.stage_elements.end(),
                     [&](const std::string& name) {
                       const auto element = platform.ElementNamed(name);
                       return element.has_value() &&
                              platform.elements()[*element].is_gpu();
                     });
}

// The study's first data type: of the space, or the fixed one.
graph::DataType FirstDataType(const StudySpec& spec) {
  const auto& parameters = spec.space.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].slot.target == space::Slot::Target::kDataType) {
      return static_cast<graph::DataType>(spec.resolved[i][0].index);
    }
  }
  return spec.defaults.dtype;
}

Corner CornerOf(const StudySpec& spec, const EvaluatedCandidate& candidate) {
  return Corner{
      .trial = candidate.trial,
      .energy_j = *candidate.metrics.Get(Metric::kEnergyMean),
      .accuracy = *candidate.metrics.Get(Metric::kAccuracy),
      .scope = spec.platforms[candidate.bound.platform].scope(),
  };
}

// Why a candidate has no gain whatever it is compared with; empty if it may.
std::string NoGain(const EvaluatedCandidate& candidate) {
  if (!study::IsRealizable(candidate.bound)) {
    return absl::StrCat("control ", behavior::NameOf(candidate.bound.control),
                        " is no candidate but a comparison");
  }
  if (!candidate.metrics.Get(Metric::kAccuracy).has_value()) {
    return "accuracy is not known";
  }
  if (!candidate.metrics.Get(Metric::kEnergyMean).has_value()) {
    return "energy is not known";
  }
  return "";
}

// Sets an explored `behavior.control` to `static`; false if there is none.
bool SetStaticControl(const StudySpec& spec, space::Candidate& candidate) {
  const auto& parameters = spec.space.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].slot.target != space::Slot::Target::kControl) continue;
    const auto& values = parameters[i].values;
    const auto found = std::find(values.begin(), values.end(), "static");
    if (found == values.end()) return false;
    candidate.digits[i] = static_cast<int32_t>(found - values.begin());
    return true;
  }
  return false;
}

// The same candidate as a static network: under control `static` if that is
// explored, else with every explored threshold `never`.
std::optional<EvaluatedCandidate> StaticTwin(
    Evaluator& evaluator, const EvaluatedCandidate& candidate,
    std::string* missing) {
  const StudySpec& spec = evaluator.spec();
  space::Candidate twin = spec.space.At(candidate.trial);
  const auto& parameters = spec.space.parameters();
  const bool controlled = SetStaticControl(spec, twin);
  for (size_t i = 0; !controlled && i < parameters.size(); ++i) {
    if (parameters[i].slot.target != space::Slot::Target::kThreshold) continue;
    const auto& values = parameters[i].values;
    const auto never = std::find(values.begin(), values.end(), "never");
    if (never == values.end()) {
      *missing = absl::StrCat(parameters[i].path, " does not offer `never`");
      return std::nullopt;
    }
    twin.digits[i] = static_cast<int32_t>(never - values.begin());
  }
  auto result = EvaluateIndex(evaluator, spec.space.IndexOf(twin));
  if (!result.has_value()) {
    *missing =
        "the same values with every threshold `never` are excluded or "
        "cannot run";
  } else if (!study::IsStatic(spec, result->bound)) {
    *missing = spec.network.decisions().empty()
                   ? "a threshold that is not explored is not `never`"
                   : "the network has decisions of its own; explore "
                     "behavior.control: [none, static]";
    return std::nullopt;
  }
  return result;
}

Json CornerJson(const std::optional<EvaluatedCandidate>& corner) {
  if (!corner.has_value()) return Json();
  Json json = Json::Object();
  json.Set("trial", corner->trial);
  for (const Metric metric :
       {Metric::kAccuracy, Metric::kEnergyMean, Metric::kLatencyP99,
        Metric::kDeadlineMissRatio}) {
    json.Set(measurement::InfoOf(metric).json_name,
             corner->metrics.Get(metric));
  }
  return json;
}

std::optional<EvaluatedCandidate> CopyOf(const EvaluatedCandidate* candidate) {
  if (candidate == nullptr) return std::nullopt;
  return *candidate;
}

}  // namespace

std::optional<EvaluatedCandidate> EvaluateIndex(Evaluator& evaluator,
                                                int64_t index) {
  const StudySpec& spec = evaluator.spec();
  if (!spec.space.IsValid(index)) return std::nullopt;
  std::vector<double> row(spec.metrics.size());
  absl::string_view reason;
  if (evaluator.EvaluateRow(index, absl::MakeSpan(row), &reason) !=
      measurement::TrialState::kSucceeded) {
    return std::nullopt;
  }
  EvaluatedCandidate result;
  result.trial = index;
  for (size_t i = 0; i < row.size(); ++i) {
    if (!std::isnan(row[i])) result.metrics.Set(spec.metrics[i], row[i]);
  }
  result.bound = study::Bind(spec, spec.space.At(index));
  return result;
}

absl::StatusOr<bool> MeetsConstraintsAndDeadline(const StudySpec& spec,
                                                 const MetricValues& metrics) {
  bool names_deadline = false;
  const MetricEnvironment environment(metrics);
  for (const Expression& constraint : spec.constraints) {
    DYNARCH_ASSIGN_OR_RETURN(const bool holds, constraint.Holds(environment));
    if (!holds) return false;
    names_deadline = names_deadline || NamesDeadline(constraint);
  }
  if (names_deadline) return true;
  return metrics.Get(Metric::kDeadlineMissRatio).value_or(1) == 0;
}

bool GpuCandidates::Covers(const Row& a, const Row& b) {
  return a.is_static == b.is_static && a.scope == b.scope &&
         a.candidate.bound.dtype == b.candidate.bound.dtype &&
         std::tie(a.energy, a.candidate.trial) <=
             std::tie(b.energy, b.candidate.trial) &&
         (a.is_static || a.accuracy >= b.accuracy);
}

void GpuCandidates::Add(Row row) {
  for (const Row& kept : rows_) {
    if (Covers(kept, row)) return;
  }
  std::erase_if(rows_, [&](const Row& kept) { return Covers(row, kept); });
  rows_.push_back(std::move(row));
}

absl::StatusOr<GpuCandidates> GpuCandidates::Find(
    Evaluator& evaluator, const OnProgress& on_progress) {
  const StudySpec& spec = evaluator.spec();
  GpuCandidates gpus;
  gpus.first_dtype_ = FirstDataType(spec);
  for (const platform::Platform& platform : spec.platforms) {
    gpus.scopes_.push_back(platform.scope());
  }
  if (spec.baseline == study::Baseline::kNone) {
    gpus.missing_ = "the study asks for no baseline";
    return gpus;
  }
  int64_t on_gpus = 0;
  int64_t seen = 0;
  for (const space::IndexRange& range : spec.space.valid_ranges()) {
    for (int64_t index = range.begin; index < range.end; ++index) {
      if (on_progress != nullptr && seen++ % kProgressStride == 0) {
        DYNARCH_RETURN_IF_ERROR(
            on_progress(static_cast<double>(seen) /
                        static_cast<double>(spec.space.valid_count())));
      }
      const BoundCandidate bound = study::Bind(spec, spec.space.At(index));
      if (!AllStagesOnGpus(spec, bound)) continue;
      ++on_gpus;
      auto candidate = EvaluateIndex(evaluator, index);
      if (!candidate.has_value() || !NoGain(*candidate).empty()) continue;
      DYNARCH_ASSIGN_OR_RETURN(const bool meets, MeetsConstraintsAndDeadline(
                                                     spec, candidate->metrics));
      if (!meets) continue;
      Row row;
      row.energy = *candidate->metrics.Get(Metric::kEnergyMean);
      row.accuracy = *candidate->metrics.Get(Metric::kAccuracy);
      row.scope = spec.platforms[bound.platform].scope();
      row.is_static = study::IsStatic(spec, bound);
      row.candidate = *std::move(candidate);
      gpus.Add(std::move(row));
    }
  }
  std::sort(gpus.rows_.begin(), gpus.rows_.end(),
            [](const Row& a, const Row& b) {
              return std::tie(a.energy, a.candidate.trial) <
                     std::tie(b.energy, b.candidate.trial);
            });
  if (on_gpus == 0) {
    gpus.missing_ = "no candidate of the study has all stages on a GPU";
  } else if (gpus.BestStatic() == nullptr) {
    gpus.missing_ =
        spec.network.decisions().empty()
            ? "no GPU candidate with every threshold `never` meets the "
              "constraints"
            : "no GPU candidate that is the static network (behavior.control: "
              "static) meets the constraints";
  }
  return gpus;
}

const EvaluatedCandidate* GpuCandidates::BestStatic(
    platform::EnergyScope scope) const {
  for (const Row& row : rows_) {
    if (row.is_static && row.scope == scope &&
        row.candidate.bound.dtype == first_dtype_) {
      return &row.candidate;
    }
  }
  return nullptr;
}

const EvaluatedCandidate* GpuCandidates::BestStatic() const {
  for (const platform::EnergyScope scope : scopes_) {
    if (const auto* best = BestStatic(scope); best != nullptr) return best;
  }
  return nullptr;
}

const EvaluatedCandidate* GpuCandidates::BestDynamic(
    platform::EnergyScope scope, graph::DataType dtype, double accuracy) const {
  for (const Row& row : rows_) {
    if (!row.is_static && row.scope == scope &&
        row.candidate.bound.dtype == dtype && row.accuracy >= accuracy) {
      return &row.candidate;
    }
  }
  return nullptr;
}

absl::StatusOr<Corners> CornersOf(Evaluator& evaluator,
                                  const GpuCandidates& gpus,
                                  const EvaluatedCandidate& candidate) {
  const StudySpec& spec = evaluator.spec();
  Corners corners;
  corners.dynamic_candidate = candidate;
  corners.static_candidate =
      StaticTwin(evaluator, candidate, &corners.static_candidate_missing);
  corners.gain.reason = NoGain(candidate);
  if (!corners.gain.reason.empty()) return corners;
  const Corner self = CornerOf(spec, candidate);
  GainInputs inputs;
  inputs.missing = gpus.missing();
  const EvaluatedCandidate* s0 = gpus.BestStatic(self.scope);
  // A baseline of another scope only serves to say so.
  if (s0 == nullptr) s0 = gpus.BestStatic();
  if (s0 != nullptr) {
    inputs.static_gpu = CornerOf(spec, *s0);
    corners.static_gpu = *s0;
    const double accuracy = inputs.static_gpu->accuracy;
    const auto* d0 = gpus.BestDynamic(self.scope, gpus.first_dtype(), accuracy);
    const auto* d1 =
        gpus.BestDynamic(self.scope, candidate.bound.dtype, accuracy);
    if (d0 != nullptr) inputs.dynamic_gpu_first = CornerOf(spec, *d0);
    if (d1 != nullptr) inputs.dynamic_gpu = CornerOf(spec, *d1);
    corners.dynamic_gpu = CopyOf(d1);
    if (d0 == nullptr || d1 == nullptr) {
      inputs.missing = absl::StrCat(
          "no dynamic GPU candidate of ",
          graph::NameOf(d0 == nullptr ? gpus.first_dtype()
                                      : candidate.bound.dtype),
          " reaches the baseline's accuracy within the constraints");
    }
  }
  corners.gain = ComputeGain(inputs, self);
  return corners;
}

Json CornersJson(const Corners& corners) {
  Json json = Json::Object();
  json.Set("static_gpu", CornerJson(corners.static_gpu))
      .Set("dynamic_gpu", CornerJson(corners.dynamic_gpu))
      .Set("static_candidate", CornerJson(corners.static_candidate))
      .Set("dynamic_candidate", CornerJson(corners.dynamic_candidate))
      .Set("static_candidate_missing",
           corners.static_candidate.has_value()
               ? Json()
               : Json(corners.static_candidate_missing));
  return json;
}

}  // namespace dynarch::report
