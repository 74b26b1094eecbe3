// Law 1 (docs/semantics.md, 1.3 and 11): a candidate's numbers are its own.
// They do not depend on what was evaluated before, in which order, by which
// object, or by which form of the evaluator.
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "sim/evaluator.h"
#include "sim/evaluator/keys.h"
#include "tests/property/law_cases.h"
#include "tests/testing/draw.h"

namespace dynarch::testing {
namespace {

// State, reason and metrics of one candidate, as bits.
struct Row {
  measurement::TrialState state;
  std::string reason;
  std::vector<uint64_t> bits;
  bool operator==(const Row&) const = default;
};

uint64_t BitsOf(double value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

std::unique_ptr<Evaluator> Fresh(
    const std::shared_ptr<const study::StudySpec>& spec) {
  auto evaluator = Evaluator::Create(spec);
  if (!evaluator.ok()) {
    throw std::runtime_error(std::string(evaluator.status().message()));
  }
  return *std::move(evaluator);
}

Row RowOf(Evaluator& evaluator, int64_t index) {
  std::vector<double> values(evaluator.spec().metrics.size());
  absl::string_view reason;
  Row row;
  row.state = evaluator.EvaluateRow(index, absl::MakeSpan(values), &reason);
  row.reason = std::string(reason);
  for (const double value : values) row.bits.push_back(BitsOf(value));
  return row;
}

// The same by the long form.
Row LongRowOf(Evaluator& evaluator, int64_t index) {
  const study::StudySpec& spec = evaluator.spec();
  const auto measurement =
      evaluator.Evaluate(spec.space.At(index), spec.fidelity);
  Row row;
  row.state = measurement->state;
  row.reason = measurement->reason;
  for (const auto metric : spec.metrics) {
    row.bits.push_back(BitsOf(measurement->metrics.Get(metric).value_or(
        std::numeric_limits<double>::quiet_NaN())));
  }
  return row;
}

// Evaluates by index; may remember what it likes.
using RowFunction = std::function<Row(int64_t)>;

// Asks for every index in turn, twice over; true if every answer is the fresh
// one.
bool IsDeterministic(const std::shared_ptr<const study::StudySpec>& spec,
                     const std::vector<int64_t>& indices,
                     const RowFunction& evaluate) {
  std::map<int64_t, Row> fresh;
  for (int pass = 0; pass < 2; ++pass) {
    for (const int64_t index : indices) {
      auto [place, is_new] = fresh.try_emplace(index);
      if (is_new) place->second = RowOf(*Fresh(spec), index);
      if (evaluate(index) != place->second) return false;
    }
  }
  return true;
}

// A candidate, its neighbours, and some far away.
std::vector<int64_t> Indices(const StudyCase& c) {
  const int64_t size = c.spec->space.size();
  const int64_t own = c.spec->space.IndexOf(c.candidate);
  std::vector<int64_t> indices = {own};
  for (int64_t i = 1; i < 6; ++i) indices.push_back((own + i) % size);
  for (int64_t i = 0; i < 4; ++i) indices.push_back((own * 7 + i * 31) % size);
  return indices;
}

StudyCase WithFidelity(StudyCase c, study::Fidelity fidelity) {
  auto spec = std::make_shared<study::StudySpec>(*c.spec);
  spec->fidelity = fidelity;
  c.spec = std::move(spec);
  return c;
}

TEST(DeterminismLaw, ARowDependsOnNothingButItsCandidate) {
  EXPECT_TRUE(rc::check("rows depend on their candidate alone", [] {
    const bool event = OneIn(3);
    const StudyCase c = WithFidelity(
        DrawStudy(kEverything),
        event ? study::Fidelity::kEvent : study::Fidelity::kAnalytical);
    const auto shared = Fresh(c.spec);
    RC_ASSERT(IsDeterministic(c.spec, Indices(c), [&](int64_t index) {
      return RowOf(*shared, index);
    }));
  }));
}

TEST(DeterminismLaw, BothFormsOfTheEvaluatorGiveTheSameBits) {
  EXPECT_TRUE(rc::check("rows equal measurements", [] {
    const bool event = OneIn(3);
    const StudyCase c = WithFidelity(
        DrawStudy(kEverything),
        event ? study::Fidelity::kEvent : study::Fidelity::kAnalytical);
    const auto shared = Fresh(c.spec);
    for (const int64_t index : Indices(c)) {
      RC_ASSERT(RowOf(*shared, index) == LongRowOf(*shared, index));
    }
  }));
}

// Whether the law sees an evaluator that remembers too much.
bool Sees(RowFunction (*decorate)(const study::StudySpec&, RowFunction)) {
  return SomeCase(
      [decorate](const RunnableCase& c) {
        const auto shared = Fresh(c.study.spec);
        const RowFunction honest = [&](int64_t index) {
          return RowOf(*shared, index);
        };
        return !IsDeterministic(c.study.spec, Indices(c.study),
                                decorate(*c.study.spec, honest));
      },
      /*limit=*/60);
}

TEST(DeterminismLaw, SeesNoFaultWhereThereIsNone) {
  EXPECT_FALSE(
      Sees([](const study::StudySpec&, RowFunction honest) { return honest; }));
}

// A memo whose key leaves out what the replay reads.
TEST(DeterminismLaw, SeesAMemoWithoutTheThresholds) {
  EXPECT_TRUE(Sees([](const study::StudySpec& spec, RowFunction honest) {
    auto memo = std::make_shared<std::map<int64_t, Row>>();
    const evaluator::KeyMaker keys(spec);
    return RowFunction([memo, keys, honest, &spec](int64_t index) {
      const int64_t key = keys.Of(spec.space.At(index).digits).machine;
      const auto known = memo->find(key);
      if (known != memo->end()) return known->second;
      return memo->emplace(key, honest(index)).first->second;
    });
  }));
}

// A memo whose key leaves out the machine.
TEST(DeterminismLaw, SeesAMemoWithoutTheMachine) {
  EXPECT_TRUE(Sees([](const study::StudySpec& spec, RowFunction honest) {
    auto memo = std::make_shared<std::map<int64_t, Row>>();
    const evaluator::KeyMaker keys(spec);
    return RowFunction([memo, keys, honest, &spec](int64_t index) {
      const int64_t key = keys.Of(spec.space.At(index).digits).replay;
      const auto known = memo->find(key);
      if (known != memo->end()) return known->second;
      return memo->emplace(key, honest(index)).first->second;
    });
  }));
}

// A result that depends on how many came before: a stream drawn in order of
// consumption, a sum carried over, a buffer not cleared.
TEST(DeterminismLaw, SeesStateCarriedFromOneCandidateToTheNext) {
  EXPECT_TRUE(Sees([](const study::StudySpec&, RowFunction honest) {
    auto calls = std::make_shared<int64_t>(0);
    return RowFunction([calls, honest](int64_t index) {
      Row row = honest(index);
      if (++*calls > 3 && !row.bits.empty()) row.bits[0] ^= 1;
      return row;
    });
  }));
}

TEST(DeterminismLaw, SeesAnAnswerForTheCandidateBefore) {
  EXPECT_TRUE(Sees([](const study::StudySpec&, RowFunction honest) {
    auto before = std::make_shared<std::optional<Row>>();
    return RowFunction([before, honest](int64_t index) {
      Row row = honest(index);
      if (before->has_value()) std::swap(**before, row);
      *before = row;
      return row;
    });
  }));
}

}  // namespace
}  // namespace dynarch::testing
