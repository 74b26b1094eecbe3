// Law 6 (docs/semantics.md, 7.3, 8.1 and 11): accuracy and outcome rates equal
// direct counting on the trace; the run reports its own.
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "sim/evaluator.h"
#include "tests/property/law_cases.h"
#include "tests/testing/draw.h"

namespace dynarch::testing {
namespace {

using behavior::Threshold;

// What one exit says about one sample.
struct ExitRecord {
  double max_probability = 0, entropy = 0, margin = 0;
  bool correct = false;
};

ExitRecord RecordOf(const behavior::TraceSlice& slice, size_t row) {
  return {slice.signal(graph::Signal::kMaxProbability)[row],
          slice.signal(graph::Signal::kEntropy)[row],
          slice.signal(graph::Signal::kMargin)[row], slice.correct[row] != 0};
}

// Does the exit take the sample? Written from docs/semantics.md 3.1 and 3.2.
using TakesFunction = bool (*)(const Threshold&, graph::Signal,
                               const ExitRecord&);

bool Takes(const Threshold& threshold, graph::Signal signal,
           const ExitRecord& record) {
  if (threshold.kind() == Threshold::Kind::kNever) return false;
  if (threshold.kind() == Threshold::Kind::kAlways) return true;
  if (signal == graph::Signal::kEntropy) {
    return record.entropy < threshold.value();
  }
  const double value =
      signal == graph::Signal::kMargin ? record.margin : record.max_probability;
  return value >= threshold.value();
}

struct Counts {
  std::vector<double> rates;
  std::vector<double> rates_run;
  double accuracy = 0;
  bool operator==(const Counts&) const = default;
};

// Sample by sample, inference by inference.
Counts CountDirectly(const StudyCase& c, const std::string& split,
                     TakesFunction takes) {
  const study::StudySpec& spec = *c.spec;
  const study::BoundCandidate bound = study::Bind(spec, c.candidate);
  const behavior::TraceSlice& slice =
      *std::get<behavior::Trace>(spec.source).Find(split, bound.dtype);
  const size_t exits = spec.network.exits().size();
  std::vector<size_t> taken;
  Counts counts;
  counts.rates.resize(exits);
  counts.rates_run.resize(exits);
  for (size_t i = 0; i < slice.samples.size(); ++i) {
    size_t exit = 0;
    while (exit + 1 < exits &&
           !takes(bound.thresholds[exit], spec.network.exits()[exit].signal,
                  RecordOf(slice, i * exits + exit))) {
      ++exit;
    }
    taken.push_back(exit);
    counts.rates[exit] += 1;
    counts.accuracy += RecordOf(slice, i * exits + exit).correct;
  }
  for (int64_t k = 0; k < spec.workload.inferences; ++k) {
    counts.rates_run[taken[k % taken.size()]] += 1;
  }
  const auto samples = static_cast<double>(taken.size());
  for (double& rate : counts.rates) rate /= samples;
  for (double& rate : counts.rates_run) {
    rate /= static_cast<double>(spec.workload.inferences);
  }
  counts.accuracy /= samples;
  return counts;
}

// Absent if a scenario of that split cannot be built.
std::optional<Counts> CountByEvaluator(const StudyCase& c,
                                       const std::string& split,
                                       study::Fidelity fidelity) {
  const auto evaluator = Evaluator::Create(c.spec);
  const auto m = (*evaluator)->Evaluate(c.candidate, fidelity, split);
  if (m->state != measurement::TrialState::kSucceeded) return std::nullopt;
  return Counts{m->outcome_rates, m->outcome_rates_run,
                *m->metrics.Get(measurement::Metric::kAccuracy)};
}

TEST(CountingLaw, AccuracyAndRatesAreCountsOfTheTrace) {
  EXPECT_TRUE(rc::check("accuracy and rates are counts", [] {
    const auto c = MakeRunnable(DrawStudy());
    RC_PRE(c.has_value());
    const std::string split = OneIn(2) ? "report" : "select";
    const Counts direct = CountDirectly(c->study, split, &Takes);
    for (const study::Fidelity fidelity :
         {study::Fidelity::kAnalytical, study::Fidelity::kEvent}) {
      const auto counted = CountByEvaluator(c->study, split, fidelity);
      RC_PRE(counted.has_value());
      RC_ASSERT(*counted == direct);
    }
  }));
}

TEST(CountingLaw, CorrectnessBySampleIsTheTraces) {
  EXPECT_TRUE(rc::check("correctness by sample sums to accuracy", [] {
    const StudyCase c = DrawStudy();
    const auto evaluator = Evaluator::Create(c.spec);
    const auto correct =
        (*evaluator)->ReplaySamples(c.candidate, "select")->correct;
    double right = 0;
    for (const bool one : correct) right += one;
    RC_ASSERT(right / static_cast<double>(correct.size()) ==
              CountDirectly(c, "select", &Takes).accuracy);
  }));
}

// Whether the law sees another reading of the rules.
bool Sees(TakesFunction takes) {
  return SomeCase([takes](const RunnableCase& c) {
    return CountDirectly(c.study, "select", takes) !=
           CountByEvaluator(c.study, "select", study::Fidelity::kAnalytical);
  });
}

TEST(CountingLaw, SeesNoFaultWhereThereIsNone) { EXPECT_FALSE(Sees(&Takes)); }

TEST(CountingLaw, SeesAThresholdThatMustBeExceeded) {
  EXPECT_TRUE(Sees([](const Threshold& threshold, graph::Signal signal,
                      const ExitRecord& record) {
    if (threshold.kind() == Threshold::Kind::kValue &&
        signal == graph::Signal::kMaxProbability) {
      return record.max_probability > threshold.value();
    }
    return Takes(threshold, signal, record);
  }));
}

TEST(CountingLaw, SeesAnEntropyThatMayBeReached) {
  EXPECT_TRUE(Sees([](const Threshold& threshold, graph::Signal signal,
                      const ExitRecord& record) {
    if (threshold.kind() == Threshold::Kind::kValue &&
        signal == graph::Signal::kEntropy) {
      return record.entropy <= threshold.value();
    }
    return Takes(threshold, signal, record);
  }));
}

TEST(CountingLaw, SeesANeverThatIsTaken) {
  EXPECT_TRUE(Sees([](const Threshold& threshold, graph::Signal signal,
                      const ExitRecord& record) {
    if (threshold.kind() == Threshold::Kind::kNever) {
      return record.max_probability >= 1;
    }
    return Takes(threshold, signal, record);
  }));
}

TEST(CountingLaw, SeesASignalReadInPlaceOfAnother) {
  EXPECT_TRUE(Sees(
      [](const Threshold& threshold, graph::Signal, const ExitRecord& record) {
        return Takes(threshold, graph::Signal::kMaxProbability, record);
      }));
}

}  // namespace
}  // namespace dynarch::testing
