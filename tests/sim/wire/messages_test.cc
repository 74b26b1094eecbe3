// Measurements, traces and power policies as messages and texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "dynarch/v1/trace.pb.h"
#include "sim/wire/measurement_wire.h"
#include "sim/wire/power_wire.h"
#include "sim/wire/study_space.h"
#include "sim/wire/trace_wire.h"
#include "tests/sim/wire/study_text.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;
using measurement::Metric;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
const double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(MeasurementWireTest, AbsentStaysAbsent) {
  measurement::Measurement measured;
  measured.metrics.Set(Metric::kAccuracy, 0.5);
  measured.fidelity = "event";
  measured.seed = 7;
  measured.model_versions = {"roofline@1"};
  const v1::Measurement message =
      ToMessage(measured, {Metric::kLatencyP99, Metric::kAccuracy});
  ASSERT_EQ(message.metrics_size(), 2);
  EXPECT_EQ(message.metrics(0).metric(), "latency_p99_s");
  EXPECT_FALSE(message.metrics(0).has_value());
  EXPECT_EQ(message.metrics(1).value(), 0.5);
  EXPECT_EQ(message.fidelity(), "event");
  EXPECT_EQ(message.seed(), 7);
  EXPECT_THAT(MetricValuesFrom(message), IsOkAndHolds(measured.metrics));
}

TEST(MeasurementWireTest, ARowHoldsNanForAbsent) {
  const std::vector<double> row = {kNan, 0.25};
  const v1::Measurement message =
      MeasurementFromRow(row, {Metric::kLatencyP99, Metric::kAccuracy});
  EXPECT_FALSE(message.metrics(0).has_value());
  EXPECT_EQ(message.metrics(1).value(), 0.25);
}

TEST(MeasurementWireTest, BadMessagesAreRefused) {
  EXPECT_THAT(
      MetricValuesFrom(Parse<v1::Measurement>("metrics { metric: 'acuracy' }")),
      StatusIs(kInvalid,
               "metrics[0]: 'acuracy' is no metric; did you "
               "mean 'accuracy'?"));
  EXPECT_THAT(MetricValuesFrom(Parse<v1::Measurement>(
                  "metrics { metric: 'accuracy' value: 1 } "
                  "metrics { metric: 'accuracy' value: 1 }")),
              StatusIs(kInvalid, "metrics[1]: 'accuracy' is given twice"));
  EXPECT_THAT(MetricValuesFrom(Parse<v1::Measurement>(
                  "metrics { metric: 'accuracy' value: inf }")),
              StatusIs(kInvalid,
                       "metrics[0]: the value of 'accuracy' is not finite; "
                       "leave it absent instead"));
}

TEST(MeasurementWireTest, NamesGoBothWays) {
  const std::vector<Metric> metrics = {Metric::kEnergyMean, Metric::kStable};
  EXPECT_THAT(StableNames(metrics), ElementsAre("energy_mean_j", "stable"));
  EXPECT_THAT(MetricsNamed(StableNames(metrics)), IsOkAndHolds(metrics));
}

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

TEST(PowerWireTest, TextsAreReadInAnySpelling) {
  using Kind = mapping::PowerPolicy::Kind;
  EXPECT_EQ(ParsePowerPolicy("always_on")->kind, Kind::kAlwaysOn);
  EXPECT_EQ(ParsePowerPolicy(" clock_gate ")->kind, Kind::kClockGate);
  for (const char* text :
       {"power_gate: {timeout: 1 ms}", "{power_gate: {timeout: 1000 us}}",
        "power_gate:{timeout:1ms}"}) {
    ASSERT_OK_AND_ASSIGN(const mapping::PowerPolicy policy,
                         ParsePowerPolicy(text));
    EXPECT_EQ(policy.kind, Kind::kPowerGate);
    EXPECT_EQ(policy.timeout, Picoseconds(1'000'000'000)) << text;
    EXPECT_EQ(ToText(policy), "power_gate: {timeout: 1 ms}");
  }
  for (const char* text : {"power_gate", "power_gate: {}"}) {
    EXPECT_EQ(ParsePowerPolicy(text)->timeout, Picoseconds(0)) << text;
  }
}

TEST(PowerWireTest, OtherTextsAreRefused) {
  for (const char* text :
       {"", "gate", "power_gate 1 ms", "power_gate: {delay: 1 ms}",
        "power_gate: {timeout}", "{always_on", "power_gate: {timeout: 1 ms"}) {
    EXPECT_THAT(ParsePowerPolicy(text), StatusIs(kInvalid)) << text;
  }
  EXPECT_THAT(ParsePowerPolicy("power_gate: {timeout: 1}"),
              StatusIs(kInvalid, HasSubstr("'1' has no unit")));
  EXPECT_THAT(ParsePowerPolicy("power_gate: {timeout: 2000 s}"),
              StatusIs(kInvalid, HasSubstr("allowed: 0 to ")));
}

TEST(CanonicalValueTest, EqualValuesHaveOneText) {
  using Target = space::Slot::Target;
  EXPECT_THAT(CanonicalValue({Target::kThreshold, 0}, "0.50"),
              IsOkAndHolds(std::string("0.5")));
  EXPECT_THAT(CanonicalValue({Target::kThreshold, 0}, "1.00"),
              IsOkAndHolds(std::string("1")));
  EXPECT_THAT(CanonicalValue({Target::kThreshold, 0}, "never"),
              IsOkAndHolds(std::string("never")));
  EXPECT_THAT(
      CanonicalValue({Target::kPower, 0}, "{power_gate: {timeout: 0.001 s}}"),
      IsOkAndHolds(std::string("power_gate: {timeout: 1 ms}")));
  EXPECT_THAT(CanonicalValue({Target::kPlatform, 0}, "gap9"),
              IsOkAndHolds(std::string("gap9")));
  EXPECT_THAT(CanonicalValue({Target::kPlatform, 0}, ""), StatusIs(kInvalid));
  EXPECT_THAT(CanonicalValue({Target::kDataType, 0}, "fp8"),
              StatusIs(kInvalid));
}

}  // namespace
}  // namespace dynarch::wire
