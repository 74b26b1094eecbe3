#include "sim/dataflow/sadf_simulation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/base/status_macros.h"

namespace dynarch::dataflow {
namespace {

constexpr int kBatches = 32;
// 97.5 % point of Student's t with 31 degrees of freedom.
constexpr double kStudent = 2.0395;

}  // namespace

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
  std::vector<SadfMachine::Counts> batches;
  for (int batch = 0; batch < kBatches; ++batch) {
    machine.ResetCounts();
    if (running || simulation.stop() == SadfStop::kFull) {
      DYNARCH_ASSIGN_OR_RETURN(running, simulation.Run(firings / kBatches + 1));
    }
    if (!running && simulation.stop() != SadfStop::kFull) break;
    batches.push_back(machine.counts());
  }
  const bool loop = simulation.stop() == SadfStop::kLoop;
  if (loop) batches = {machine.loop()};
  SadfEstimate estimate;
  const size_t processes = model.processes.size();
  estimate.most = machine.counts().most;
  estimate.firings.assign(processes, 0);
  estimate.rate.assign(processes, 0.0);
  estimate.half_width.assign(processes, 0.0);
  if (simulation.stop() == SadfStop::kDeadlock) {
    estimate.time = 1;
    estimate.occupancy.assign(machine.tokens().begin(), machine.tokens().end());
    return estimate;
  }
  estimate.occupancy.assign(model.channels.size(), 0.0);
  for (const SadfMachine::Counts& batch : batches) {
    estimate.time += batch.time;
    for (size_t p = 0; p < processes; ++p) {
      estimate.firings[p] += batch.firings[p];
    }
    for (size_t c = 0; c < model.channels.size(); ++c) {
      estimate.occupancy[c] += batch.area[c];
    }
  }
  const double time = static_cast<double>(estimate.time);
  for (double& mean : estimate.occupancy) mean /= time;
  const double count = static_cast<double>(batches.size());
  for (size_t p = 0; p < processes; ++p) {
    const double rate = static_cast<double>(estimate.firings[p]) / time;
    estimate.rate[p] = rate;
    if (batches.size() < 2) continue;
    double squares = 0;
    for (const SadfMachine::Counts& batch : batches) {
      const double off = static_cast<double>(batch.firings[p]) -
                         rate * static_cast<double>(batch.time);
      squares += off * off;
    }
    estimate.half_width[p] =
        kStudent * std::sqrt(squares / (count - 1) * count) / time;
  }
  return estimate;
}

}  // namespace dynarch::dataflow
