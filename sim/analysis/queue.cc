#include "sim/analysis/queue.h"

#include <algorithm>

#include "absl/numeric/bits.h"

namespace dynarch::analysis {
namespace {

// What of [start, end) lies before `limit`.
Picoseconds Before(Picoseconds limit, Picoseconds start, Picoseconds end) {
  return std::min(end, limit) - std::min(start, limit);
}

// Walks the recursion and sums what it sees.
//
// The state at a release is the work that waits and the age of each domain:
// how long it has been idle when service can begin, clipped where it is in its
// idle state whatever comes. It is compared with that at an *anchor*, the start
// of an earlier cycle, which moves on after 1, 2, 4, ... cycles (Brent).
class QueueWalk {
 public:
  QueueWalk(const Model& model, const workload::Workload& workload,
            const mapping::Samples& samples, const QueueOptions& options,
            QueueScratch& scratch)
      : model_(model),
        workload_(workload),
        samples_(samples),
        options_(options),
        scratch_(scratch),
        window_(workload.Release(workload.inferences)) {
    scratch.latencies.clear();
    scratch.sequence.clear();
    scratch.cut_starts.clear();
    scratch.recent.fill({});
    scratch.whole.assign(model.system().scenarios.size(), 0);
    scratch.domains.clear();
    for (size_t d = 0; d < model.system().domains.size(); ++d) {
      if (model.system().domains[d].gates) CarryDomain(static_cast<int>(d));
    }
  }

  QueueSummary Run() {
    const auto size = static_cast<int64_t>(samples_.scenarios.size());
    int64_t cycles = workload_.inferences / size;
    int64_t limit = 1;
    SetAnchor();
    while (cycles > 0) {
      Walk(size);
      --cycles;
      ++lap_;
      const int64_t repeats = Repeats(cycles / lap_);
      cycles -= repeats * lap_;
      if (repeats > 0) Repeat(repeats);
      if (repeats == 0 && lap_ < limit && !stale_) continue;
      limit = 2 * lap_;
      SetAnchor();
    }
    Walk(workload_.inferences % size);
    return Summary();
  }

 private:
  struct Sums {
    int64_t completed = 0, missed = 0, on_time = 0, correct_on_time = 0;
    Picoseconds busy;
  };

  // At time zero it is in its idle state, as if it had been let go so long ago
  // that its entry was over one picosecond before.
  void CarryDomain(int index) {
    const mapping::DomainPower& power = model_.system().domains[index];
    CarriedDomain& domain = scratch_.domains.emplace_back();
    domain.index = index;
    domain.timeout = power.timeout;
    domain.settle = power.timeout + power.entry;
    domain.exit = power.exit;
    domain.idle_since = Picoseconds(-1) - domain.settle;
  }

  // When service of the next inference can begin.
  Picoseconds Ready() const { return std::max(completion_, release_); }

  Picoseconds AgeOf(const CarriedDomain& domain) const {
    const Picoseconds asleep =
        std::max(domain.settle, domain.timeout + Picoseconds(1));
    return std::min(Ready() - domain.idle_since, asleep);
  }

  // In the idle state until the next service begins, after `idle_since`.
  static Picoseconds Pending(const CarriedDomain& domain, Picoseconds ready,
                             Picoseconds idle_since) {
    return std::max(Picoseconds(0), ready - idle_since - domain.settle);
  }

  // The next `count` inferences, from the first sample on.
  void Walk(int64_t count) {
    for (int64_t sample = 0; sample < count; ++sample) {
      const Picoseconds start = Ready();
      const uint32_t scenario = samples_.scenarios[sample];
      breaks_ += release_ > completion_;
      if (start + model_.chain(scenario).longest < window_) {
        completion_ = Serve(scenario, start);
        sums_.busy += completion_ - start;
        ++scratch_.whole[scenario];
      } else {
        completion_ =
            closed_ ? Serve(scenario, start) : ServeAtEnd(scenario, start);
      }
      const Picoseconds latency = completion_ - release_;
      shortest_ = std::min(shortest_, latency);
      sums_.completed += completion_ <= window_;
      const bool late = latency > workload_.deadline;
      sums_.missed += late;
      sums_.on_time += !late;
      sums_.correct_on_time += !late && samples_.IsCorrect(sample);
      if (options_.want_latencies) AddLatency(latency);
      if (options_.keep_sequence) scratch_.sequence.push_back(latency);
      release_ += workload_.period;
    }
  }

  // One inference from `now` on; returns its end.
  Picoseconds Serve(uint32_t scenario, Picoseconds now) {
    for (const Segment& segment : model_.chain(scenario).segments) {
      Picoseconds start = now;
      for (uint64_t bits = segment.gating; bits != 0; bits &= bits - 1) {
        CarriedDomain& domain = scratch_.domains[absl::countr_zero(bits)];
        if (now - domain.idle_since <= domain.timeout) continue;  // Awake.
        const Picoseconds entered = domain.idle_since + domain.settle;
        const Picoseconds wake = std::max(now, entered);
        domain.idle += wake - entered;
        ++domain.wakes;
        start = std::max(start, wake + domain.exit);
      }
      now = start + segment.time;
      for (uint64_t bits = segment.gating; bits != 0; bits &= bits - 1) {
        scratch_.domains[absl::countr_zero(bits)].idle_since = now;
      }
    }
    return now;
  }

