// What watches a run: energy, residencies and latencies. Observers never
// change what happens.
#ifndef DYNARCH_SIM_ENGINE_OBSERVERS_H_
#define DYNARCH_SIM_ENGINE_OBSERVERS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "sim/base/units.h"
#include "sim/engine/program.h"
#include "sim/measurement/run_result.h"

namespace dynarch::engine {

// What a power domain does.
enum class DomainState : uint8_t { kActive, kEntering, kIdle, kExiting };
inline constexpr int kDomainStateCount = 4;

// Energy and time inside the window [0, end): of each line by activity, of
// each domain by state. An activity or transition is charged whole if it
// starts inside; times are clipped.
class EnergyMeter {
 public:
  EnergyMeter(const Program& program, Picoseconds window_end);

  void OnFiring(int line, Picoseconds start, Picoseconds time,
                Femtojoules energy);
  // The domain was in `state` since the last call, or since 0.
  void OnDomainState(int domain, DomainState state, Picoseconds until);
  void OnTransition(int domain, DomainState into, Picoseconds start);
  // An inference was in service.
  void OnService(Picoseconds start, Picoseconds end);

  // Fills window, busy, domains, activities and energies.
  void Finish(measurement::RunTotals& totals) const;

 private:
  struct Line {
    int64_t count = 0;
    Picoseconds time;
    Zeptojoules energy;
  };
  struct Domain {
    Picoseconds since;
    std::array<Picoseconds, kDomainStateCount> residency;
    Zeptojoules transitions;
  };
  Picoseconds Clipped(Picoseconds start, Picoseconds end) const;

  const Program& program_;
  Picoseconds end_;
  Picoseconds busy_;
  std::vector<Line> lines_;
  std::vector<Domain> domains_;
};

// Every latency, exactly; memory grows with the number of different ones that
// follow each other, not with inferences.
class LatencyRecorder {
 public:
  LatencyRecorder(size_t scenarios, bool keep_sequence)
      : last_(scenarios), keep_sequence_(keep_sequence) {}

  void OnCompletion(uint32_t scenario, Picoseconds latency);
  // Moves what was recorded into `result`.
  void Finish(measurement::RunResult& result);

 private:
  std::vector<measurement::LatencyCount> last_;  // By scenario.
  std::vector<measurement::LatencyCount> counts_;
  std::vector<Picoseconds> sequence_;
  bool keep_sequence_;
};

}  // namespace dynarch::engine

#endif  // DYNARCH_SIM_ENGINE_OBSERVERS_H_
