#include "sim/base/units.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <type_traits>

namespace dynarch {
namespace {

template <typename A, typename B>
concept CanAdd = requires(A a, B b) {
  a + b;
};

// docs/semantics.md, 1: no silent way from one unit to another.
static_assert(!std::is_convertible_v<Cycles, int64_t>);
static_assert(!std::is_convertible_v<int64_t, Cycles>);
static_assert(!CanAdd<Cycles, Picoseconds>);
static_assert(CanAdd<Picoseconds, Picoseconds>);

TEST(QuantityTest, AddsSubtractsScalesAndCompares) {
  Picoseconds time(5);
  time += Picoseconds(3);
  time -= Picoseconds(1);
  EXPECT_EQ(time, Picoseconds(7));
  EXPECT_EQ(time + Picoseconds(1), Picoseconds(8));
  EXPECT_EQ(time - Picoseconds(9), Picoseconds(-2));
  EXPECT_EQ(2 * time, Picoseconds(14));
  EXPECT_EQ(time * 3, Picoseconds(21));
  EXPECT_LT(Picoseconds(6), time);
  EXPECT_EQ(Picoseconds(), Picoseconds(0));
}

TEST(ClockTest, RoundsUpToThePicosecond) {
  // 3 cycles of 500 MHz: 3 x 2 ns.
  EXPECT_EQ(Clock(Hertz(500'000'000)).ToTime(Cycles(3)), Picoseconds(6'000));
  // 1 cycle of 3 Hz: 10^12 / 3 = 333333333333.33 ps, rounded up.
  EXPECT_EQ(Clock(Hertz(3)).ToTime(Cycles(1)), Picoseconds(333'333'333'334));
  EXPECT_EQ(Clock(Hertz(3)).ToTime(Cycles(0)), Picoseconds(0));
}

TEST(TimeAtTest, ConvertsThrough128Bits) {
  // 64 GiB x 10^12 passes 64 bits: 2^36 B at 10^9 B/s is 68.719476736 s.
  EXPECT_EQ(TimeAt(Bytes(int64_t{1} << 36), BytesPerSecond(1'000'000'000)),
            Picoseconds(68'719'476'736'000));
  // 1 B at 3 B/s: a third of a second, rounded up.
  EXPECT_EQ(TimeAt(Bytes(1), BytesPerSecond(3)), Picoseconds(333'333'333'334));
}

TEST(ZeptojoulesTest, PowerTimesTimeIsExact) {
  // 1 nW x 1 ps = 10^-9 W x 10^-12 s = 10^-21 J.
  EXPECT_EQ(Nanowatts(1) * Picoseconds(1), Zeptojoules(1));
  // 300 W for an hour: 3e11 nW x 3.6e15 ps = 1.08e27 zJ, beyond 64 bits.
  const Zeptojoules hour =
      Nanowatts(300'000'000'000) * Picoseconds(3'600'000'000'000'000);
  EXPECT_EQ(hour.value(), absl::int128(1'080'000'000) *
                              absl::int128(1'000'000'000) *
                              absl::int128(1'000'000'000));
  EXPECT_EQ(ToZeptojoules(Femtojoules(-2)), Zeptojoules(-2'000'000));
  EXPECT_EQ(Picoseconds(2) * Nanowatts(3), Zeptojoules(6));
}

TEST(ZeptojoulesTest, AddsSubtractsAndCompares) {
  Zeptojoules energy(10);
  energy += Zeptojoules(5);
  energy -= Zeptojoules(1);
  EXPECT_EQ(energy, Zeptojoules(14));
  EXPECT_NE(energy, Zeptojoules(13));
  EXPECT_LT(Zeptojoules(13), energy);
  EXPECT_LE(energy, energy);
  EXPECT_EQ(energy * 2, Zeptojoules(28));
}

TEST(BorderTest, SecondsJoulesAndWattsAreTheNearestDouble) {
  // A literal is the double nearest to its decimal value.
  EXPECT_EQ(ToSeconds(Picoseconds(33'000'000'000)), 0.033);
  EXPECT_EQ(ToSeconds(Picoseconds(1)), 1e-12);
  EXPECT_EQ(ToSeconds(Picoseconds(-1)), -1e-12);
  EXPECT_EQ(ToSeconds(Picoseconds(0)), 0.0);
  EXPECT_EQ(ToWatts(Nanowatts(123'456'789)), 0.123456789);
  EXPECT_EQ(ToJoules(Zeptojoules(1)), 1e-21);
  EXPECT_EQ(ToSeconds(Picoseconds(std::numeric_limits<int64_t>::max())),
            9223372.036854775807);
  EXPECT_EQ(ToSeconds(Picoseconds(std::numeric_limits<int64_t>::min())),
            -9223372.036854775808);
}

TEST(BorderTest, RoundsOnceWhereConvertingAndThenDividingRoundsTwice) {
  // Above 2^53 ps the integer itself is no double. The reference is the
  // decimal text, which std::strtod rounds correctly.
  int differs = 0;
  for (int64_t i = 0; i < 1000; ++i) {
    const int64_t ps = (int64_t{1} << 53) + 3 * i + 1;
    char text[64];
    std::snprintf(text, sizeof(text), "%lld.%012lld",
                  static_cast<long long>(ps / 1'000'000'000'000),
                  static_cast<long long>(ps % 1'000'000'000'000));
    EXPECT_EQ(ToSeconds(Picoseconds(ps)), std::strtod(text, nullptr)) << text;
    if (ToSeconds(Picoseconds(ps)) != static_cast<double>(ps) / 1e12) ++differs;
  }
  EXPECT_GT(differs, 0);
}

TEST(BorderTest, TakesTotalsBeyond64Bits) {
  // 2^100 zJ = 1267650600.228229401496703205376 J.
  EXPECT_EQ(ToJoules(Zeptojoules(absl::int128(1) << 100)),
            1267650600.228229401496703205376);
}

}  // namespace
}  // namespace dynarch
