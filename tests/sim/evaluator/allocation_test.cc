// Counts what is taken from the heap: a sweep must take nothing once its
// machines are costed.
#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "gtest/gtest.h"
#include "sim/evaluator.h"
#include "tests/testing/example_study.h"

namespace {
std::atomic<int64_t> allocations{0};
}  // namespace

// Not inlined, for then gcc 12 takes the malloc inside for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace dynarch {
namespace {

// Argument: the period in microseconds. At 50 ms every inference is alone, at
// 2 ms slow platforms queue, at 300 us most are overloaded.
class EvaluateRowTest : public ::testing::TestWithParam<int64_t> {};

TEST_P(EvaluateRowTest, AllocatesNothingOnceTheScenariosAreCosted) {
  testing::ExampleOptions options;
  options.period_us = GetParam();
  const auto spec = testing::ExampleStudy(options);
  const auto evaluator = *Evaluator::Create(spec);
  std::vector<double> row(spec->metrics.size());
  absl::string_view reason;
  const auto sweep = [&] {
    for (int64_t rank = 0; rank < spec->space.valid_count(); rank += 13) {
      evaluator->EvaluateRow(spec->space.ValidIndexAt(rank),
                             absl::MakeSpan(row), &reason);
    }
  };
  const int64_t start = allocations;
  sweep();
  const int64_t costed = allocations;
  EXPECT_GT(costed, start);  // The counter counts.
  sweep();
  EXPECT_EQ(allocations, costed);
}

INSTANTIATE_TEST_SUITE_P(Loads, EvaluateRowTest,
                         ::testing::Values(50'000, 2'000, 300));

}  // namespace
}  // namespace dynarch