  // The same of one that may not be over when the window is. The first that is
  // not closes the window: all that follow start after it.
  Picoseconds ServeAtEnd(uint32_t scenario, Picoseconds start) {
    scratch_.saved = scratch_.domains;
    const Picoseconds end = Serve(scenario, start);
    sums_.busy += Before(window_, start, end);
    if (end < window_) {
      ++scratch_.whole[scenario];
      return end;
    }
    scratch_.domains = scratch_.saved;
    ServeCut(scenario, start);
    CloseWindow();
    return end;
  }

  // Activity by activity, each as far as it lies in the window.
  void ServeCut(uint32_t scenario, Picoseconds now) {
    cut_scenario_ = scenario;
    const mapping::System& system = model_.system();
    for (const int32_t number : system.scenarios[scenario]->activities) {
      const mapping::CostedActivity& activity = system.activities[number];
      Picoseconds start = now;
      for (CarriedDomain& domain : scratch_.domains) {
        if (((activity.domains >> domain.index) & 1) == 0) continue;
        if (now - domain.idle_since <= domain.timeout) continue;
        const Picoseconds wake =
            std::max(now, domain.idle_since + domain.settle);
        AddAsleep(wake, domain);
        domain.cut.exits += wake < window_;
        domain.cut.exiting += Before(window_, wake, wake + domain.exit);
        start = std::max(start, wake + domain.exit);
      }
      scratch_.cut_starts.push_back(start);
      now = start + activity.time;
      for (CarriedDomain& domain : scratch_.domains) {
        if (((activity.domains >> domain.index) & 1) != 0) {
          domain.idle_since = now;
        }
      }
    }
  }

  // Entry and idle state since the last use, until `wake` or the window's end.
  void AddAsleep(Picoseconds wake, CarriedDomain& domain) {
    const Picoseconds begin = domain.idle_since + domain.timeout;
    const Picoseconds entered = domain.idle_since + domain.settle;
    domain.cut.entries += begin < window_;
    domain.cut.entering += Before(window_, begin, entered);
    domain.cut.idle_state += Before(window_, entered, std::max(wake, entered));
  }

  // Sums up the domains over the whole window.
  void CloseWindow() {
    closed_ = true;
    stale_ = true;
    scratch_.profiles.assign(model_.system().domains.size(), {});
    for (CarriedDomain& domain : scratch_.domains) {
      AddAsleep(window_, domain);
      DomainProfile& sum = scratch_.profiles[domain.index];
      sum = domain.cut;
      // All but the entry before time zero, and its picosecond.
      const int64_t entries = domain.wakes - 1;
      sum.entries += entries;
      sum.entering += (domain.settle - domain.timeout) * entries;
      sum.idle_state += domain.idle - Picoseconds(1);
      sum.exits += domain.wakes;
      sum.exiting += domain.exit * domain.wakes;
    }
    for (DomainProfile& sum : scratch_.profiles) {
      sum.active = window_ - sum.entering - sum.idle_state - sum.exiting;
    }
  }

  void AddLatency(Picoseconds latency) {
    constexpr uint64_t kSpread = 0x9E3779B97F4A7C15;
    const auto bits = static_cast<uint64_t>(latency.value());
    auto& slot = scratch_.recent[(bits * kSpread) >> 58];
    if (slot.latency != latency && slot.count > 0) {
      scratch_.latencies.push_back(slot);
      slot.count = 0;
    }
    slot.latency = latency;
    ++slot.count;
  }

  void FlushLatencies() {
    for (auto& slot : scratch_.recent) {
      if (slot.count > 0) scratch_.latencies.push_back(slot);
      slot.count = 0;
    }
  }

  void SetAnchor() {
    FlushLatencies();
    lap_ = 0;
    stale_ = false;
    breaks_ = 0;
    shortest_ = window_ + workload_.deadline;
    anchor_sums_ = sums_;
    anchor_ready_ = Ready();
    anchor_waiting_ = Ready() - release_;
    anchor_latencies_ = scratch_.latencies.size();
    scratch_.anchor_whole = scratch_.whole;
    for (CarriedDomain& domain : scratch_.domains) {
      domain.anchor_idle_since = domain.idle_since;
      domain.anchor_idle = domain.idle;
      domain.anchor_wakes = domain.wakes;
      domain.anchor_age = AgeOf(domain);
    }
  }

