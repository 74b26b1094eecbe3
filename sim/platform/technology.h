// How figures of a technology table go over to another supply voltage or
// process.
#ifndef DYNARCH_SIM_PLATFORM_TECHNOLOGY_H_
#define DYNARCH_SIM_PLATFORM_TECHNOLOGY_H_

#include "sim/base/units.h"
#include "sim/platform/runtime.h"

namespace dynarch::platform {

// Dynamic energy of the same event at another supply: E * (V/Vref)^2, rounded
// up. `energy` >= 0, both voltages > 0.
Attojoules EnergyAtVoltage(Attojoules energy, Microvolts reference,
                           Microvolts voltage);

// Leakage power at another supply: P * V/Vref, rounded up; the leakage current
// is taken as constant, as in StatePower. `leakage` >= 0, both voltages > 0.
Nanowatts LeakageAtVoltage(Nanowatts leakage, Microvolts reference,
                           Microvolts voltage);

// A figure known at two abscissae, at a third: linear in the logarithms of
// both, y = y0 * (y1/y0)^(ln(x/x0)/ln(x1/x0)). For energies between two feature
// sizes, and for energies of memories between two capacities. All arguments
// > 0, x0 != x1. Outside [x0, x1] it extrapolates.
double LogInterpolated(double x0, double y0, double x1, double y1, double x);

}  // namespace dynarch::platform

#endif  // DYNARCH_SIM_PLATFORM_TECHNOLOGY_H_
