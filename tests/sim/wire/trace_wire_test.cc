#include "sim/wire/trace_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dynarch/v1/trace.pb.h"
#include "tests/sim/wire/study_text.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;

TEST(TraceWireTest, BytesAreTheSameAfterARoundTrip) {
  const std::string bytes = EncodeTrace(SmallTrace());
  ASSERT_OK_AND_ASSIGN(const behavior::Trace trace, DecodeTrace(bytes));
  EXPECT_EQ(EncodeTrace(trace), bytes);
  EXPECT_THAT(trace.exits, ElementsAre("early", "late"));
  EXPECT_EQ(trace.weights_sha256, "aa");
  ASSERT_EQ(trace.slices.size(), 2u);
  EXPECT_EQ(trace.slices[1].dtype, graph::DataType::kInt8);
  EXPECT_THAT(trace.slices[0].signal(graph::Signal::kMargin),
              ElementsAre(0.2, 0.8));
  EXPECT_THAT(trace.slices[0].correct, ElementsAre(0, 1));
}

// The artifact's address must not change between versions of the program.
TEST(TraceWireTest, TheBytesAreTheMessageInFieldOrder) {
  behavior::Trace trace;
  trace.exits = {"e"};
  behavior::TraceSlice one;
  one.split = "s";
  one.samples = {3};
  one.predicted = {1};
  one.signal(graph::Signal::kMaxProbability) = {0.5};
  one.signal(graph::Signal::kEntropy) = {0};
  one.signal(graph::Signal::kMargin) = {0.25};
  one.correct = {1};
  trace.slices.push_back(one);
  // 1: "e"; 3: slice of 1: "s", 2: FP32 = 1, 3: [3], 4: [1], and doubles 0.5,
  // 0, 0.25 little-endian under 5, 6, 7, 8: [true].
  const std::string slice = std::string("\x0a\x01s\x10\x01\x1a\x01\x03", 8) +
                            std::string("\x22\x01\x01", 3) +
                            std::string("\x2a\x08\0\0\0\0\0\0\xe0\x3f", 10) +
                            std::string("\x32\x08\0\0\0\0\0\0\0\0", 10) +
                            std::string("\x3a\x08\0\0\0\0\0\0\xd0\x3f", 10) +
                            std::string("\x42\x01\x01", 3);
  EXPECT_EQ(EncodeTrace(trace), std::string("\x0a\x01\x65\x1a\x2c", 5) + slice);
}

TEST(TraceWireTest, OutcomesAndSettingsComeBack) {
  behavior::Trace trace;
  trace.kind = behavior::Trace::Kind::kOutcomes;
  trace.exits = {"a", "b"};
  trace.decisions = {{"gate", 1}, {"moe", 3}};
  behavior::TraceSlice slice;
  slice.split = "select";
  slice.settings = {{"decisions.gate.threshold", "0.5"}};
  slice.samples = {7, 9};
  slice.taken = {1, 0};
  slice.outcomes = behavior::OutcomeRows(4);
  slice.outcomes.Append({1, 300, 12, 0});
  slice.outcomes.Append({0, -1, -1, -1});
  trace.slices.push_back(slice);
  const std::string bytes = EncodeTrace(trace);
  ASSERT_OK_AND_ASSIGN(const behavior::Trace read, DecodeTrace(bytes));
  EXPECT_EQ(EncodeTrace(read), bytes);
  EXPECT_EQ(read.kind, trace.kind);
  EXPECT_EQ(read.decisions, trace.decisions);
  EXPECT_EQ(read.slices[0].settings, slice.settings);
  EXPECT_EQ(read.slices[0].taken, slice.taken);
  EXPECT_TRUE(read.slices[0].outcomes == slice.outcomes);
  EXPECT_TRUE(read.slices[0].correct.empty());
}

struct BadTrace {
  std::string text;
  std::string message;
};

TEST(TraceWireTest, BadArtifactsAreDataLoss) {
  constexpr auto kLoss = absl::StatusCode::kDataLoss;
  EXPECT_THAT(
      DecodeTrace("garbage"),
      StatusIs(kLoss, "trace artifact: the bytes are not a trace message"));
  const std::vector<BadTrace> cases = {
      {"", "trace artifact: it has no exit"},
      {"exits: 'a'", "trace artifact: it has no sample"},
      {"exits: 'a' slices { split: 's' dtype: FP32 }",
       "trace artifact: a slice has no sample"},
      {"exits: 'a' slices { split: 's' dtype: FP32 samples: 1 correct: true "
       "correct: true }",
       "trace artifact: slice 's': correct has 2 values; its 1 samples need 1"},
      {"exits: 'a' kind: OUTCOMES slices { split: 's' dtype: FP32 samples: 1 }",
       "trace artifact: slice 's': exits taken are 0, samples 1"},
      {"exits: 'a' kind: OUTCOMES slices { split: 's' dtype: FP32 samples: 1 "
       "taken: '\\001' }",
       "trace artifact: an exit taken is beyond the exits"},
      {"exits: 'a' decisions { name: 'g' columns: 1 } slices { split: 's' "
       "dtype: FP32 samples: 1 outcomes: 'ab' outcome_cell_bytes: 1 }",
       "trace artifact: outcomes: 2 bytes are not 1 rows of 1 cells of 1"},
      {"exits: 'a' decisions { name: 'g' } slices { split: 's' dtype: FP32 "
       "samples: 1 }",
       "trace artifact: a decision has no column, or too many"},
      {"exits: 'a' slices { split: 's' dtype: FP32 samples: 1 settings { path: "
       "'b' } settings { path: 'a' } }",
       "trace artifact: settings are not in order of their paths"},
      {"exits: 'a' slices { split: 's' samples: 1 predicted: 1 "
       "max_probability: 1 entropy: 0 margin: 1 correct: true }",
       "trace artifact: a slice has no data type"},
      {"exits: 'a' slices { split: 's' dtype: FP32 samples: 1 predicted: 1 "
       "max_probability: 2 entropy: 0 margin: 1 correct: true }",
       "trace artifact: a signal is outside its range"},
      {"exits: 'a' slices { split: 's' dtype: FP32 samples: 1 predicted: 1 "
       "max_probability: 1 entropy: nan margin: 1 correct: true }",
       "trace artifact: a signal is outside its range"},
  };
  for (const BadTrace& bad : cases) {
    EXPECT_THAT(DecodeTrace(Parse<v1::Trace>(bad.text).SerializeAsString()),
                StatusIs(kLoss, bad.message));
  }
  v1::Trace twice;
  ASSERT_TRUE(twice.ParseFromString(EncodeTrace(SmallTrace())));
  *twice.add_slices() = twice.slices(0);
  EXPECT_THAT(DecodeTrace(twice.SerializeAsString()),
              StatusIs(kLoss, "trace artifact: slice 'select' is there twice"));
}

}  // namespace
}  // namespace dynarch::wire
