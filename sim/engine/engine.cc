#include "sim/engine/engine.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "sim/engine/observers.h"
#include "sim/engine/power.h"
#include "sim/kernel/simulator.h"

namespace dynarch::engine {
namespace {

using kernel::Event;
using kernel::Phase;

class Engine {
 public:
  Engine(const Program& program, const workload::Workload& workload,
         const mapping::Samples& samples, const RunOptions& options)
      : program_(program),
        workload_(workload),
        samples_(samples),
        meter_(program, workload.Release(workload.inferences)),
        latencies_(program.scenarios.size(), options.keep_sequence),
        power_(program.domains, simulator_, meter_),
        resources_(program.resources) {
    result_.totals.offered = workload.inferences;
    result_.totals.scenario_counts.resize(program.scenarios.size());
  }

  measurement::RunResult Run(RunCounters* counters) {
    if (workload_.inferences > 0) ScheduleRelease();
    simulator_.Run([this](const Event& event) { Handle(event); });
    power_.Finish(
        std::max(simulator_.now(), workload_.Release(workload_.inferences)));
    meter_.Finish(result_.totals);
    latencies_.Finish(result_);
    if (counters != nullptr) counters->events = simulator_.events_handled();
    return std::move(result_);
  }

 private:
  // An element or link: one firing at a time, the others wait in line.
  struct Resource {
    bool busy = false;
    std::vector<int32_t> line;
  };

  // A firing that waits for power domains.
  struct Waking {
    int32_t firing = 0;
    uint64_t missing = 0;
  };

  void Handle(const Event& event) {
    const auto index = static_cast<int32_t>(event.payload & 0xFFFFFFFF);
    switch (static_cast<EventKind>(event.payload >> 32)) {
      case EventKind::kFiringDone:
        return OnFiringDone(index);
      case EventKind::kTransitionDone:
        return OnTransitionDone(index);
      case EventKind::kRelease:
        return OnRelease();
      case EventKind::kBegin:
        return OnBegin();
      case EventKind::kDispatch:
        return Dispatch(index);
      case EventKind::kSettle:
        return power_.OnSettle();
      case EventKind::kTimer:
        return power_.OnTimer(index);
    }
  }

  void Schedule(Picoseconds time, Phase phase, uint32_t id, EventKind kind,
                int32_t index = 0) {
    simulator_.Schedule(
        {.time = time,
         .phase = phase,
         .id = id,
         .payload = PayloadOf(kind, static_cast<uint32_t>(index))});
  }

  // One release is pending at a time, so the queue does not grow with N.
  void ScheduleRelease() {
    Schedule(workload_.Release(released_), Phase::kVisibility, kRunId,
             EventKind::kRelease);
  }

  void OnRelease() {
    ++released_;
    if (released_ < workload_.inferences) ScheduleRelease();
    if (!in_service_) ScheduleBegin();
  }

  void ScheduleBegin() {
    Schedule(simulator_.now(), Phase::kDispatch, kRunId, EventKind::kBegin);
  }

  // The first inference in the queue goes into service. The event may come
  // twice at an instant when one ends and another is released.
  void OnBegin() {
    if (in_service_ || begun_ == released_) return;
    in_service_ = true;
    service_start_ = simulator_.now();
    sample_ = static_cast<size_t>(begun_) % samples_.scenarios.size();
    ++begun_;
    graph_ = GraphOf(samples_.scenarios[sample_]);
    const auto count = static_cast<int32_t>(graph_->firings.size());
    remaining_ = count;
    tokens_.resize(count);
    for (int32_t f = 0; f < count; ++f) tokens_[f] = graph_->firings[f].tokens;
    for (int32_t f = 0; f < count; ++f) {
      if (graph_->firings[f].tokens == 0) Dispatch(f);
    }
    if (remaining_ == 0) CompleteInference();
  }

  // Made now if it was not compiled; see the header of Run.
  const Graph* GraphOf(uint32_t scenario) {
    const Graph& compiled = program_.scenarios[scenario];
    if (compiled.exists) return &compiled;
    const mapping::System* system = program_.system;
    if (system == nullptr || !system->scenarios[scenario].has_value()) {
      std::abort();
    }
    CompileScenario(*system, scenario, latest_);
    return &latest_;
  }

