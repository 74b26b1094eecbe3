// One realised set of samples: which scenario each is in.
//
//   DYNARCH_ASSIGN_OR_RETURN(const auto population,
//                            Realise(source, network, request));
//   const ExitPolicy policy = PolicyOf(network, thresholds);
//   DYNARCH_RETURN_IF_ERROR(population.Check(policy));
//   const Replay replay = population.Run(policy);
#ifndef DYNARCH_SIM_BEHAVIOR_POPULATION_H_
#define DYNARCH_SIM_BEHAVIOR_POPULATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/behavior/outcome_rows.h"
#include "sim/behavior/rule.h"
#include "sim/behavior/source.h"
#include "sim/graph/network.h"

namespace dynarch::behavior {

// What is asked of a source. Everything but exits: those are `Run`'s.
struct Request {
  std::string split = "select";
  graph::DataType dtype = graph::DataType::kFp32;
  // By decision of the network: the value of its knob; empty, or none: the
  // network's own. A knob that leaves the choice to the data (`threshold`) is
  // only there as recorded; one that fixes the outcome (`value`, `keep`,
  // `capacity_factor`) may have any value, at the price of the accuracy unless
  // it was recorded.
  std::vector<std::optional<Decimal>> knobs;
  // By exit; empty, or `checked`: as recorded. Only looked at where exits do
  // not follow the rule (ExitsFollowRule): other thresholds than it was
  // recorded with are refused. Patience likewise.
  std::vector<Threshold> thresholds;
  std::optional<int> patience;
  Control control = Control::kNone;
  uint64_t seed = 1;       // Of draws and permutations.
  int64_t inferences = 1;  // Samples drawn from a distribution or chain.
};

// The samples of a population under one exit policy, each once, in order.
struct Replay {
  // By sample: table index x exits + exit taken.
  std::vector<uint32_t> scenarios;
  std::vector<int64_t> counts;  // Samples, by scenario: table size x exits.
  // 1 where the answer is right; empty where that is unknown.
  std::vector<uint8_t> correct;
  int64_t correct_count = 0;
  bool operator==(const Replay&) const = default;
};

// A scenario and its share of all inferences as the source states it, not as
// it was drawn. Shares are products and sums of the stated decimals, or of
// StationaryShares, in doubles.
struct StatedScenario {
  graph::Outcomes outcomes;
  int exit = 0;
  double share = 0;
  std::optional<double> accuracy;
};
// Most scenarios that are stated; a distribution with more (many independent
// decisions) has its rates counted over what was drawn.
inline constexpr int64_t kMaxStated = int64_t{1} << 16;

// Immutable; independent of the source. May be shared between threads.
class Population {
 public:
  int64_t size() const { return size_; }
  int exits() const { return static_cast<int>(exits_.size()); }
  // Distinct outcomes of the inner decisions, in order of first occurrence;
  // one, empty row where the network has none. Canonical: decisions that are
  // not reached are kNotReached. Decisions that lie behind the exit taken are
  // still in the row: rows may differ in nothing that is executed.
  int table_size() const { return static_cast<int>(table_.size()); }
  graph::Outcomes TableRow(int index) const { return table_.Row(index); }
  const OutcomeRows& table() const { return table_; }
  // By sample.
  const std::vector<uint32_t>& table_index() const { return table_index_; }
  // Sample ids, for a trace; else 0, 1, ...
  const std::vector<int64_t>& sample_ids() const { return sample_ids_; }

  // Whether `correct` of a replay is known.
  bool has_accuracy() const { return accuracy_known_; }
  // Of a distribution, chain or fixed source without control; else empty, and
  // rates are those that a replay counts.
  const std::vector<StatedScenario>& stated() const { return stated_; }
  // The accuracy that the source states; absent if it does not, or not for this
  // data type and these knobs.
  const std::optional<double>& stated_accuracy() const {
    return stated_accuracy_;
  }
  // Whether exits follow the rule, or are part of what the source says.
  bool follows_rule() const { return follows_rule_; }
  // Samples that would take each exit if they all came to it, under a rule of
  // thresholds. Only if follows_rule().
  std::vector<int64_t> PassCounts(const ExitPolicy& policy) const;

  // InvalidArgument if the policy asks for what the source does not hold:
  // `no trace for decisions.exit1.threshold = 0.3; ...` where exits were
  // recorded as taken, a threshold missing where they were not, signals or
  // classes that a rule needs, correctness by exit for the oracle, fewer than
  // two exits for patience. Names the knob.
  absl::Status Check(const ExitPolicy& policy) const;
  // `policy` has passed Check. The form with `replay` reuses its memory.
  Replay Run(const ExitPolicy& policy) const;
  void Run(const ExitPolicy& policy, Replay& replay) const;

 private:
  friend class PopulationBuilder;
  Population() = default;

  uint64_t Takes(size_t exit, const Threshold& threshold, int64_t block,
                 int count) const;
  void RunThresholds(const ExitPolicy& policy, Replay& replay) const;
  std::vector<uint8_t> ExitsUnder(const ExitPolicy& policy) const;
  std::vector<uint8_t> OracleExits(const ExitPolicy& policy) const;
  void DrawAnew(std::vector<uint8_t>& taken) const;
  void Fill(const std::vector<uint8_t>& taken, Replay& replay) const;
  bool Right(int64_t sample, int exit) const;
  absl::Status CheckRule(const ExitPolicy& policy) const;
  absl::Status CheckRecorded(const ExitPolicy& policy) const;

  std::vector<graph::Exit> exits_;
  int64_t size_ = 0;
  OutcomeRows table_;
  std::vector<uint32_t> table_index_;  // By sample.
  std::vector<int64_t> sample_ids_;
  Control control_ = Control::kNone;
  uint64_t seed_ = 0;
  bool accuracy_known_ = false;
  std::vector<StatedScenario> stated_;
  std::optional<double> stated_accuracy_;

  // Where exits follow the rule: the signals that they read and the right
  // answers, in blocks of 64 samples, each block exit by exit, so that a replay
  // reads memory in one direction.
  bool follows_rule_ = false;
  std::vector<bool> has_signal_;    // By exit.
  std::vector<double> values_;      // [block][exit][sample].
  std::vector<uint64_t> right_;     // [block][exit], a bit a sample.
  std::vector<int32_t> predicted_;  // [sample][exit]; empty: unknown.
  // Else the exit by sample, and whether it was right there.
  std::vector<uint8_t> taken_;
  std::vector<uint8_t> right_taken_;
  std::vector<Setting> settings_;  // That it was recorded with.
  std::string available_;          // What there is, for messages.
};

// The samples that `request` asks for.
//
// Errors (InvalidArgument): `no trace for ...`, listing what there is, if a
// trace has no such split or data type, or not for these knobs; a knob out of
// its range; an oracle without correctness by exit. Source and network have
// passed CheckSource.
//
// A trace is taken in file order. From a distribution or chain `inferences`
// samples are drawn, each by its own stream of (seed, index).
absl::StatusOr<Population> Realise(const Source& source,
                                   const graph::Network& network,
                                   const Request& request);

// The errors that Realise would give for the request's split, data type and
// knobs, without its work.
absl::Status CheckRequest(const Source& source, const graph::Network& network,
                          const Request& request);

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_POPULATION_H_
