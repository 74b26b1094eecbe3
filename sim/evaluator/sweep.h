// The sweep's form of evaluation: numbers in, numbers out.
#ifndef DYNARCH_SIM_EVALUATOR_SWEEP_H_
#define DYNARCH_SIM_EVALUATOR_SWEEP_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sim/analysis/analysis.h"
#include "sim/analysis/queue.h"
#include "sim/evaluator/keys.h"
#include "sim/evaluator/memo.h"
#include "sim/evaluator/replays.h"
#include "sim/measurement/measure.h"
#include "sim/measurement/measurement.h"
#include "sim/study/study_spec.h"

namespace dynarch::evaluator {

// Evaluates candidates of one study by index, at its fidelity, on split
// `select`. Machines and replays are found by the digits that decide them, so
// a candidate whose machine and thresholds were seen costs a few divisions.
class Sweep {
 public:
  Sweep(const study::StudySpec& spec, Replayer& replayer);

  // See Evaluator::EvaluateRow.
  measurement::TrialState Evaluate(int64_t index, absl::Span<double> row,
                                   absl::string_view* reason);

 private:
  // A machine in numbers.
  struct MachineRow {
    struct Scenario {
      bool known = false;  // Else it was not needed yet.
      bool sparse = false;
      bool late = false;
      Picoseconds latency;
      Zeptojoules activity_energy;
      Zeptojoules period_energy;  // Everything in one period; only if sparse.
      absl::string_view reason;   // Why it cannot be built; empty if it can.
    };
    measurement::TrialState state = measurement::TrialState::kSucceeded;
    absl::string_view reason;
    bool energy_known = true;
    bool complete = false;            // All that can occur is known.
    std::vector<Scenario> scenarios;  // By number.
  };

  void MoveTo(int64_t index);
  // The candidate's machine with every scenario that occurs; null on an
  // internal error.
  MachineRow* MachineOf(int64_t key, const ReplayCounts& counts);
  bool Extend(const ReplayCounts& counts, MachineRow& row);
  void PutScenario(const analysis::Model& model, uint32_t number,
                   MachineRow& row) const;
  const ReplayCounts* CountsOf(int64_t key);
  const ReplayedSlice* SliceOf(int64_t key);
  const analysis::Model* ModelOf(const Keys& keys);

  absl::string_view Obstacle(const MachineRow& machine,
                             const ReplayCounts& counts) const;
  bool IsSparse(const MachineRow& machine, const ReplayCounts& counts) const;
  bool IsStable(const MachineRow& machine, const ReplayCounts& counts) const;
  void FillSparse(const MachineRow& machine, const ReplayCounts& counts,
                  measurement::MetricInputs& inputs);
  // False on an internal error.
  bool FillQueueing(const Keys& keys, measurement::MetricInputs& inputs);
  bool FillEvent(const Keys& keys, measurement::MetricInputs& inputs);
  void PutRow(const measurement::MetricInputs& inputs,
              absl::Span<double> row) const;

  const study::StudySpec& spec_;
  Replayer& replayer_;
  KeyMaker key_maker_;
  Picoseconds window_;

  space::Candidate candidate_;  // At index_.
  int64_t index_ = -1;
  std::vector<int32_t> sizes_;  // Values by parameter.

  Memo<MachineRow> machines_;
  Memo<ReplayCounts> counts_;
  Memo<ReplayedSlice> slices_;
  Memo<analysis::Model> models_;

  // Scratch of one candidate.
  std::vector<measurement::LatencyCount> latencies_;
  analysis::QueueScratch queue_;
  measurement::RunResult event_run_;
};

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_SWEEP_H_
