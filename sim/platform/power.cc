#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/numeric/int128.h"
#include "sim/base/mul_div.h"
#include "sim/platform/platform.h"

namespace dynarch::platform {
namespace {

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
constexpr int64_t kAttojoulesPerFemtojoule = 1000;

absl::uint128 Square(Microvolts voltage) {
  const absl::uint128 volts = static_cast<uint64_t>(voltage.value());
  return volts * volts;
}

}  // namespace

Nanowatts StatePower(const PowerDomain& domain, const PowerState& state,
                     const DomainPoint& point) {
  // Both terms over one denominator, fref * Vref^2, and rounded together.
  const absl::uint128 reference =
      Square(domain.reference_voltage) * domain.reference_frequency.value();
  const absl::uint128 leakage_factor = absl::uint128(point.voltage.value()) *
                                       domain.reference_voltage.value() *
                                       domain.reference_frequency.value();
  const absl::uint128 clock_factor =
      Square(point.voltage) * point.frequency.value();
  const QuotientRemainder leakage =
      MulDiv(state.leakage.value(), leakage_factor, reference);
  const QuotientRemainder clock =
      MulDiv(state.clock.value(), clock_factor, reference);
  if (std::max(leakage.quotient, clock.quotient) >= kLargest / 2) {
    return Nanowatts(kLargest);
  }
  const absl::uint128 rest = leakage.remainder + clock.remainder;
  const absl::uint128 carry = (rest + reference - 1) / reference;
  return Nanowatts(
      static_cast<int64_t>(leakage.quotient + clock.quotient + carry));
}

Femtojoules DynamicEnergy(int64_t count, Attojoules energy,
                          const PowerDomain& domain, const DomainPoint& point) {
  return Femtojoules(
      MulDivCeil(absl::uint128(count) * energy.value(), Square(point.voltage),
                 Square(domain.reference_voltage) * kAttojoulesPerFemtojoule));
}

}  // namespace dynarch::platform
