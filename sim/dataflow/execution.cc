#include "sim/dataflow/execution.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace dynarch::dataflow {
bool OrdersItsActor(const Channel& channel) {
  if (channel.source != channel.destination) return false;
  const int64_t rate = channel.production.front();
  const auto same = [rate](int64_t other) { return other == rate; };
  return std::all_of(channel.production.begin(), channel.production.end(),
                     same) &&
         std::all_of(channel.consumption.begin(), channel.consumption.end(),
                     same) &&
         channel.initial_tokens - rate < rate;
}

std::vector<bool> FiresOneAtATime(const Graph& graph) {
  std::vector<bool> result(graph.actors.size(), false);
  for (const Channel& channel : graph.channels) {
    if (OrdersItsActor(channel)) result[channel.source] = true;
  }
  return result;
}

namespace {

// Sets keeps_start where starts could be out of order otherwise.
void MarkKeptStarts(const Graph& graph, Program& program) {
  const std::vector<bool> one_at_a_time = FiresOneAtATime(graph);
  for (size_t i = 0; i < program.nodes.size(); ++i) {
    Program::Node& node = program.nodes[i];
    node.keeps_start = node.times.size() > 1 && !one_at_a_time[i];
  }
  for (const Channel& channel : graph.channels) {
    const std::vector<int64_t>& times = program.nodes[channel.source].times;
    const bool equal = std::count(times.begin(), times.end(), times.front()) ==
                       static_cast<std::ptrdiff_t>(times.size());
    if (equal || one_at_a_time[channel.source]) continue;
    program.nodes[channel.destination].keeps_start =
        !one_at_a_time[channel.destination];
  }
}

}  // namespace

absl::StatusOr<Program> Compile(const Graph& graph,
                                const std::vector<BigInt>& cycles,
                                std::vector<std::vector<int64_t>> times,
                                int64_t max_firings) {
  Program program;
  program.nodes.resize(graph.actors.size());
  BigInt firings = 0;
  for (size_t i = 0; i < graph.actors.size(); ++i) {
    const BigInt goal = cycles[i] * graph.actors[i].phases();
    firings += goal;
    if (firings > max_firings) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "graph '", graph.name, "': one iteration has more than the ",
          max_firings, " firings that this analysis executes"));
    }
    Program::Node& node = program.nodes[i];
    node.goal = static_cast<int64_t>(goal);
    node.times = std::move(times[i]);
  }
  program.firings = static_cast<int64_t>(firings);
  MarkKeptStarts(graph, program);
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    const Channel& channel = graph.channels[i];
    const int index = static_cast<int>(i);
    program.destinations.push_back(channel.destination);
    program.nodes[channel.source].outputs.push_back(
        {index, &channel.production});
    program.nodes[channel.destination].inputs.push_back(
        {index, &channel.consumption});
  }
  return program;
}

absl::StatusOr<int64_t> LongestIteration(const Program& program) {
  __int128 total = 0;
  for (const Program::Node& node : program.nodes) {
    const int64_t phases = static_cast<int64_t>(node.times.size());
    for (const int64_t time : node.times) {
      total += static_cast<__int128>(time) * (node.goal / phases);
    }
    if (total > int64_t{1} << 61) {
      return absl::OutOfRangeError(
          "an iteration may take more than 2^61 ticks of the unit that all "
          "times share");
    }
  }
  return static_cast<int64_t>(total);
}

}  // namespace dynarch::dataflow
