#include "sim/evaluator/keys.h"

#include <algorithm>

namespace dynarch::evaluator {
namespace {

using behavior::Threshold;
using space::Slot;

// By value, the number of its kind among the kinds that occur, in order of
// first use; how many occur.
std::vector<int64_t> KindCodes(const std::vector<study::ResolvedValue>& values,
                               int64_t& kinds) {
  std::vector<Threshold::Kind> seen;
  std::vector<int64_t> codes;
  for (const study::ResolvedValue& value : values) {
    const Threshold::Kind kind = value.threshold->kind();
    const auto known = std::find(seen.begin(), seen.end(), kind);
    codes.push_back(known - seen.begin());
    if (known == seen.end()) seen.push_back(kind);
  }
  kinds = static_cast<int64_t>(seen.size());
  return codes;
}

}  // namespace

KeyMaker::KeyMaker(const study::StudySpec& spec) {
  const auto& parameters = spec.space.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    offsets_.push_back(weights_.size());
    const auto& values = spec.resolved[i];
    const auto count = static_cast<int64_t>(values.size());
    const Slot::Target target = parameters[i].slot.target;
    const bool threshold = target == Slot::Target::kThreshold;
    const bool patience = target == Slot::Target::kPatience;
    const bool replayed =
        threshold || patience || target == Slot::Target::kDataType ||
        target == Slot::Target::kKnob || target == Slot::Target::kControl;
    int64_t kinds = patience ? 1 : count;
    std::vector<int64_t> codes;
    if (threshold) codes = KindCodes(values, kinds);
    for (int64_t v = 0; v < count; ++v) {
      const int64_t machine = patience ? 0 : threshold ? codes[v] : v;
      weights_.push_back(
          {machine * machine_keys_, replayed ? v * replay_keys_ : 0});
    }
    machine_keys_ *= kinds;
    if (replayed) replay_keys_ *= count;
  }
}

}  // namespace dynarch::evaluator
