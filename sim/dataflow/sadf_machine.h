// The self-timed execution of a scenario-aware graph, from one random choice to
// the next. For the sources of sadf*.cc.
#ifndef DYNARCH_SIM_DATAFLOW_SADF_MACHINE_H_
#define DYNARCH_SIM_DATAFLOW_SADF_MACHINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "sim/dataflow/sadf_model.h"

namespace dynarch::dataflow {

// Why the machine stopped.
enum class SadfStop {
  kChoice,    // a random choice is due: choice(), then Choose
  kDeadlock,  // nothing runs and nothing can start
  kLoop,      // without a choice, it has come back to the state it is in
  kFull,      // a limit: steps, or 2^40 tokens in a channel
};

// Everything that certainly happens at an instant happens before any choice of
// that instant is made; of several choices the process with the lowest index
// goes first. So the state at a choice does not depend on the order in which
// simultaneous steps were taken.
class SadfMachine {
 public:
  // What has happened since ResetCounts.
  struct Counts {
    int64_t time = 0;              // ticks
    std::vector<int64_t> firings;  // by process
    // By channel, if occupancy is measured: token-ticks, and the most tokens
    // (ResetCounts keeps these).
    std::vector<double> area;
    std::vector<int64_t> most;
  };

  // `model` must outlive the machine, which starts in the initial state.
  SadfMachine(const SadfModel& model, bool occupancy,
              int64_t firings_at_once = int64_t{1} << 22);

  // Runs until one of the reasons. `most_steps` bounds the steps of time.
  // FailedPrecondition if more than firings_at_once end at one instant;
  // OutOfRange if a count leaves 64 bits.
  absl::Status Run(int64_t most_steps, SadfStop& stop);

  // The choice that is due after kChoice.
  int choice_process() const { return choice_; }
  const SadfDistribution& choice() const;
  int choice_distribution() const;
  // Makes it; a firing that takes no time ends, and counts, at once. Run must
  // be called before anything else.
  void Choose(int outcome);

  // One whole turn of the loop after kLoop.
  const Counts& loop() const { return loop_; }

  const Counts& counts() const { return counts_; }
  void ResetCounts();
  // By channel.
  const std::vector<int64_t>& tokens() const { return tokens_; }
  int64_t steps() const { return steps_; }  // firings ended, in all

  // The state as bytes: equal states, equal bytes. Read after a kChoice state
  // was written leaves the machine at that choice.
  void Write(std::vector<uint8_t>& bytes) const;
  void Read(const uint8_t* bytes);

  // What each process does or waits for, for people.
  std::string Describe(const ScenarioAwareGraph& graph) const;
  // What the outcome of the choice means: "B takes 14/5".
  std::string DescribeOutcome(const ScenarioAwareGraph& graph,
                              int outcome) const;

 private:
  // Control values in order, equal neighbours together.
  struct Fifo {
    struct Piece {
      int value;
      int64_t count;
    };
    std::vector<Piece> pieces;
    size_t head = 0;

    void Push(int value, int64_t count);
    void Pop();
    int front() const { return pieces[head].value; }
  };

  void Wake(int process);
  absl::Status Settle();
  bool Step(int process);
  bool Select(int process);
  bool CanStart(int process) const;
  bool Start(int process, int64_t ticks);
  void End(int process);
  int SelectedBy(int process) const;
  bool Advance();
  void MeasureArea(int64_t ticks);
  bool AtMark();
  void SetMark();

  const SadfModel& model_;
  const bool occupancy_;
  const int64_t firings_at_once_;

  // The state.
  std::vector<int> chain_state_;    // by chain of the model
  std::vector<int> mode_;           // by process; -1: not selected
  std::vector<int64_t> remaining_;  // by process; -1: not running
  std::vector<int64_t> tokens_;     // by channel
  std::vector<Fifo> fifos_;         // by channel; unused for data

  std::vector<int> awake_;       // processes to look at
  std::vector<uint8_t> queued_;  // by process: is in awake_
  std::vector<uint8_t> due_;     // by process: waits for a choice
  int due_count_ = 0;
  int choice_ = -1;
  bool full_ = false;
  int64_t steps_ = 0;
  Counts counts_;

  // Brent's search for a loop: the state and counts at the last mark.
  std::vector<uint8_t> mark_;
  Counts mark_counts_;
  Counts loop_;
  mutable std::vector<uint8_t> scratch_;
};

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SADF_MACHINE_H_
