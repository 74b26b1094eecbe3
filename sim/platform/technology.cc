#include "sim/platform/technology.h"

#include <cstdint>

#include "absl/numeric/int128.h"
#include "sim/base/math.h"
#include "sim/base/mul_div.h"

namespace dynarch::platform {
namespace {

absl::uint128 Wide(Microvolts voltage) {
  return static_cast<uint64_t>(voltage.value());
}

}  // namespace

Attojoules EnergyAtVoltage(Attojoules energy, Microvolts reference,
                           Microvolts voltage) {
  return Attojoules(MulDivCeil(absl::uint128(energy.value()),
                               Wide(voltage) * Wide(voltage),
                               Wide(reference) * Wide(reference)));
}

Nanowatts LeakageAtVoltage(Nanowatts leakage, Microvolts reference,
                           Microvolts voltage) {
  return Nanowatts(MulDivCeil(absl::uint128(leakage.value()), Wide(voltage),
                              Wide(reference)));
}

double LogInterpolated(double x0, double y0, double x1, double y1, double x) {
  return y0 * Pow(y1 / y0, Log(x / x0) / Log(x1 / x0));
}

}  // namespace dynarch::platform
