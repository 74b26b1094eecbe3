#include "sim/base/units.h"

namespace dynarch {

double ToSeconds(Picoseconds time) {
  return static_cast<double>(time.value()) / 1e12;
}

double ToJoules(Zeptojoules energy) {
  return static_cast<double>(energy.value()) / 1e21;
}

double ToWatts(Nanowatts power) {
  return static_cast<double>(power.value()) / 1e9;
}

}  // namespace dynarch
