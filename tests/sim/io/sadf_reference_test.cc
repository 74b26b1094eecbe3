// The published scenario-aware graphs: what ties their variants together, and
// two algorithms on each. Only where DYNARCH_REFERENCE_DIR is set.
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/dataflow/sadf_analysis.h"
#include "sim/dataflow/sadf_iterations.h"
#include "sim/io/sdf3_reader.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::dataflow::AnalyseThroughput;
using ::dynarch::dataflow::ProcessThroughput;
using ::dynarch::dataflow::Rational;
using ::dynarch::dataflow::SadfMethod;
using ::dynarch::dataflow::SadfOptions;
using ::dynarch::dataflow::SadfThroughput;
using ::dynarch::dataflow::ScenarioAwareGraph;

// Small enough for a test; the two graphs with many profiles do not close.
constexpr int64_t kStates = 1 << 16;

class SadfReferenceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::string(DYNARCH_REFERENCE_DIR).empty()) {
      GTEST_SKIP() << "no reference data: DYNARCH_REFERENCE_DIR is empty";
    }
  }

  static ScenarioAwareGraph Read(const std::string& name) {
    const auto file =
        ReadSdf3File((std::filesystem::path(DYNARCH_REFERENCE_DIR) /
                      "dataflow" / "sadf" / (name + ".xml"))
                         .string());
    EXPECT_OK(file);
    return file.ok() ? std::get<ScenarioAwareGraph>(file->graph)
                     : ScenarioAwareGraph();
  }

  static ProcessThroughput Of(const std::string& name,
                              const std::string& process) {
    const ScenarioAwareGraph graph = Read(name);
    const auto result = AnalyseThroughput(
        graph, {.max_states = kStates, .simulated_firings = 1'000'000});
    EXPECT_OK(result);
    const auto index = dataflow::ProcessNamed(graph, process);
    EXPECT_OK(index);
    return result.ok() && index.ok() ? result->processes[*index]
                                     : ProcessThroughput();
  }
};

// The slowest process of the MP3 decoder is a synthesis filter, 1863864 or
// 1866138 per granule (1865001 on average), two granules per frame.
TEST_F(SadfReferenceTest, Mp3FollowsItsSynthesisFilter) {
  const ProcessThroughput full = Of("mp3", "Huffman");
  EXPECT_EQ(full.worst_case, Rational(1, 2 * 1866138));
  EXPECT_TRUE(full.worst_case_exact);
  EXPECT_EQ(Of("mp3_worst_case_sdf", "Huffman").expected_fraction,
            full.worst_case);
  const ProcessThroughput averaged = Of("mp3_averaged", "Huffman");
  EXPECT_EQ(averaged.expected_fraction, Rational(1, 2 * 1865001));
  EXPECT_EQ(Of("mp3_converted_sdf", "Huffman").expected_fraction,
            averaged.expected_fraction);
  // Two channels of independent times are joined: never faster than their mean,
  // never slower than the worst.
  EXPECT_FALSE(full.expected_exact);
  EXPECT_LT(full.expected, averaged.expected + 2 * full.expected_error);
  EXPECT_GT(full.expected, full.worst_case->ToDouble());
  // Fewer frames at once are never faster.
  EXPECT_LE(Of("mp3_averaged_pd1", "Huffman").expected,
            Of("mp3_averaged_pd2", "Huffman").expected);
  EXPECT_LE(Of("mp3_averaged_pd2", "Huffman").expected,
            averaged.expected * (1 + 1e-12));
}

TEST_F(SadfReferenceTest, Mpeg4VariantsBoundEachOther) {
  const ProcessThroughput full = Of("mpeg4_sp", "FD");
  const ProcessThroughput maximised = Of("mpeg4_sp_maximized", "FD");
  const ProcessThroughput averaged = Of("mpeg4_sp_averaged", "FD");
  EXPECT_EQ(full.worst_case, maximised.worst_case);
  EXPECT_EQ(full.worst_case,
            Of("mpeg4_sp_worst_case_sdf", "FD").expected_fraction);
  EXPECT_EQ(averaged.worst_case,
            Of("mpeg4_sp_converted_sdf", "FD").expected_fraction);
  EXPECT_LT(maximised.expected, full.expected);
  EXPECT_FALSE(full.expected_exact);
  EXPECT_TRUE(averaged.expected_exact);
  EXPECT_TRUE(maximised.expected_exact);
  // Times that vary cost throughput where branches join.
  EXPECT_LT(full.expected, averaged.expected + 2 * full.expected_error);
  const ProcessThroughput pd1 = Of("mpeg4_sp_averaged_pd1", "FD");
  const ProcessThroughput pd2 = Of("mpeg4_sp_averaged_pd2", "FD");
  EXPECT_LE(pd1.expected, pd2.expected);
  EXPECT_LE(pd2.expected, averaged.expected);
}

// Output takes 5 per token and 50 tokens per turn of Input, which with Process
// (25 tokens a firing, at most 13) is never slower.
TEST_F(SadfReferenceTest, ExtendedSdfFollowsItsOutput) {
  EXPECT_EQ(Of("extended_sdf", "Output").expected_fraction, Rational(1, 5));
  EXPECT_EQ(Of("extended_sdf", "Input").expected_fraction, Rational(1, 250));
}

// B takes 2 or 3, 0.3 to 0.7, and never waits: 2.7; A fires twice for three.
TEST_F(SadfReferenceTest, Problem13aFollowsItsReader) {
  EXPECT_EQ(Of("problem13a", "A").expected_fraction, Rational(20, 81));
  EXPECT_EQ(Of("problem13a", "B").expected_fraction, Rational(10, 27));
}

TEST_F(SadfReferenceTest, TimedStatesAndIterationsAgree) {
  int compared = 0;
  for (const char* name :
       {"ce_converted_csdf", "example1", "example2", "mpeg4_sp",
        "mpeg4_sp_averaged", "mpeg4_sp_averaged_pd1", "mpeg4_sp_averaged_pd2",
        "mpeg4_sp_maximized", "problem19"}) {
    SCOPED_TRACE(name);
    const ScenarioAwareGraph graph = dataflow::WithSingleTimes(
        Read(name), dataflow::ProfileChoice::kLargest);
    SadfOptions options = {.max_states = kStates};
    options.method = SadfMethod::kTimedStates;
    const auto timed = AnalyseThroughput(graph, options);
    ASSERT_OK(timed);
    options.method = SadfMethod::kIterations;
    const auto matrices = AnalyseThroughput(graph, options);
    if (!matrices.ok()) {
      ADD_FAILURE() << matrices.status();
      continue;
    }
    for (size_t p = 0; p < graph.processes.size(); ++p) {
      const ProcessThroughput& a = timed->processes[p];
      const ProcessThroughput& b = matrices->processes[p];
      EXPECT_EQ(a.worst_case, b.worst_case);
      EXPECT_TRUE(a.expected_exact && b.expected_exact);
      EXPECT_NEAR(a.expected, b.expected,
                  a.expected_error + b.expected_error + 1e-13 * a.expected);
      ++compared;
    }
  }
  EXPECT_GT(compared, 30);
}

}  // namespace
}  // namespace dynarch::io
