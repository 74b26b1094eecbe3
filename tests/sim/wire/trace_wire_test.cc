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
  EXPECT_EQ(trace.slices[0].records[1].margin, 0.8);
  EXPECT_TRUE(trace.slices[0].records[1].correct);
}

// The artifact's address must not change between versions of the program.
TEST(TraceWireTest, TheBytesAreTheMessageInFieldOrder) {
  behavior::Trace trace;
  trace.exits = {"e"};
  trace.slices.push_back(
      {"s", graph::DataType::kFp32, {3}, {{1, 0.5, 0, 0.25, true}}});
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
      {"exits: 'a' slices { split: 's' samples: 1 }",
       "trace artifact: slice 's': 1 samples of 1 exits need 1 records in "
       "every column"},
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
