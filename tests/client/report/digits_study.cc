#include "tests/client/report/digits_study.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/io/file.h"
#include "sim/io/study_reader.h"

namespace dynarch::report {

absl::StatusOr<std::unique_ptr<Evaluator>> MakeEvaluator(
    const DigitsStudy& study) {
  const std::string source = DYNARCH_SOURCE_DIR;
  const std::string examples = absl::StrCat(source, "/client/examples/");
  const std::string text = absl::StrCat(
      "network: ", examples, "digits_three_exits.yaml\n",
      "behavior: {trace: ", examples, "digits.csv}\n",
      "workload: {arrivals: {periodic: 33 ms}, deadline: 33 ms, "
      "inferences: 1000, seed: 7}\n",
      "baseline: ", study.baseline, "\nspace:\n  platform: ", study.platforms,
      "\n  network.dtype: [fp32, int8]\n",
      "  mapping.stages: {each: ", study.elements, "}\n",
      "  policy.power: [always_on, clock_gate]\n",
      "  decisions.exit1.threshold: ", study.thresholds,
      "\n  decisions.exit2.threshold: ", study.thresholds,
      "\nonly_if:\n  - platform has mapping.stages\n"
      "  - platform has policy.power\n  - platform has network.dtype\n",
      "objectives: {accuracy: maximize, energy_mean: minimize}\n",
      "constraints: [", study.constraint, "]\n");
  const std::string path =
      absl::StrCat(::testing::TempDir(), "/digits_", getpid(), ".yaml");
  DYNARCH_RETURN_IF_ERROR(io::WriteFile(path, text));
  io::StudyOptions options;
  options.catalog = absl::StrCat(source, "/sim/catalog");
  const absl::StatusOr<io::LoadedStudy> loaded = io::LoadStudy(path, options);
  std::remove(path.c_str());
  DYNARCH_RETURN_IF_ERROR(loaded.status());
  DYNARCH_ASSIGN_OR_RETURN(study::StudySpec spec, io::Compile(*loaded));
  return Evaluator::Create(
      std::make_shared<const study::StudySpec>(std::move(spec)));
}

}  // namespace dynarch::report
