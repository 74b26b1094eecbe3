// A study of usual size, made of plain values: for golden results and
// benchmarks, which must not move with catalogue or readers.
#ifndef DYNARCH_TESTS_TESTING_EXAMPLE_STUDY_H_
#define DYNARCH_TESTS_TESTING_EXAMPLE_STUDY_H_

#include <cstdint>
#include <memory>

#include "sim/study/study_spec.h"

namespace dynarch::testing {

struct ExampleOptions {
  int64_t inferences = 10'000;
  int64_t period_us = 2'000;
  int64_t deadline_us = 2'000;
  study::Fidelity fidelity = study::Fidelity::kAnalytical;
};

// A CNN of three exits on 8 x 8 images; four platforms: CPU and GPU over one
// memory, a microcontroller, a systolic array behind a link, and a machine of
// measured stages; two data types, an element per stage, operating points,
// power policies, thresholds of both early exits. The trace is drawn from a
// fixed stream: 500 samples of each split and type. Every metric is stored.
std::shared_ptr<study::StudySpec> ExampleStudy(
    const ExampleOptions& options = {});

}  // namespace dynarch::testing

#endif  // DYNARCH_TESTS_TESTING_EXAMPLE_STUDY_H_
