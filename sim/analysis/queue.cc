#include "sim/analysis/queue.h"

#include <algorithm>

namespace dynarch::analysis {
namespace {

// Walks x(k) = max(x(k-1), a(k)) + L(s(k)) and sums what it sees.
class QueueWalk {
 public:
  QueueWalk(const Model& model, const workload::Workload& workload,
            const mapping::Samples& samples, bool want_latencies,
            QueueScratch& scratch)
      : model_(model),
        workload_(workload),
        samples_(samples),
        want_latencies_(want_latencies),
        scratch_(scratch),
        window_(workload.Release(workload.inferences)) {
    scratch.latencies.clear();
    scratch.alone.assign(model.system().scenarios.size(), 0);
  }

  QueueSummary Run() {
    const auto size = static_cast<int64_t>(samples_.exits.size());
    const int64_t cycles = workload_.inferences / size;
    for (int64_t cycle = 0; cycle < cycles; ++cycle) {
      const Picoseconds before = Waiting();
      const Sums start = sums_;
      const size_t first = scratch_.latencies.size();
      alone_before_ = scratch_.alone;
      longest_ = Picoseconds(0);
      Walk(size);
      if (Waiting() != before) continue;
      const int64_t repeats = Repeats(cycles - 1 - cycle);
      if (repeats <= 0) continue;
      Repeat(start, first, repeats);
      cycle += repeats;
      release_ += workload_.period * size * repeats;
      completion_ += workload_.period * size * repeats;
    }
    Walk(workload_.inferences % size);
    return Summary();
  }

 private:
  struct Sums {
    int64_t missed = 0, on_time = 0, correct_on_time = 0;
    Picoseconds busy;
    Zeptojoules energy;
  };

  // Work left when the next inference is released.
  Picoseconds Waiting() const {
    return std::max(completion_, release_) - release_;
  }

  // The next `count` inferences, from the first sample on.
  void Walk(int64_t count) {
    for (int64_t sample = 0; sample < count; ++sample) {
      const Picoseconds start = std::max(completion_, release_);
      const int exit = samples_.exits[sample];
      completion_ = start + model_.profile(exit).work;
      const Picoseconds latency = completion_ - release_;
      longest_ = std::max(longest_, latency);
      const bool late = latency > workload_.deadline;
      (late ? sums_.missed : sums_.on_time) += 1;
      sums_.correct_on_time += !late && samples_.correct[sample] != 0;
      if (start == release_) {
        ++scratch_.alone[exit];
      } else if (want_latencies_) {
        scratch_.latencies.push_back({latency, 1});
      }
      if (completion_ < window_) {
        sums_.busy += completion_ - start;
        sums_.energy += model_.profile(exit).activity_energy;
      } else {
        AddCut(exit, start);
      }
      release_ += workload_.period;
    }
  }

  // An inference that is not over when the window is.
  void AddCut(int exit, Picoseconds start) {
    if (start < window_) sums_.busy += window_ - start;
    for (const auto& activity : model_.system().scenarios[exit]->activities) {
      if (start >= window_) return;
      sums_.energy += ToZeptojoules(activity.energy);
      start += activity.time;
    }
  }

  // How many of the `left` cycles to come are the same as the one just walked
  // and lie wholly inside the window: all but the last ones, which may be cut.
  int64_t Repeats(int64_t left) const {
    const int64_t length =
        workload_.period.value() * static_cast<int64_t>(samples_.exits.size());
    return left - longest_.value() / length - 1;
  }

  // Adds the cycle that began at `start` again.
  void Repeat(const Sums& start, size_t first, int64_t times) {
    sums_.missed += (sums_.missed - start.missed) * times;
    sums_.on_time += (sums_.on_time - start.on_time) * times;
    sums_.correct_on_time +=
        (sums_.correct_on_time - start.correct_on_time) * times;
    sums_.busy += (sums_.busy - start.busy) * times;
    sums_.energy += (sums_.energy - start.energy) * times;
    for (size_t i = first; i < scratch_.latencies.size(); ++i) {
      scratch_.latencies[i].count += times;
    }
    for (size_t e = 0; e < scratch_.alone.size(); ++e) {
      scratch_.alone[e] += (scratch_.alone[e] - alone_before_[e]) * times;
    }
  }

  QueueSummary Summary() {
    if (want_latencies_) {
      for (size_t e = 0; e < scratch_.alone.size(); ++e) {
        if (scratch_.alone[e] == 0) continue;
        scratch_.latencies.push_back(
            {model_.profile(static_cast<int>(e)).work, scratch_.alone[e]});
      }
      measurement::Normalise(scratch_.latencies);
    }
    return {.missed = sums_.missed,
            .on_time = sums_.on_time,
            .correct_on_time = sums_.correct_on_time,
            .busy = sums_.busy,
            .activity_energy = sums_.energy,
            .latencies = scratch_.latencies};
  }

  const Model& model_;
  const workload::Workload& workload_;
  const mapping::Samples& samples_;
  const bool want_latencies_;
  QueueScratch& scratch_;
  const Picoseconds window_;

  Picoseconds release_;     // Of the next inference.
  Picoseconds completion_;  // Of the one before.
  Picoseconds longest_;     // Latency of the cycle being walked.
  Sums sums_;
  std::vector<int64_t> alone_before_;
};

}  // namespace

QueueSummary Queue(const Model& model, const workload::Workload& workload,
                   const mapping::Samples& samples, bool want_latencies,
                   QueueScratch& scratch) {
  return QueueWalk(model, workload, samples, want_latencies, scratch).Run();
}

}  // namespace dynarch::analysis