  // All tokens are there: claims the resource, then the domains.
  void Dispatch(int32_t f) {
    const Firing& firing = graph_->firings[f];
    Resource& resource = resources_[firing.resource];
    if (resource.busy) {
      resource.line.push_back(f);
      return;
    }
    resource.busy = true;
    const uint64_t missing = power_.Hold(firing.domains);
    if (missing == 0) {
      Start(f);
    } else {
      waking_.push_back({f, missing});
    }
  }

  void Start(int32_t f) {
    const Firing& firing = graph_->firings[f];
    meter_.OnFiring(firing.line, simulator_.now(), firing.time, firing.energy);
    Schedule(simulator_.now() + firing.time, Phase::kCompletion,
             kFirstFiringId + static_cast<uint32_t>(f), EventKind::kFiringDone,
             f);
  }

  void ScheduleDispatch(int32_t f) {
    Schedule(simulator_.now(), Phase::kDispatch,
             kFirstFiringId + static_cast<uint32_t>(f), EventKind::kDispatch,
             f);
  }

  void OnFiringDone(int32_t f) {
    const Firing& firing = graph_->firings[f];
    power_.Release(firing.domains);
    Resource& resource = resources_[firing.resource];
    resource.busy = false;
    if (!resource.line.empty()) {
      ScheduleDispatch(resource.line.front());
      resource.line.erase(resource.line.begin());
    }
    const int32_t first = firing.first_successor;
    for (int32_t i = first; i < first + firing.successor_count; ++i) {
      const int32_t successor = graph_->successors[i];
      if (--tokens_[successor] == 0) ScheduleDispatch(successor);
    }
    if (--remaining_ == 0) CompleteInference();
  }

  void OnTransitionDone(int32_t domain) {
    const uint64_t awake = power_.OnTransitionDone(domain);
    if (awake == 0) return;
    size_t kept = 0;
    for (Waking& waking : waking_) {
      waking.missing &= ~awake;
      if (waking.missing == 0) {
        Start(waking.firing);
      } else {
        waking_[kept++] = waking;
      }
    }
    waking_.resize(kept);
  }

  void CompleteInference() {
    const Picoseconds latency =
        simulator_.now() - workload_.Release(begun_ - 1);
    const uint32_t scenario = samples_.scenarios[sample_];
    const bool late = latency > workload_.deadline;
    measurement::RunTotals& totals = result_.totals;
    totals.completed +=
        simulator_.now() <= workload_.Release(workload_.inferences);
    ++totals.scenario_counts[scenario];
    totals.missed += late;
    totals.on_time += !late;
    totals.correct_on_time += !late && samples_.IsCorrect(sample_);
    latencies_.OnCompletion(scenario, latency);
    meter_.OnService(service_start_, simulator_.now());
    in_service_ = false;
    if (begun_ < released_) ScheduleBegin();
  }

  const Program& program_;
  const workload::Workload& workload_;
  const mapping::Samples& samples_;
  kernel::Simulator simulator_;
  EnergyMeter meter_;
  LatencyRecorder latencies_;
  PowerManager power_;
  std::vector<Resource> resources_;
  measurement::RunResult result_;

  int64_t released_ = 0;
  int64_t begun_ = 0;
  // Of the inference in service.
  bool in_service_ = false;
  Picoseconds service_start_;
  size_t sample_ = 0;
  const Graph* graph_ = nullptr;
  Graph latest_;  // Of a scenario that was not compiled.
  int32_t remaining_ = 0;
  std::vector<int32_t> tokens_;
  std::vector<Waking> waking_;
};

}  // namespace

measurement::RunResult Run(const Program& program,
                           const workload::Workload& workload,
                           const mapping::Samples& samples,
                           const RunOptions& options, RunCounters* counters) {
  return Engine(program, workload, samples, options).Run(counters);
}

}  // namespace dynarch::engine
