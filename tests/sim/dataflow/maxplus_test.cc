#include "sim/dataflow/maxplus.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

using ::testing::ElementsAre;

MaxPlusMatrix MatrixOf(int rows, int columns,
                       const std::vector<int64_t>& entries) {
  MaxPlusMatrix matrix(rows, columns);
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) {
      matrix.at(i, j) = entries[static_cast<size_t>(i * columns + j)];
    }
  }
  return matrix;
}

TEST(MaxPlusTest, ProductAddsAndTakesTheMaximum) {
  const MaxPlusMatrix a = MatrixOf(2, 2, {1, 4, kNever, 2});
  const MaxPlusVector x = {10, 5};
  // max(1 + 10, 4 + 5) and 2 + 5.
  EXPECT_THAT(*Product(a, x), ElementsAre(11, 7));
  // a a: [max(1+1, never), max(1+4, 4+2)], [never, 2+2].
  EXPECT_EQ(*Product(a, a), MatrixOf(2, 2, {2, 6, kNever, 4}));
  EXPECT_EQ(*Product(a, MaxPlusMatrix::Identity(2)), a);
}

TEST(MaxPlusTest, NeverStaysNever) {
  const MaxPlusMatrix a = MatrixOf(1, 2, {kNever, kNever});
  EXPECT_THAT(*Product(a, MaxPlusVector{0, 0}), ElementsAre(kNever));
  EXPECT_EQ(*MaxPlusSum(kNever, kMaxPlusLimit), kNever);
}

TEST(MaxPlusTest, SumsPastTheLimitAreOutOfRange) {
  EXPECT_EQ(*MaxPlusSum(kMaxPlusLimit - 1, 1), kMaxPlusLimit);
  EXPECT_EQ(MaxPlusSum(kMaxPlusLimit, 1).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(MaxPlusSum(-kMaxPlusLimit, -kMaxPlusLimit).status().code(),
            absl::StatusCode::kOutOfRange);
  const MaxPlusMatrix a = MatrixOf(1, 1, {kMaxPlusLimit});
  EXPECT_EQ(Product(a, MaxPlusVector{kMaxPlusLimit}).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Product(a, a).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(MaxPlusTest, SizesMustFit) {
  const MaxPlusMatrix a(2, 3);
  EXPECT_EQ(Product(a, MaxPlusVector{0}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Product(a, a).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(EntrywiseMax(a, MaxPlusMatrix(3, 2)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Eigenvalue(a).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(MaxPlusTest, NormalisingPutsTheLargestEntryAtZero) {
  MaxPlusVector x = {3, kNever, 5};
  EXPECT_EQ(Normalise(x), 5);
  EXPECT_THAT(x, ElementsAre(-2, kNever, 0));
  MaxPlusVector never = {kNever};
  EXPECT_EQ(Normalise(never), kNever);
  EXPECT_THAT(never, ElementsAre(kNever));
  EXPECT_EQ(Norm(MaxPlusVector{}), kNever);
}

TEST(MaxPlusTest, EntrywiseMaximum) {
  EXPECT_EQ(*EntrywiseMax(MatrixOf(1, 2, {1, kNever}), MatrixOf(1, 2, {0, 7})),
            MatrixOf(1, 2, {1, 7}));
}

TEST(MaxPlusTest, EigenvalueIsTheLargestMeanOfACycle) {
  // Cycles: 0 alone 3; 0, 1 (4 + 3) / 2.
  EXPECT_EQ(**Eigenvalue(MatrixOf(2, 2, {3, 4, 3, kNever})), Rational(7, 2));
  // Two components, 1 and 2.
  EXPECT_EQ(**Eigenvalue(MatrixOf(2, 2, {1, kNever, 50, 2})), Rational(2));
  // Negative means count too.
  EXPECT_EQ(**Eigenvalue(MatrixOf(1, 1, {-3})), Rational(-3));
  EXPECT_FALSE(
      Eigenvalue(MatrixOf(2, 2, {kNever, 1, kNever, kNever}))->has_value());
  EXPECT_FALSE(Eigenvalue(MaxPlusMatrix())->has_value());
}

TEST(MaxPlusTest, EigenvalueOfLargestEntriesIsExact) {
  const int64_t most = kMaxPlusLimit;
  EXPECT_EQ(**Eigenvalue(MatrixOf(2, 2, {kNever, most, most - 1, kNever})),
            Rational(2 * BigInt(most) - 1, 2));
}

}  // namespace
}  // namespace dynarch::dataflow
