// The example study over the catalogue: client/examples/digits.yaml.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/io/study_reader.h"
#include "sim/space/design_space.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using ::testing::Contains;

space::DesignSpace DigitsSpace() {
  io::StudyOptions options;
  options.catalog = DYNARCH_SOURCE_DIR "/sim/catalog";
  const auto loaded =
      io::LoadStudy(DYNARCH_SOURCE_DIR "/client/examples/digits.yaml", options);
  EXPECT_OK(loaded);
  auto spec = io::Compile(*loaded);
  EXPECT_OK(spec);
  return std::move(spec->space);
}

// By platform: placements of three stages x types x points x power policies.
//   jetson_tx2        2^3 * 2 * 3 * 3 = 144
//   jetson_xavier_nx  2^3 * 2 * 3 * 3 = 144
//   raspberry_pi_4      1 * 2 * 3 * 2 =  12   (nothing power-gates)
//   stm32l4r5           1 * 1 * 2 * 3 =   6   (neither fp32 nor 26 MHz)
//   gap9              2^3 * 2 * 2 * 3 =  96
//   npu_16x16         2^3 * 2 * 2 * 3 =  96
// 498, times 19 thresholds (0.49 to 1.00 by 0.03, and never) of two exits. Of 6
// platforms, 2 types, 4^3 placements, 16 points and 3 policies in all.
TEST(DigitsStudyTest, HasTheStatedNumberOfCandidates) {
  const space::DesignSpace space = DigitsSpace();
  EXPECT_EQ(space.size(), 6LL * 2 * 64 * 16 * 3 * 19 * 19);
  EXPECT_EQ(space.valid_count(), 498 * 19 * 19);
  EXPECT_GE(space.valid_count(), 100'000);
  EXPECT_LE(space.valid_count(), 200'000);
}

// The static corner needs `never`; thresholds last keep ranges long.
TEST(DigitsStudyTest, BothThresholdsComeLastAndCanBeNever) {
  const space::DesignSpace space = DigitsSpace();
  const auto& parameters = space.parameters();
  ASSERT_GE(parameters.size(), 2u);
  for (size_t i = parameters.size() - 2; i < parameters.size(); ++i) {
    EXPECT_EQ(parameters[i].slot.target, space::Slot::Target::kThreshold);
    EXPECT_THAT(parameters[i].values, Contains("never"));
  }
  for (const space::IndexRange& range : space.valid_ranges()) {
    EXPECT_EQ(range.size() % (19 * 19), 0);
  }
}

}  // namespace
}  // namespace dynarch::catalog
