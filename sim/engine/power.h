// Power domains as state machines.
#ifndef DYNARCH_SIM_ENGINE_POWER_H_
#define DYNARCH_SIM_ENGINE_POWER_H_

#include <cstdint>
#include <vector>

#include "sim/engine/observers.h"
#include "sim/engine/program.h"
#include "sim/kernel/simulator.h"

namespace dynarch::engine {

// Kinds of events, in the upper half of an event's payload.
enum class EventKind : uint32_t {
  kFiringDone,
  kTransitionDone,
  kRelease,
  kBegin,
  kDispatch,
  kSettle,
  kTimer,
};
inline uint64_t PayloadOf(EventKind kind, uint32_t index) {
  return (static_cast<uint64_t>(kind) << 32) | index;
}

// Event ids: 0 for the run itself, then domains, then firings.
inline constexpr uint32_t kRunId = 0;
inline constexpr uint32_t kFirstDomainId = 1;
inline constexpr uint32_t kFirstFiringId = kFirstDomainId + 64;

// Domains are held by firings from dispatch to end. A held domain wakes; one
// that nobody holds when its instant is over starts its timer, and enters its
// idle state when that ends. A transition once begun completes.
class PowerManager {
 public:
  PowerManager(const std::vector<mapping::DomainPower>& domains,
               kernel::Simulator& simulator, EnergyMeter& meter);

  // Domains that are not awake yet among `needed`, all held from now on.
  uint64_t Hold(uint64_t needed);
  void Release(uint64_t held);

  // Domains awake now that were not before the event; 0 if none.
  uint64_t OnTransitionDone(int domain);
  void OnSettle();
  void OnTimer(int domain);
  // Tells the meter how things stand at the end of the run.
  void Finish(Picoseconds end);

 private:
  struct Domain {
    DomainState state = DomainState::kIdle;
    int32_t holds = 0;
    Picoseconds idle_since;
  };
  void Move(int domain, DomainState to);
  void Begin(int domain, DomainState transition, Picoseconds length);

  const std::vector<mapping::DomainPower>& power_;
  kernel::Simulator& simulator_;
  EnergyMeter& meter_;
  std::vector<Domain> domains_;
  uint64_t gating_ = 0;    // Domains with an idle state.
  uint64_t awake_ = 0;     // In kActive.
  uint64_t let_go_ = 0;    // Lost their last hold at this instant.
  bool settling_ = false;  // A settle event is pending.
};

}  // namespace dynarch::engine

#endif  // DYNARCH_SIM_ENGINE_POWER_H_
