// The example network on a GPU platform and an NPU, small enough to enumerate.
#ifndef DYNARCH_TESTS_CLIENT_REPORT_DIGITS_STUDY_H_
#define DYNARCH_TESTS_CLIENT_REPORT_DIGITS_STUDY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sim/evaluator.h"

namespace dynarch::report {

// What a test varies; texts of the study file.
struct DigitsStudy {
  std::string baseline = "best_gpu";
  std::string platforms = "[jetson_xavier_nx, npu_16x16]";
  std::string elements = "[cpu, gpu, npu]";
  std::string thresholds = "[0.5, 0.88, 0.94, never]";
  std::string constraint = "deadline_miss_ratio <= 0.1 %";
};

absl::StatusOr<std::unique_ptr<Evaluator>> MakeEvaluator(
    const DigitsStudy& study);

}  // namespace dynarch::report

#endif  // DYNARCH_TESTS_CLIENT_REPORT_DIGITS_STUDY_H_
