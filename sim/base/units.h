// Quantities as types: simulated time, energy, power, sizes and rates.
//
// Simulated time, energy and power are integers (docs/semantics.md, 1), so
// every sum is exact and the same on every machine. A quantity converts to and
// from its number only by name: `Picoseconds(5)` in, `.value()` out, and
// `.value()` belongs at a border (proto, SQL, print).
#ifndef DYNARCH_SIM_BASE_UNITS_H_
#define DYNARCH_SIM_BASE_UNITS_H_

#include <compare>
#include <cstdint>

#include "absl/numeric/int128.h"

namespace dynarch {

// A number of type `Rep` in the unit that `Tag` names.
//
// Quantities of one unit add, subtract and compare, and scale by whole
// numbers. Overflow is the caller's to exclude: readers bound what they accept
// (see `kMax...` in the modules that read), totals use a wider quantity.
template <typename Tag, typename Rep>
class Quantity {
 public:
  using rep = Rep;
  constexpr Quantity() = default;
  constexpr explicit Quantity(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }

  friend constexpr auto operator<=>(const Quantity&, const Quantity&) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    return Quantity(a.value_ + b.value_);
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    return Quantity(a.value_ - b.value_);
  }
  friend constexpr Quantity operator*(Quantity a, int64_t n) {
    return Quantity(a.value_ * n);
  }
  friend constexpr Quantity operator*(int64_t n, Quantity a) { return a * n; }
  constexpr Quantity& operator+=(Quantity other) {
    value_ += other.value_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value_ -= other.value_;
    return *this;
  }

 private:
  Rep value_{};
};

using Picoseconds = Quantity<struct PicosecondTag, int64_t>;  // simulated time
using Cycles = Quantity<struct CycleTag, int64_t>;  // of one clock domain
using Hertz = Quantity<struct HertzTag, int64_t>;   // clock frequency
using Femtojoules =
    Quantity<struct FemtojouleTag, int64_t>;  // energy of one activity
using Nanowatts = Quantity<struct NanowattTag, int64_t>;    // power
using Microvolts = Quantity<struct MicrovoltTag, int64_t>;  // supply voltage
using Bytes = Quantity<struct ByteTag, int64_t>;            // size or traffic
using BytesPerSecond = Quantity<struct BytesPerSecondTag, int64_t>;
using OpsPerSecond =
    Quantity<struct OpsPerSecondTag, int64_t>;  // 1 MAC = 2 ops
using Macs = Quantity<struct MacTag, int64_t>;  // multiply-accumulates
using SquareMicrons =
    Quantity<struct SquareMicronTag, int64_t>;  // silicon area

// Totals of energy: 1 zJ = 1 nW x 1 ps, 1 fJ = 10^6 zJ.
class Zeptojoules {
 public:
  constexpr Zeptojoules() = default;
  constexpr explicit Zeptojoules(absl::int128 value) : value_(value) {}
  constexpr absl::int128 value() const { return value_; }

  friend bool operator==(Zeptojoules a, Zeptojoules b) {
    return a.value_ == b.value_;
  }
  friend bool operator!=(Zeptojoules a, Zeptojoules b) {
    return a.value_ != b.value_;
  }
  friend bool operator<(Zeptojoules a, Zeptojoules b) {
    return a.value_ < b.value_;
  }
  friend bool operator<=(Zeptojoules a, Zeptojoules b) {
    return a.value_ <= b.value_;
  }
  friend Zeptojoules operator+(Zeptojoules a, Zeptojoules b) {
    return Zeptojoules(a.value_ + b.value_);
  }
  friend Zeptojoules operator-(Zeptojoules a, Zeptojoules b) {
    return Zeptojoules(a.value_ - b.value_);
  }
  friend Zeptojoules operator*(Zeptojoules a, int64_t n) {
    return Zeptojoules(a.value_ * n);
  }
  Zeptojoules& operator+=(Zeptojoules other) {
    value_ += other.value_;
    return *this;
  }
  Zeptojoules& operator-=(Zeptojoules other) {
    value_ -= other.value_;
    return *this;
  }

 private:
  absl::int128 value_ = 0;
};

// Power held for a time. Exact.
inline Zeptojoules operator*(Nanowatts power, Picoseconds time) {
  return Zeptojoules(absl::int128(power.value()) * time.value());
}
inline Zeptojoules operator*(Picoseconds time, Nanowatts power) {
  return power * time;
}

// Exact.
inline Zeptojoules ToZeptojoules(Femtojoules energy) {
  return Zeptojoules(absl::int128(energy.value()) * 1'000'000);
}

// Quotient of non-negative `dividend` by positive `divisor`, rounded up.
inline absl::int128 CeilDiv(absl::int128 dividend, absl::int128 divisor) {
  return (dividend + divisor - 1) / divisor;
}

// The clock of one domain. `frequency` must be positive.
class Clock {
 public:
  constexpr explicit Clock(Hertz frequency) : frequency_(frequency) {}
  constexpr Hertz frequency() const { return frequency_; }
  // Time of `cycles` whole cycles, rounded up to a picosecond.
  Picoseconds ToTime(Cycles cycles) const {
    return Picoseconds(static_cast<int64_t>(CeilDiv(
        absl::int128(cycles.value()) * 1'000'000'000'000, frequency_.value())));
  }

 private:
  Hertz frequency_;
};

// Time to do `amount` at `per_second` (> 0), rounded up to a picosecond.
inline Picoseconds TimeAt(int64_t amount, int64_t per_second) {
  return Picoseconds(static_cast<int64_t>(
      CeilDiv(absl::int128(amount) * 1'000'000'000'000, per_second)));
}
inline Picoseconds TimeAt(Bytes bytes, BytesPerSecond rate) {
  return TimeAt(bytes.value(), rate.value());
}

// Borders: SI doubles for a Measurement. The nearest double of the exact value
// divided by a power of ten (one rounding each).
double ToSeconds(Picoseconds time);
double ToJoules(Zeptojoules energy);
double ToWatts(Nanowatts power);

}  // namespace dynarch

#endif  // DYNARCH_SIM_BASE_UNITS_H_
