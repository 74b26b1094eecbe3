// The gain over the best GPU, split into its three causes.
//
// SEMANTICS 8: with S0 the best static GPU candidate, D0 the best dynamic one
// of the same data type and D1 the best dynamic one of the candidate's,
//   gain = E(S0)/E(D0) x E(D0)/E(D1) x E(D1)/E(candidate) = E(S0)/E(candidate)
//          algorithm     data type     architecture
// and only at an accuracy no lower than S0's.
#ifndef DYNARCH_CLIENT_REPORT_GAIN_H_
#define DYNARCH_CLIENT_REPORT_GAIN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "client/report/json.h"
#include "sim/platform/platform.h"

namespace dynarch::report {

// One corner of a comparison: a candidate of the study, with what the gain is
// made of.
struct Corner {
  int64_t trial = 0;
  double energy_j = 0;  // Per inference.
  double accuracy = 0;  // On the split that thresholds are explored on.
  platform::EnergyScope scope = platform::EnergyScope::kSoc;
};

// The candidates that a gain compares; absent ones say why.
struct GainInputs {
  std::optional<Corner> static_gpu;         // S0
  std::optional<Corner> dynamic_gpu_first;  // D0: of S0's data type.
  std::optional<Corner> dynamic_gpu;        // D1: of the candidate's.
  std::string missing;                      // Why a corner is absent.
};

// Factors are absent where they cannot be stated; `reason` says why and is
// empty where all four are there.
struct Gain {
  std::optional<double> algorithm;
  std::optional<double> data_type;
  std::optional<double> architecture;
  std::optional<double> total;
  std::string reason;
};

inline constexpr char kBelowBaselineAccuracy[] = "below baseline accuracy";

// Refuses corners of different energy scopes and energies that are not
// positive.
Gain ComputeGain(const GainInputs& inputs, const Corner& candidate);

// {"total", "algorithm", "data_type", "architecture", "reason",
// "error_band"}; the band is `unvalidated` until models are calibrated.
Json GainJson(const Gain& gain);

}  // namespace dynarch::report

#endif  // DYNARCH_CLIENT_REPORT_GAIN_H_
