// The facade: start here. A study goes in, measurements of candidates come out.
//
//   auto evaluator = Evaluator::Create(std::move(spec));
//   auto m = evaluator->Evaluate(candidate, study::Fidelity::kEvent);
//
// This is the only way to a Measurement; the worker and `dynarch evaluate` both
// call it in process. Pure: no file, clock, thread or environment. Stages
// (bind, cost, schedule, run, measure) are memoised by what they read; caches
// never change a byte. One object per thread.
#ifndef DYNARCH_SIM_EVALUATOR_H_
#define DYNARCH_SIM_EVALUATOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/measurement/measurement.h"
#include "sim/space/design_space.h"
#include "sim/study/study_spec.h"

namespace dynarch {

// `name@version` of every model and engine compiled in, sorted.
std::vector<std::string> ModelVersions();

class Evaluator {
 public:
  // Errors: InvalidArgument for what the study causes whatever the candidate
  // (SEMANTICS 12), e.g. a trace without the explored data types.
  static absl::StatusOr<std::unique_ptr<Evaluator>> Create(
      std::shared_ptr<const study::StudySpec> spec);
  ~Evaluator();

  const study::StudySpec& spec() const;

  // One candidate, with its breakdown. What the candidate causes is a
  // Measurement with state kInfeasible; a Status is an internal error.
  // `split`: of the trace; the sweep uses `select`.
  absl::StatusOr<measurement::Measurement> Evaluate(
      const space::Candidate& candidate, study::Fidelity fidelity,
      absl::string_view split = "select");

  // The sweep's form: fidelity of the study, no breakdown, no allocation once
  // the candidate's scenarios are costed. Writes spec().metrics in order into
  // `row`, NaN where absent; the same bits as Evaluate gives. Returns the
  // state; `reason` is a code that lives as long as the Evaluator.
  measurement::TrialState EvaluateRow(int64_t index, absl::Span<double> row,
                                      absl::string_view* reason);

  // What one candidate makes of each sample of a split, whatever its machine.
  struct SampleReplay {
    std::vector<int64_t> samples;     // Ids.
    std::vector<uint32_t> scenarios;  // By sample; see mapping/system.h.
    std::vector<double> exit_rates;   // By exit.
    // For paired tests; empty where right answers are not known.
    std::vector<bool> correct;
  };
  // InvalidArgument if the source has no such samples.
  absl::StatusOr<SampleReplay> ReplaySamples(const space::Candidate& candidate,
                                             absl::string_view split);

 private:
  class Impl;
  explicit Evaluator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dynarch

#endif  // DYNARCH_SIM_EVALUATOR_H_
