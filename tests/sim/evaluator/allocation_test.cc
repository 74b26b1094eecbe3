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

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace dynarch {
namespace {

TEST(EvaluateRowTest, AllocatesNothingOnceTheScenariosAreCosted) {
  testing::ExampleOptions options;
  options.period_us = 50'000;  // Every inference alone.
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

}  // namespace
}  // namespace dynarch
