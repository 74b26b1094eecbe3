#include "sim/engine/power.h"

#include "absl/numeric/bits.h"

namespace dynarch::engine {
namespace {

using kernel::Phase;

// Calls `visit` with every set bit, lowest first.
template <typename Visit>
void ForEachBit(uint64_t bits, Visit visit) {
  for (; bits != 0; bits &= bits - 1) visit(absl::countr_zero(bits));
}

}  // namespace

PowerManager::PowerManager(const std::vector<mapping::DomainPower>& domains,
                           kernel::Simulator& simulator, EnergyMeter& meter)
    : power_(domains),
      simulator_(simulator),
      meter_(meter),
      domains_(domains.size()) {
  for (size_t d = 0; d < domains.size(); ++d) {
    const uint64_t bit = uint64_t{1} << d;
    if (domains[d].gates) {
      gating_ |= bit;
    } else {
      awake_ |= bit;
      domains_[d].state = DomainState::kActive;
    }
  }
}

uint64_t PowerManager::Hold(uint64_t needed) {
  needed &= gating_;  // The others are always awake.
  ForEachBit(needed, [this](int d) {
    ++domains_[d].holds;
    if (domains_[d].state == DomainState::kIdle) {
      Begin(d, DomainState::kExiting, power_[d].exit);
    }
  });
  return needed & ~awake_;
}

void PowerManager::Release(uint64_t held) {
  ForEachBit(held & gating_, [this](int d) {
    if (--domains_[d].holds == 0) let_go_ |= uint64_t{1} << d;
  });
  if (let_go_ == 0 || settling_) return;
  settling_ = true;
  simulator_.Schedule({.time = simulator_.now(),
                       .phase = Phase::kObservation,
                       .id = kRunId,
                       .payload = PayloadOf(EventKind::kSettle, 0)});
}

void PowerManager::OnSettle() {
  settling_ = false;
  const uint64_t let_go = let_go_;
  let_go_ = 0;
  ForEachBit(let_go, [this](int d) {
    Domain& domain = domains_[d];
    if (domain.holds > 0) return;  // Taken again at the same instant.
    domain.idle_since = simulator_.now();
    if (power_[d].timeout.value() == 0) {
      Begin(d, DomainState::kEntering, power_[d].entry);
      return;
    }
    simulator_.Schedule(
        {.time = simulator_.now() + power_[d].timeout,
         .phase = Phase::kObservation,
         .id = kFirstDomainId + static_cast<uint32_t>(d),
         .payload = PayloadOf(EventKind::kTimer, static_cast<uint32_t>(d))});
  });
}

void PowerManager::OnTimer(int d) {
  const Domain& domain = domains_[d];
  const bool stale = domain.holds > 0 || domain.state != DomainState::kActive ||
                     domain.idle_since + power_[d].timeout != simulator_.now();
  if (!stale) Begin(d, DomainState::kEntering, power_[d].entry);
}

uint64_t PowerManager::OnTransitionDone(int d) {
  if (domains_[d].state == DomainState::kExiting) {
    Move(d, DomainState::kActive);
    return uint64_t{1} << d;
  }
  Move(d, DomainState::kIdle);
  if (domains_[d].holds > 0) Begin(d, DomainState::kExiting, power_[d].exit);
  return 0;
}

void PowerManager::Move(int d, DomainState to) {
  meter_.OnDomainState(d, domains_[d].state, simulator_.now());
  domains_[d].state = to;
  const uint64_t bit = uint64_t{1} << d;
  awake_ = to == DomainState::kActive ? awake_ | bit : awake_ & ~bit;
}

void PowerManager::Begin(int d, DomainState transition, Picoseconds length) {
  Move(d, transition);
  meter_.OnTransition(d, transition, simulator_.now());
  simulator_.Schedule({.time = simulator_.now() + length,
                       .phase = Phase::kCompletion,
                       .id = kFirstDomainId + static_cast<uint32_t>(d),
                       .payload = PayloadOf(EventKind::kTransitionDone,
                                            static_cast<uint32_t>(d))});
}

void PowerManager::Finish(Picoseconds end) {
  for (size_t d = 0; d < domains_.size(); ++d) {
    meter_.OnDomainState(static_cast<int>(d), domains_[d].state, end);
  }
}

}  // namespace dynarch::engine
