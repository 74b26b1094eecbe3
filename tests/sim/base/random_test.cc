#include "sim/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>
#include <vector>

namespace dynarch {
namespace {

using Block = std::array<uint32_t, 4>;

// kat_vectors of the authors' Random123 distribution, "philox4x32 10".
TEST(PhiloxTest, KnownAnswers) {
  EXPECT_EQ(Philox4x32({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(Philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStreamTest, EqualKeysGiveEqualNumbers) {
  const RandomKey key = {.seed = 7,
                         .replication = 2,
                         .purpose = RandomPurpose::kArrivals,
                         .index = 9};
  RandomStream a(key), b(key);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.Next32(), b.Next32());
}

TEST(RandomStreamTest, EveryPartOfTheKeyMatters) {
  const RandomKey base = {.seed = 7, .replication = 0};
  RandomKey seed = base, high_seed = base, replication = base, purpose = base,
            index = base, high_index = base;
  seed.seed = 8;
  high_seed.seed = 7 + (uint64_t{1} << 32);
  replication.replication = 1;
  purpose.purpose = RandomPurpose::kSearch;
  index.index = 1;
  high_index.index = uint64_t{1} << 32;
  std::set<uint64_t> first;
  for (const RandomKey& key :
       {base, seed, high_seed, replication, purpose, index, high_index}) {
    first.insert(RandomStream(key).Next64());
  }
  EXPECT_EQ(first.size(), 7u);
}

TEST(RandomStreamTest, ANumberDependsOnItsPlaceAlone) {
  RandomStream words({.seed = 1}), pairs({.seed = 1});
  for (int i = 0; i < 10; ++i) {
    const uint64_t low = words.Next32();
    const uint64_t high = words.Next32();
    EXPECT_EQ(pairs.Next64(), low | high << 32);
  }
}

TEST(UniformBelowTest, StaysBelowAndReachesAll) {
  RandomStream random({.seed = 5});
  std::vector<int> count(7, 0);
  constexpr int kDraws = 70'000;
  for (int i = 0; i < kDraws; ++i) ++count[random.UniformBelow(7)];
  // Binomial(70000, 1/7): mean 10000, deviation sqrt(70000 x 6/49) = 92.6;
  // the seed is fixed, five deviations.
  for (const int n : count) EXPECT_NEAR(n, 10'000, 463);
}

TEST(UniformBelowTest, IsUnbiasedWhereAModuloIsNot) {
  // Bound 3 x 2^62: 2^64 mod bound = 2^62, so a modulo would give the lowest
  // third half of all draws; unbiased, a third.
  constexpr uint64_t kThird = uint64_t{1} << 62;
  RandomStream random({.seed = 6});
  int low = 0;
  for (int i = 0; i < 30'000; ++i) {
    const uint64_t draw = random.UniformBelow(3 * kThird);
    ASSERT_LT(draw, 3 * kThird);
    if (draw < kThird) ++low;
  }
  // Mean 10000, deviation sqrt(30000 x 2/9) = 81.6; five deviations.
  EXPECT_NEAR(low, 10'000, 408);
}

TEST(UniformBelowTest, OneHasOneValue) {
  RandomStream random({.seed = 5});
  EXPECT_EQ(random.UniformBelow(1), 0u);
}

TEST(UniformDoubleTest, IsAMultipleOfTwoToMinus53InTheUnitInterval) {
  RandomStream random({.seed = 8});
  double sum = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.UniformDouble();
    ASSERT_GE(x, 0.0);
    ASSERT_LT(x, 1.0);
    ASSERT_EQ(static_cast<double>(static_cast<int64_t>(x * 0x1p53)),
              x * 0x1p53);
    sum += x;
  }
  // Mean 1/2, deviation of the mean 1 / sqrt(12 x 100000) = 0.00091; five.
  EXPECT_NEAR(sum / kDraws, 0.5, 0.0046);
}

}  // namespace
}  // namespace dynarch
