// A machine small enough to run by hand: a host and an accelerator, each in
// its own power domain. Engine and analysis are tested against the same
// timeline.
#ifndef DYNARCH_TESTS_TESTING_HAND_SYSTEM_H_
#define DYNARCH_TESTS_TESTING_HAND_SYSTEM_H_

#include "sim/mapping/system.h"

namespace dynarch::testing {

inline constexpr int kHost = 0;
inline constexpr int kAccelerator = 1;
inline constexpr uint64_t kHostBit = 1;
inline constexpr uint64_t kBothBits = 3;

// Scenario 0: prepare on the host (40 ps, 4 fJ), compute on the accelerator
// (100 ps, 1000 fJ), check on the host (10 ps, 1 fJ).
// Scenario 1: the same, then finish on the accelerator (200 ps, 2000 fJ).
//
// Host: 10 nW awake, 1 nW idle; entry 2 ps, 5 fJ; exit 3 ps, 7 fJ.
// Accelerator: 100 nW awake, 0 nW idle; entry 20 ps, 50 fJ; exit 30 ps, 70 fJ.
// 1 nW of overhead. Both gate after `timeout`.
inline mapping::System HandSystem(bool gates, int64_t timeout = 0) {
  mapping::System system;
  system.domains = {{.name = "host",
                     .active = Nanowatts(10),
                     .gates = gates,
                     .timeout = Picoseconds(timeout),
                     .idle = Nanowatts(1),
                     .entry = Picoseconds(2),
                     .exit = Picoseconds(3),
                     .entry_energy = Femtojoules(5),
                     .exit_energy = Femtojoules(7)},
                    {.name = "acc",
                     .active = Nanowatts(100),
                     .gates = gates,
                     .timeout = Picoseconds(timeout),
                     .idle = Nanowatts(0),
                     .entry = Picoseconds(20),
                     .exit = Picoseconds(30),
                     .entry_energy = Femtojoules(50),
                     .exit_energy = Femtojoules(70)}};
  system.activities = {
      {Picoseconds(40), Femtojoules(4), kHostBit, kHost, 0},
      {Picoseconds(100), Femtojoules(1000), kBothBits, kAccelerator, 1},
      {Picoseconds(10), Femtojoules(1), kHostBit, kHost, 2},
      {Picoseconds(200), Femtojoules(2000), kBothBits, kAccelerator, 3}};
  system.scenarios = {mapping::CostedScenario{{0, 1, 2}},
                      mapping::CostedScenario{{0, 1, 2, 3}}};
  system.lines = {{"prepare@host", "host", "compute"},
                  {"compute@acc", "acc", "memory"},
                  {"check@host", "host", "compute"},
                  {"finish@acc", "acc", "compute"}};
  system.resources = 2;
  system.overhead_power = Nanowatts(1);
  return system;
}

}  // namespace dynarch::testing

#endif  // DYNARCH_TESTS_TESTING_HAND_SYSTEM_H_
