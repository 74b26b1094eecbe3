#include <algorithm>
#include <cstdint>

#include "absl/numeric/bits.h"
#include "sim/behavior/trace.h"

namespace dynarch::behavior {
namespace {

constexpr int kBlock = 64;

// Bit i: `values[i]` satisfies `taken`. Eight at a time, so that comparisons do
// not wait for one another.
template <typename Taken>
uint64_t MaskOf(const double* values, int count, Taken taken) {
  uint64_t mask = 0;
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const double* v = values + i;
    const uint64_t low =
        taken(v[0]) | taken(v[1]) << 1 | taken(v[2]) << 2 | taken(v[3]) << 3;
    const uint64_t high =
        taken(v[4]) | taken(v[5]) << 1 | taken(v[6]) << 2 | taken(v[7]) << 3;
    mask |= (low | high << 4) << i;
  }
  for (; i < count; ++i) {
    mask |= static_cast<uint64_t>(taken(values[i])) << i;
  }
  return mask;
}

uint64_t LowBits(int count) {
  return count == kBlock ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
}

}  // namespace

Replay ReplayTrace(const TraceSlice& slice,
                   absl::Span<const graph::Decision> decisions,
                   absl::Span<const Threshold> thresholds) {
  const size_t exits = decisions.size();
  Replay replay;
  replay.taken.resize(slice.samples.size());
  replay.exit_counts.assign(exits, 0);
  for (size_t sample = 0; sample < slice.samples.size(); ++sample) {
    const auto records =
        absl::MakeConstSpan(slice.records).subspan(sample * exits, exits);
    const int exit = ExitTaken(records, decisions, thresholds);
    replay.taken[sample] = static_cast<uint8_t>(exit);
    ++replay.exit_counts[exit];
    replay.correct += records[exit].correct;
  }
  return replay;
}

ReplayIndex::ReplayIndex(const TraceSlice& slice,
                         absl::Span<const graph::Decision> decisions)
    : sample_count_(static_cast<int64_t>(slice.samples.size())) {
  for (const graph::Decision& decision : decisions) {
    signals_.push_back(decision.signal);
  }
  const int64_t exits = static_cast<int64_t>(decisions.size());
  const int64_t blocks = (sample_count_ + kBlock - 1) / kBlock;
  values_.assign(blocks * exits * kBlock, 0.0);
  correct_.assign(blocks * exits, 0);
  for (int64_t sample = 0; sample < sample_count_; ++sample) {
    const int64_t block = sample / kBlock, place = sample % kBlock;
    for (int64_t exit = 0; exit < exits; ++exit) {
      const ExitRecord& record = slice.records[sample * exits + exit];
      const int64_t column = block * exits + exit;
      values_[column * kBlock + place] = SignalOf(record, signals_[exit]);
      correct_[column] |= static_cast<uint64_t>(record.correct) << place;
    }
  }
}

uint64_t ReplayIndex::Takes(size_t exit, const Threshold& threshold,
                            int64_t block, int count) const {
  if (exit + 1 == signals_.size()) return LowBits(count);
  if (threshold.kind() == Threshold::Kind::kNever) return 0;
  if (threshold.kind() == Threshold::Kind::kAlways) return LowBits(count);
  const double* values =
      values_.data() + (block * signals_.size() + exit) * kBlock;
  const double limit = threshold.value();
  if (signals_[exit] == graph::Signal::kEntropy) {
    return MaskOf(values, count, [limit](double v) { return v < limit; });
  }
  return MaskOf(values, count, [limit](double v) { return v >= limit; });
}

void ReplayIndex::Run(absl::Span<const Threshold> thresholds,
                      Replay& replay) const {
  const int64_t exits = static_cast<int64_t>(signals_.size());
  replay.taken.resize(sample_count_);
  replay.exit_counts.assign(exits, 0);
  replay.correct = 0;
  for (int64_t block = 0; block * kBlock < sample_count_; ++block) {
    const int count = static_cast<int>(
        std::min<int64_t>(kBlock, sample_count_ - block * kBlock));
    uint64_t undecided = LowBits(count);
    uint8_t* taken = replay.taken.data() + block * kBlock;
    for (int64_t exit = 0; undecided != 0; ++exit) {
      const uint64_t leaves =
          undecided & Takes(exit, thresholds[exit], block, count);
      undecided &= ~leaves;
      replay.exit_counts[exit] += absl::popcount(leaves);
      replay.correct += absl::popcount(leaves & correct_[block * exits + exit]);
      for (uint64_t rest = leaves; rest != 0; rest &= rest - 1) {
        taken[absl::countr_zero(rest)] = static_cast<uint8_t>(exit);
      }
    }
  }
}

Replay ReplayIndex::Run(absl::Span<const Threshold> thresholds) const {
  Replay replay;
  Run(thresholds, replay);
  return replay;
}

}  // namespace dynarch::behavior