  // True if what follows is what followed the anchor, as far as it is summed.
  // Where no inference since then found the system idle, more work waiting
  // only makes it later; which counts for nothing once all are late.
  bool IsAsAtAnchor() const {
    for (const CarriedDomain& domain : scratch_.domains) {
      if (AgeOf(domain) != domain.anchor_age) return false;
    }
    const Picoseconds waiting = Ready() - release_;
    if (waiting == anchor_waiting_) return true;
    return waiting > anchor_waiting_ && breaks_ == 0 &&
           !options_.want_latencies && shortest_ > workload_.deadline;
  }

  // How many of the `left` laps to come are like the one since the anchor, and
  // end before the window does.
  int64_t Repeats(int64_t left) const {
    if (left == 0 || stale_ || options_.keep_sequence) return 0;
    if (!IsAsAtAnchor()) return 0;
    if (closed_) return left;
    const Picoseconds room = window_ - Picoseconds(1) - completion_;
    return std::min(left, room.value() / (Ready() - anchor_ready_).value());
  }

  // Adds the lap since the anchor again.
  void Repeat(int64_t times) {
    const Picoseconds ready = Ready();
    const Picoseconds shift = (ready - anchor_ready_) * times;
    for (CarriedDomain& domain : scratch_.domains) {
      const Picoseconds idle =
          domain.idle + Pending(domain, ready, domain.idle_since) -
          domain.anchor_idle -
          Pending(domain, anchor_ready_, domain.anchor_idle_since);
      domain.idle += idle * times;
      domain.wakes += (domain.wakes - domain.anchor_wakes) * times;
      domain.idle_since += shift;
    }
    const Sums& before = anchor_sums_;
    sums_.completed += (sums_.completed - before.completed) * times;
    sums_.missed += (sums_.missed - before.missed) * times;
    sums_.on_time += (sums_.on_time - before.on_time) * times;
    sums_.correct_on_time +=
        (sums_.correct_on_time - before.correct_on_time) * times;
    sums_.busy += (sums_.busy - before.busy) * times;
    for (size_t e = 0; e < scratch_.whole.size(); ++e) {
      scratch_.whole[e] +=
          (scratch_.whole[e] - scratch_.anchor_whole[e]) * times;
    }
    FlushLatencies();
    for (size_t i = anchor_latencies_; i < scratch_.latencies.size(); ++i) {
      scratch_.latencies[i].count *= times + 1;
    }
    const auto size = static_cast<int64_t>(samples_.scenarios.size());
    release_ += workload_.period * (size * lap_ * times);
    completion_ += shift;
  }

  QueueSummary Summary() {
    if (!closed_) CloseWindow();
    FlushLatencies();
    measurement::Normalise(scratch_.latencies);
    return {.completed = sums_.completed,
            .missed = sums_.missed,
            .on_time = sums_.on_time,
            .correct_on_time = sums_.correct_on_time,
            .busy = sums_.busy,
            .domains = scratch_.profiles,
            .whole = scratch_.whole,
            .cut_scenario = cut_scenario_,
            .cut_starts = scratch_.cut_starts,
            .latencies = scratch_.latencies,
            .sequence = scratch_.sequence};
  }

  const Model& model_;
  const workload::Workload& workload_;
  const mapping::Samples& samples_;
  const QueueOptions& options_;
  QueueScratch& scratch_;
  const Picoseconds window_;

  Picoseconds release_;     // Of the next inference.
  Picoseconds completion_;  // Of the one before.
  Sums sums_;
  uint32_t cut_scenario_ = 0;
  bool closed_ = false;  // The window is summed up.

  int64_t lap_ = 0;       // Cycles since the anchor.
  bool stale_ = false;    // The window closed since the anchor.
  int64_t breaks_ = 0;    // Since the anchor: found the system idle.
  Picoseconds shortest_;  // Latency since the anchor.
  Sums anchor_sums_;
  Picoseconds anchor_ready_, anchor_waiting_;
  size_t anchor_latencies_ = 0;
};

}  // namespace

QueueSummary Queue(const Model& model, const workload::Workload& workload,
                   const mapping::Samples& samples, const QueueOptions& options,
                   QueueScratch& scratch) {
  return QueueWalk(model, workload, samples, options, scratch).Run();
}

Zeptojoules ActivityEnergy(const Model& model, Picoseconds window,
                           const QueueSummary& summary) {
  Zeptojoules energy;
  for (size_t s = 0; s < summary.whole.size(); ++s) {
    if (summary.whole[s] == 0) continue;
    energy += model.profile(s).activity_energy * summary.whole[s];
  }
  if (summary.cut_starts.empty()) return energy;
  const mapping::System& system = model.system();
  const auto& cut = system.scenarios[summary.cut_scenario]->activities;
  for (size_t i = 0; i < summary.cut_starts.size(); ++i) {
    if (summary.cut_starts[i] >= window) continue;
    energy += ToZeptojoules(system.activities[cut[i]].energy);
  }
  return energy;
}

}  // namespace dynarch::analysis
