#include "sim/dataflow/sadf_simulation.h"

#include <algorithm>
#include <vector>

#include "sim/base/status_macros.h"
#include "sim/dataflow/batch_means.h"

namespace dynarch::dataflow {
SadfSimulation::SadfSimulation(const SadfModel& model, uint64_t seed,
                               bool occupancy)
    : machine_(model, occupancy) {
  for (size_t p = 0; p < model.processes.size(); ++p) {
    streams_.emplace_back(RandomKey{
        .seed = seed, .purpose = RandomPurpose::kDecisions, .index = p});
  }
}

int SadfSimulation::Draw() {
  const SadfDistribution& choice = machine_.choice();
  double left = streams_[machine_.choice_process()].UniformDouble();
  for (int outcome = 0; outcome + 1 < choice.size(); ++outcome) {
    left -= choice.probability[outcome];
    if (left < 0) return outcome;
  }
  return choice.size() - 1;
}

absl::StatusOr<bool> SadfSimulation::Run(int64_t firings) {
  const int64_t until = machine_.steps() + firings;
  while (true) {
    DYNARCH_RETURN_IF_ERROR(machine_.Run(std::max<int64_t>(firings, 1), stop_));
    if (stop_ != SadfStop::kChoice) return false;
    if (machine_.steps() >= until) return true;
    machine_.Choose(Draw());
  }
}

absl::StatusOr<SadfEstimate> EstimateSadf(const SadfModel& model,
                                          int64_t firings, uint64_t seed,
                                          bool occupancy) {
  SadfSimulation simulation(model, seed, occupancy);
  SadfMachine& machine = simulation.machine();
  DYNARCH_ASSIGN_OR_RETURN(bool running, simulation.Run(firings));
  const int processes = static_cast<int>(model.processes.size());
  BatchMeans means(processes);
  SadfEstimate estimate;
  estimate.occupancy.assign(model.channels.size(), 0.0);
  const auto add = [&](const SadfMachine::Counts& counts) {
    for (int p = 0; p < processes; ++p) means.Count(p, counts.firings[p]);
    means.Time(counts.time);
    for (size_t c = 0; c < counts.area.size(); ++c) {
      estimate.occupancy[c] += counts.area[c];
    }
    means.EndBatch();
  };
  running = running || simulation.stop() == SadfStop::kFull;
  for (int batch = 0; batch < BatchMeans::kBatches && running; ++batch) {
    machine.ResetCounts();
    DYNARCH_ASSIGN_OR_RETURN(
        running, simulation.Run(firings / BatchMeans::kBatches + 1));
    running = running || simulation.stop() == SadfStop::kFull;
    if (running) add(machine.counts());
  }
  if (simulation.stop() == SadfStop::kLoop) {
    means = BatchMeans(processes);
    std::fill(estimate.occupancy.begin(), estimate.occupancy.end(), 0.0);
    add(machine.loop());
  } else if (simulation.stop() == SadfStop::kDeadlock) {
    // Nothing happens any more, for as long as one likes.
    means = BatchMeans(processes);
    means.Time(1);
    means.EndBatch();
    estimate.occupancy.assign(machine.tokens().begin(), machine.tokens().end());
  }
  estimate.time = means.total_time();
  for (int p = 0; p < processes; ++p) {
    estimate.firings.push_back(means.total(p));
  }
  estimate.rate = means.Rates();
  estimate.half_width = means.HalfWidths();
  for (double& mean : estimate.occupancy) {
    mean /= static_cast<double>(std::max<int64_t>(estimate.time, 1));
  }
  estimate.most = machine.counts().most;
  return estimate;
}

}  // namespace dynarch::dataflow
