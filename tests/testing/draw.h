// Draws of rapidcheck in short form. Only inside a property or a generator.
#ifndef DYNARCH_TESTS_TESTING_DRAW_H_
#define DYNARCH_TESTS_TESTING_DRAW_H_

#include <cstdint>

#include "rapidcheck.h"

namespace dynarch::testing {

// Uniform in [low, high], whatever rapidcheck's size; shrinks towards `low`.
inline int64_t Draw(int64_t low, int64_t high) {
  return *rc::gen::resize(rc::kNominalSize,
                          rc::gen::inRange<int64_t>(low, high + 1));
}

// True once in `n`; shrinks towards false.
inline bool OneIn(int64_t n) { return Draw(0, n - 1) == n - 1; }

}  // namespace dynarch::testing

#endif  // DYNARCH_TESTS_TESTING_DRAW_H_
