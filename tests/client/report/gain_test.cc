#include "client/report/gain.h"

#include <gtest/gtest.h>

#include <string>

namespace dynarch::report {
namespace {

Corner CornerOf(double energy, double accuracy) {
  return Corner{.trial = 1,
                .energy_j = energy,
                .accuracy = accuracy,
                .scope = platform::EnergyScope::kSoc};
}

// S0 12 J, D0 8 J, D1 4 J, all at 90 %.
GainInputs Inputs() {
  return GainInputs{.static_gpu = CornerOf(12, 0.9),
                    .dynamic_gpu_first = CornerOf(8, 0.9),
                    .dynamic_gpu = CornerOf(4, 0.9),
                    .missing = ""};
}

TEST(GainTest, IsTheProductOfItsThreeCauses) {
  const Gain gain = ComputeGain(Inputs(), CornerOf(1, 0.9));
  EXPECT_EQ(gain.algorithm, 1.5);   // 12 / 8
  EXPECT_EQ(gain.data_type, 2);     // 8 / 4
  EXPECT_EQ(gain.architecture, 4);  // 4 / 1
  EXPECT_EQ(gain.total, 12);        // 12 / 1 = 1.5 * 2 * 4
  EXPECT_EQ(gain.reason, "");
}

TEST(GainTest, OfAWorseCandidateIsBelowOne) {
  const Gain gain = ComputeGain(Inputs(), CornerOf(16, 0.95));
  EXPECT_EQ(gain.architecture, 0.25);  // 4 / 16
  EXPECT_EQ(gain.total, 0.75);         // 12 / 16
}

TEST(GainTest, IsAbsentBelowTheBaselinesAccuracy) {
  const Gain gain = ComputeGain(Inputs(), CornerOf(1, 0.8999));
  EXPECT_FALSE(gain.total.has_value());
  EXPECT_FALSE(gain.algorithm.has_value());
  EXPECT_EQ(gain.reason, "below baseline accuracy");
}

TEST(GainTest, RefusesAnotherEnergyScope) {
  Corner candidate = CornerOf(1, 0.9);
  candidate.scope = platform::EnergyScope::kCore;
  const Gain gain = ComputeGain(Inputs(), candidate);
  EXPECT_FALSE(gain.total.has_value());
  EXPECT_EQ(gain.reason,
            "energy scopes differ: the candidate's is core, the baseline's is "
            "soc");
}

TEST(GainTest, SaysWhyThereIsNoBaseline) {
  GainInputs inputs;
  inputs.missing = "no candidate of the study has all stages on a GPU";
  const Gain gain = ComputeGain(inputs, CornerOf(1, 0.9));
  EXPECT_FALSE(gain.total.has_value());
  EXPECT_EQ(gain.reason, inputs.missing);
}

TEST(GainTest, KeepsTheTotalWithoutADynamicCorner) {
  GainInputs inputs = Inputs();
  inputs.dynamic_gpu.reset();
  inputs.missing = "no dynamic GPU candidate of int8";
  const Gain gain = ComputeGain(inputs, CornerOf(1, 0.9));
  EXPECT_EQ(gain.total, 12);
  EXPECT_EQ(gain.algorithm, 1.5);
  EXPECT_FALSE(gain.data_type.has_value());
  EXPECT_FALSE(gain.architecture.has_value());
  EXPECT_EQ(gain.reason, inputs.missing);
}

TEST(GainTest, RefusesAnEnergyOfNothing) {
  EXPECT_EQ(ComputeGain(Inputs(), CornerOf(0, 0.9)).reason,
            "an energy is not positive");
}

TEST(GainTest, IsPrintedWithItsErrorBand) {
  EXPECT_EQ(GainJson(ComputeGain(Inputs(), CornerOf(1, 0.9))).ToString(),
            R"({"total": 12, "algorithm": 1.5, "data_type": 2, )"
            R"("architecture": 4, "reason": null, )"
            R"("error_band": "unvalidated"})");
}

}  // namespace
}  // namespace dynarch::report
