#include "client/report/gain.h"

#include "absl/strings/str_cat.h"

namespace dynarch::report {
namespace {

// Why these corners cannot be compared at all; empty if they can.
std::string Refusal(const GainInputs& inputs, const Corner& candidate) {
  if (!inputs.static_gpu.has_value()) return inputs.missing;
  const Corner& baseline = *inputs.static_gpu;
  if (baseline.scope != candidate.scope) {
    return absl::StrCat("energy scopes differ: the candidate's is ",
                        platform::NameOf(candidate.scope),
                        ", the baseline's is ",
                        platform::NameOf(baseline.scope));
  }
  if (candidate.accuracy < baseline.accuracy) return kBelowBaselineAccuracy;
  if (!(candidate.energy_j > 0) || !(baseline.energy_j > 0)) {
    return "an energy is not positive";
  }
  return "";
}

bool Comparable(const std::optional<Corner>& corner, const Corner& candidate) {
  return corner.has_value() && corner->scope == candidate.scope &&
         corner->energy_j > 0;
}

}  // namespace

Gain ComputeGain(const GainInputs& inputs, const Corner& candidate) {
  Gain gain;
  gain.reason = Refusal(inputs, candidate);
  if (!gain.reason.empty()) return gain;
  const double s0 = inputs.static_gpu->energy_j;
  gain.total = s0 / candidate.energy_j;
  const bool has_d0 = Comparable(inputs.dynamic_gpu_first, candidate);
  const bool has_d1 = Comparable(inputs.dynamic_gpu, candidate);
  if (has_d0) gain.algorithm = s0 / inputs.dynamic_gpu_first->energy_j;
  if (has_d0 && has_d1) {
    gain.data_type =
        inputs.dynamic_gpu_first->energy_j / inputs.dynamic_gpu->energy_j;
  }
  if (has_d1) {
    gain.architecture = inputs.dynamic_gpu->energy_j / candidate.energy_j;
  }
  if (!has_d0 || !has_d1) {
    gain.reason = inputs.missing.empty()
                      ? "a dynamic GPU corner has another energy scope"
                      : inputs.missing;
  }
  return gain;
}

Json GainJson(const Gain& gain) {
  Json json = Json::Object();
  json.Set("total", gain.total)
      .Set("algorithm", gain.algorithm)
      .Set("data_type", gain.data_type)
      .Set("architecture", gain.architecture)
      .Set("reason", gain.reason.empty() ? Json() : Json(gain.reason))
      .Set("error_band", "unvalidated");
  return json;
}

}  // namespace dynarch::report
