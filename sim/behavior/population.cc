#include "sim/behavior/population.h"

#include <algorithm>
#include <array>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sim/base/random.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/outcome_check.h"

namespace dynarch::behavior {
namespace {

using graph::ExitRule;
using Kind = Threshold::Kind;

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

// Bit i of `bits` to byte i, 0 or 1, of `count` bytes.
void Spread(uint64_t bits, int count, uint8_t* bytes) {
  for (int i = 0; i < count; i += 8, bits >>= 8) {
    // Byte k keeps bit k alone; adding 127 carries it to the top.
    const uint64_t alone =
        (bits & 0xFF) * 0x0101010101010101 & 0x8040201008040201;
    const uint64_t spread = (alone + 0x7F7F7F7F7F7F7F7F) >> 7;
    for (int k = 0; k < std::min(8, count - i); ++k) {
      bytes[i + k] = spread >> (8 * k) & 1;
    }
  }
}

template <typename... Parts>
absl::Status Error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

}  // namespace

uint64_t Population::Takes(size_t exit, const Threshold& threshold,
                           int64_t block, int count) const {
  if (exit + 1 == exits_.size()) return LowBits(count);
  if (threshold.kind() == Kind::kNever) return 0;
  if (threshold.kind() == Kind::kAlways) return LowBits(count);
  const double* values =
      values_.data() + (block * exits_.size() + exit) * kBlock;
  const double limit = threshold.value();
  if (exits_[exit].signal == graph::Signal::kEntropy) {
    return MaskOf(values, count, [limit](double v) { return v < limit; });
  }
  return MaskOf(values, count, [limit](double v) { return v >= limit; });
}

// Block by block: what a block has left is not looked at by further exits.
void Population::RunThresholds(const ExitPolicy& policy, Replay& replay) const {
  const auto exits = static_cast<int64_t>(exits_.size());
  const bool one_row = table_.size() == 1;
  for (int64_t block = 0; block * kBlock < size_; ++block) {
    const int count =
        static_cast<int>(std::min<int64_t>(kBlock, size_ - block * kBlock));
    uint64_t undecided = LowBits(count);
    uint64_t right = 0;
    uint32_t* scenarios = replay.scenarios.data() + block * kBlock;
    for (int64_t exit = 0; undecided != 0; ++exit) {
      const uint64_t leaves =
          undecided & Takes(exit, policy.thresholds[exit], block, count);
      if (leaves == 0) continue;
      undecided &= ~leaves;
      right |= leaves & right_[block * exits + exit];
      if (one_row) replay.counts[exit] += absl::popcount(leaves);
      for (uint64_t rest = leaves; rest != 0; rest &= rest - 1) {
        scenarios[absl::countr_zero(rest)] = static_cast<uint32_t>(exit);
      }
    }
    if (!accuracy_known_) continue;
    replay.correct_count += absl::popcount(right);
    Spread(right, count, replay.correct.data() + block * kBlock);
  }
  if (one_row) return;
  for (int64_t i = 0; i < size_; ++i) {
    replay.scenarios[i] += table_index_[i] * static_cast<uint32_t>(exits);
    ++replay.counts[replay.scenarios[i]];
  }
}

bool Population::Right(int64_t sample, int exit) const {
  if (!follows_rule_) return right_taken_[sample] != 0;
  const uint64_t bits = right_[sample / kBlock * exits_.size() + exit];
  return (bits >> sample % kBlock & 1) != 0;
}

// As ExitTaken says, sample by sample.
std::vector<uint8_t> Population::ExitsUnder(const ExitPolicy& policy) const {
  if (!follows_rule_) return taken_;
  const size_t exits = exits_.size();
  std::vector<uint8_t> taken(size_);
  std::vector<double> signals(exits);
  for (int64_t sample = 0; sample < size_; ++sample) {
    for (size_t e = 0; e < exits; ++e) {
      const int64_t column = sample / kBlock * exits + e;
      signals[e] = values_[column * kBlock + sample % kBlock];
    }
    SampleSignals said{.signals = signals, .predicted = {}};
    if (!predicted_.empty()) {
      said.predicted =
          absl::MakeConstSpan(predicted_).subspan(sample * exits, exits);
    }
    taken[sample] = static_cast<uint8_t>(ExitTaken(said, exits_, policy));
  }
  return taken;
}

std::vector<uint8_t> Population::OracleExits(const ExitPolicy& policy) const {
  const int last = exits() - 1;
  std::vector<uint8_t> taken(size_);
  for (int64_t sample = 0; sample < size_; ++sample) {
    int cheapest = last, right = -1;
    for (int e = last; e >= 0; --e) {
      if (e < last && policy.thresholds[e].kind() == Kind::kNever) continue;
      cheapest = e;
      if (Right(sample, e)) right = e;
    }
    taken[sample] = static_cast<uint8_t>(right >= 0 ? right : cheapest);
  }
  return taken;
}

// Every sample's exit drawn for itself at the rates of `taken`.
void Population::DrawAnew(std::vector<uint8_t>& taken) const {
  std::vector<int64_t> bounds(exits_.size());
  for (const uint8_t exit : taken) ++bounds[exit];
  for (size_t e = 1; e < bounds.size(); ++e) bounds[e] += bounds[e - 1];
  constexpr uint64_t kExitDraws = uint64_t{1} << 62;  // See control.cc.
  for (int64_t sample = 0; sample < size_; ++sample) {
    RandomStream random({.seed = seed_,
                         .purpose = RandomPurpose::kDecisions,
                         .index = kExitDraws + static_cast<uint64_t>(sample)});
    const auto value = static_cast<int64_t>(random.UniformBelow(size_));
    taken[sample] = static_cast<uint8_t>(
        std::upper_bound(bounds.begin(), bounds.end(), value) - bounds.begin());
  }
}

void Population::Fill(const std::vector<uint8_t>& taken, Replay& replay) const {
  const auto exits = static_cast<uint32_t>(exits_.size());
  for (int64_t i = 0; i < size_; ++i) {
    const uint32_t scenario = table_index_[i] * exits + taken[i];
    replay.scenarios[i] = scenario;
    ++replay.counts[scenario];
    if (!accuracy_known_) continue;
    const bool right = Right(i, taken[i]);
    replay.correct[i] = right ? 1 : 0;
    replay.correct_count += right ? 1 : 0;
  }
}

void Population::Run(const ExitPolicy& policy, Replay& replay) const {
  replay.scenarios.resize(size_);
  replay.correct.resize(accuracy_known_ ? size_ : 0);
  replay.counts.assign(table_.size() * exits_.size(), 0);
  replay.correct_count = 0;
  const bool plain =
      control_ == Control::kNone || control_ == Control::kIndependent;
  if (plain && follows_rule_ && policy.kind == ExitRule::Kind::kThreshold) {
    return RunThresholds(policy, replay);
  }
  if (plain && !follows_rule_) return Fill(taken_, replay);
  if (control_ == Control::kStatic) {
    return Fill(std::vector<uint8_t>(size_, static_cast<uint8_t>(exits() - 1)),
                replay);
  }
  if (control_ == Control::kOracle) {
    return Fill(
        exits() == 1 ? std::vector<uint8_t>(size_) : OracleExits(policy),
        replay);
  }
  std::vector<uint8_t> taken = ExitsUnder(policy);
  if (control_ == Control::kRandom) DrawAnew(taken);
  Fill(taken, replay);
}

Replay Population::Run(const ExitPolicy& policy) const {
  Replay replay;
  Run(policy, replay);
  return replay;
}

std::vector<int64_t> Population::PassCounts(const ExitPolicy& policy) const {
  std::vector<int64_t> counts(exits_.size());
  for (int64_t block = 0; block * kBlock < size_; ++block) {
    const int count =
        static_cast<int>(std::min<int64_t>(kBlock, size_ - block * kBlock));
    for (size_t e = 0; e < exits_.size(); ++e) {
      counts[e] += absl::popcount(Takes(e, policy.thresholds[e], block, count));
    }
  }
  return counts;
}

absl::Status Population::CheckRule(const ExitPolicy& policy) const {
  const auto no_signal = [this](size_t e) {
    return Error("exit '", exits_[e].name, "' reads ", NameOf(exits_[e].signal),
                 ", which the trace does not hold; ", available_);
  };
  if (policy.kind == ExitRule::Kind::kPatience) {
    if (policy.patience < 1) {
      return Error("network.exit_rule.patience: got ", policy.patience,
                   "; 1 or more is allowed");
    }
    if (!predicted_.empty()) return absl::OkStatus();
    return Error(
        "network.exit_rule.patience compares classes, which the trace "
        "does not hold; ",
        available_);
  }
  if (policy.kind == ExitRule::Kind::kPredicted) {
    if (policy.thresholds[policy.at].kind() == Kind::kNever) {
      return Error(ThresholdPath(exits_[policy.at]),
                   ": got never; the exit rule looks at this exit");
    }
    return has_signal_[policy.at] ? absl::OkStatus() : no_signal(policy.at);
  }
  for (size_t e = 0; e + 1 < exits_.size(); ++e) {
    if (policy.thresholds[e].kind() == Kind::kChecked) {
      return Error(ThresholdPath(exits_[e]),
                   ": is not given; a trace of signals needs a threshold, "
                   "never or always");
    }
    const bool is_read = policy.thresholds[e].kind() == Kind::kValue;
    if (is_read && !has_signal_[e]) return no_signal(e);
  }
  return absl::OkStatus();
}

absl::Status Population::CheckRecorded(const ExitPolicy& policy) const {
  for (size_t e = 0; e + 1 < exits_.size(); ++e) {
    const Threshold& threshold = policy.thresholds[e];
    if (threshold.kind() == Kind::kChecked) continue;
    const std::string path = ThresholdPath(exits_[e]);
    const std::string value = CanonicalValue(threshold.text());
    const bool is_recorded = std::find(settings_.begin(), settings_.end(),
                                       Setting{path, value}) != settings_.end();
    if (is_recorded) continue;
    return Error("no trace for ", path, " = ", value,
                 "; exits were recorded as taken, so that thresholds cannot be "
                 "applied again; ",
                 available_);
  }
  return absl::OkStatus();
}

absl::Status Population::Check(const ExitPolicy& policy) const {
  if (policy.thresholds.size() != exits_.size()) {
    return Error("thresholds: got ", policy.thresholds.size(), "; there are ",
                 exits_.size(), " exits");
  }
  if (exits_.size() == 1 || control_ == Control::kStatic) {
    return absl::OkStatus();
  }
  return follows_rule_ ? CheckRule(policy) : CheckRecorded(policy);
}

}  // namespace dynarch::behavior
