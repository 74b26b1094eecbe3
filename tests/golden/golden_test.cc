// Exact bytes of a study's results, at both fidelities.
//
// Built twice: as the rest of the tree, and with every source of sim/ at -O0;
// and run a third time with FMA and AVX2 switched off in libm. All three must
// print the committed file (docs/semantics.md, 1.3).
//
// If a number moves on purpose, remake the file and say in the commit which
// and why:
//
//   DYNARCH_UPDATE_GOLDEN=1 ctest -R '^golden_test$'
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "sim/evaluator.h"
#include "tests/testing/example_study.h"

namespace dynarch {
namespace {

constexpr int kCandidates = 17;  // Per period.
constexpr char kFile[] = DYNARCH_SOURCE_DIR "/tests/golden/example_study.txt";

// Values by path, so that a line explains itself.
std::string NameOf(const study::StudySpec& spec,
                   const space::Candidate& candidate) {
  std::string name;
  const auto& parameters = spec.space.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    absl::StrAppend(&name, i == 0 ? "" : " ", "'",
                    parameters[i].values[candidate.digits[i]], "'");
  }
  return name;
}

// Metrics as hexadecimal doubles; energies and times of the breakdown as whole
// numbers.
std::string Lines(const measurement::Measurement& m) {
  std::string lines;
  if (m.state != measurement::TrialState::kSucceeded) {
    return absl::StrCat("  ", measurement::NameOf(m.state), " ", m.reason,
                        "\n");
  }
  absl::StrAppend(&lines, "  ", m.fidelity, "\n");
  for (const measurement::MetricInfo& info : measurement::AllMetrics()) {
    const std::optional<double> value = m.metrics.Get(info.metric);
    absl::StrAppend(&lines, "    ", info.json_name, " ",
                    value ? absl::StrFormat("%a", *value) : "-", "\n");
  }
  std::ostringstream energy;
  energy << m.totals.total_energy.value();
  absl::StrAppend(&lines, "    total ", energy.str(), " zJ in ",
                  m.totals.window.value(), " ps, busy ", m.totals.busy.value(),
                  " ps\n");
  return lines;
}

std::string Results(int64_t period_us) {
  testing::ExampleOptions options;
  options.inferences = 2'000;
  options.period_us = period_us;
  options.deadline_us = period_us;
  const auto spec = testing::ExampleStudy(options);
  const auto evaluator = Evaluator::Create(spec);
  if (!evaluator.ok()) return std::string(evaluator.status().message());
  std::string text = absl::StrCat("# period ", period_us, " us\n");
  const int64_t valid = spec->space.valid_count();
  for (int64_t i = 0; i < kCandidates; ++i) {
    // Evenly over the space, the last platform included; moved a little, so
    // that every digit varies.
    const int64_t rank = (i + 1) * valid / kCandidates - 1 - 5 * i;
    const int64_t index = spec->space.ValidIndexAt(rank);
    const space::Candidate candidate = spec->space.At(index);
    absl::StrAppend(&text, index, " ", NameOf(*spec, candidate), "\n");
    for (const study::Fidelity fidelity :
         {study::Fidelity::kAnalytical, study::Fidelity::kEvent}) {
      const auto m = (*evaluator)->Evaluate(candidate, fidelity);
      absl::StrAppend(&text, m.ok() ? Lines(*m) : m.status().ToString());
    }
  }
  return text;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The first line that differs, with the candidate it belongs to.
std::string FirstDifference(const std::string& want, const std::string& got) {
  std::istringstream want_lines(want);
  std::istringstream got_lines(got);
  std::string candidate;
  std::string w;
  std::string g;
  for (int number = 1;; ++number) {
    const bool more_want = static_cast<bool>(std::getline(want_lines, w));
    const bool more_got = static_cast<bool>(std::getline(got_lines, g));
    if (!more_want && !more_got) return "";
    if (!more_want) w = "(end of file)";
    if (!more_got) g = "(end of results)";
    if (w != g) {
      return absl::StrCat("line ", number, ", ", candidate, "\n  file:    ", w,
                          "\n  results: ", g);
    }
    if (!w.empty() && w[0] != ' ') candidate = w;
  }
}

TEST(GoldenTest, TheExampleStudyHasTheCommittedBytes) {
  // 20 ms: alone; 2 ms: slow platforms queue; 300 us: most are overloaded.
  const std::string got =
      absl::StrCat(Results(20'000), Results(2'000), Results(300));
  if (std::getenv("DYNARCH_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kFile) << got;
    GTEST_SKIP() << "wrote " << kFile;
  }
  EXPECT_EQ(FirstDifference(ReadFile(kFile), got), "")
      << "If this is meant: DYNARCH_UPDATE_GOLDEN=1 ctest -R '^golden_test$', "
         "and say in the commit which number moved and why.";
}

// What the file must hold to be worth its name.
TEST(GoldenTest, TheCommittedFileCoversEveryRegime) {
  const std::string text = ReadFile(kFile);
  for (const char* part :
       {"analytical", "event", "latency_p99_s -", "energy_mean_j -",
        "infeasible unsupported_data_type", "stable 0x0p+0", "stable 0x1p+0"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace dynarch
