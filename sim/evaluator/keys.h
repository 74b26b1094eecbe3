// From a candidate's digits to what it shares with other candidates.
#ifndef DYNARCH_SIM_EVALUATOR_KEYS_H_
#define DYNARCH_SIM_EVALUATOR_KEYS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sim/study/study_spec.h"

namespace dynarch::evaluator {

// Two numbers, each a mixed-radix number of some digits:
//  - `machine`: of everything but thresholds and patience, and of the
//    thresholds' kinds. Candidates with the same number have the same scenarios
//    at the same cost.
//  - `replay`: of data type, knobs, control, thresholds and patience.
//    Candidates with the same number go through the same scenarios.
struct Keys {
  int64_t machine = 0;
  int64_t replay = 0;
};

// Both key spaces are at most as large as the design space.
class KeyMaker {
 public:
  explicit KeyMaker(const study::StudySpec& spec);

  int64_t machine_keys() const { return machine_keys_; }
  int64_t replay_keys() const { return replay_keys_; }

  // One digit per parameter.
  Keys Of(absl::Span<const int32_t> digits) const {
    Keys keys;
    for (size_t i = 0; i < digits.size(); ++i) {
      const Keys& weight = weights_[offsets_[i] + digits[i]];
      keys.machine += weight.machine;
      keys.replay += weight.replay;
    }
    return keys;
  }

 private:
  std::vector<size_t> offsets_;  // By parameter, into weights_.
  std::vector<Keys> weights_;    // By parameter and value.
  int64_t machine_keys_ = 1;
  int64_t replay_keys_ = 1;
};

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_KEYS_H_
