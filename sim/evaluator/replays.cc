#include "sim/evaluator/replays.h"

#include <utility>

#include "sim/base/status_macros.h"

namespace dynarch::evaluator {
namespace {

// Samples times exits of the populations that are kept: about 200 MB.
constexpr int64_t kKeptSamples = int64_t{1} << 24;

bool Same(const behavior::Request& a, const behavior::Request& b) {
  return a.split == b.split && a.dtype == b.dtype && a.knobs == b.knobs &&
         a.control == b.control && a.seed == b.seed &&
         a.inferences == b.inferences;
}

}  // namespace

std::vector<uint32_t> ReplayedSlice::Occurring() const {
  std::vector<uint32_t> numbers;
  for (size_t s = 0; s < replay.counts.size(); ++s) {
    if (replay.counts[s] > 0) numbers.push_back(static_cast<uint32_t>(s));
  }
  return numbers;
}

ReplayCounts CountsOf(const ReplayedSlice& slice, int64_t inferences) {
  const int64_t size = slice.size();
  const int64_t cycles = inferences / size;
  const int64_t rest = inferences % size;
  ReplayCounts counts;
  counts.correct = slice.replay.correct_count;
  counts.samples = size;
  const behavior::Population& population = slice.scenarios->population();
  counts.correct_known = population.has_accuracy();
  counts.stated_accuracy = population.stated_accuracy();
  std::vector<uint32_t> place(slice.replay.counts.size());
  for (const uint32_t number : slice.Occurring()) {
    place[number] = static_cast<uint32_t>(counts.scenarios.size());
    counts.scenarios.push_back(
        {.number = number, .cycle = slice.replay.counts[number]});
  }
  const mapping::Samples samples = slice.samples();
  for (int64_t i = 0; i < size; ++i) {
    const int64_t times = cycles + (i < rest ? 1 : 0);
    const auto sample = static_cast<size_t>(i);
    ReplayCounts::Scenario& scenario =
        counts.scenarios[place[samples.scenarios[sample]]];
    scenario.run += times;
    scenario.run_correct += samples.IsCorrect(sample) ? times : 0;
  }
  return counts;
}

absl::StatusOr<std::shared_ptr<const Scenarios>> Replayer::Realise(
    absl::string_view split, const study::BoundCandidate& bound) {
  behavior::Request request = study::RequestOf(spec_, bound, split);
  for (const Known& known : known_) {
    if (Same(known.request, request)) return known.scenarios;
  }
  DYNARCH_ASSIGN_OR_RETURN(
      behavior::Population population,
      behavior::Realise(spec_.source, spec_.network, request));
  const int64_t samples = population.size() * population.exits();
  if (samples_ + samples > kKeptSamples) {
    known_.clear();
    samples_ = 0;
  }
  samples_ += samples;
  auto scenarios =
      std::make_shared<const Scenarios>(spec_.network, std::move(population));
  known_.push_back({std::move(request), scenarios});
  return scenarios;
}

absl::StatusOr<ReplayedSlice> Replayer::Replay(
    absl::string_view split, const study::BoundCandidate& bound) {
  ReplayedSlice slice;
  DYNARCH_ASSIGN_OR_RETURN(slice.scenarios, Realise(split, bound));
  const behavior::ExitPolicy policy = study::PolicyOf(spec_, bound);
  const behavior::Population& population = slice.scenarios->population();
  DYNARCH_RETURN_IF_ERROR(population.Check(policy));
  population.Run(policy, slice.replay);
  return slice;
}

}  // namespace dynarch::evaluator
