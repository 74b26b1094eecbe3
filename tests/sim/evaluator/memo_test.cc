#include "sim/evaluator/memo.h"

#include <string>

#include "gtest/gtest.h"

namespace dynarch::evaluator {
namespace {

// A small key space is an array, a large one a map: the same behaviour.
class MemoTest : public ::testing::TestWithParam<int64_t> {};

TEST_P(MemoTest, FindsWhatWasPut) {
  Memo<std::string> memo(GetParam(), /*limit=*/10);
  EXPECT_EQ(memo.Find(3), nullptr);
  EXPECT_EQ(memo.Put(3, "three"), "three");
  EXPECT_EQ(memo.Put(GetParam() - 1, "last"), "last");
  ASSERT_NE(memo.Find(3), nullptr);
  EXPECT_EQ(*memo.Find(3), "three");
  EXPECT_EQ(*memo.Find(GetParam() - 1), "last");
  EXPECT_EQ(memo.Find(4), nullptr);
}

TEST_P(MemoTest, DropsAllWhenItIsFull) {
  Memo<int> memo(GetParam(), /*limit=*/2);
  memo.Put(0, 10);
  memo.Put(1, 11);
  memo.Put(2, 12);
  EXPECT_EQ(memo.Find(0), nullptr);
  EXPECT_EQ(memo.Find(1), nullptr);
  ASSERT_NE(memo.Find(2), nullptr);
  EXPECT_EQ(*memo.Find(2), 12);
}

INSTANTIATE_TEST_SUITE_P(KeySpaces, MemoTest,
                         ::testing::Values(100, int64_t{1} << 40));

}  // namespace
}  // namespace dynarch::evaluator
