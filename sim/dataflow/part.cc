#include "sim/dataflow/part.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "sim/dataflow/components.h"
#include "sim/dataflow/execution.h"

namespace dynarch::dataflow {
namespace {

Part PartOf(const Graph& graph, const std::vector<int>& actors,
            const std::vector<BigInt>& cycles) {
  Part part;
  part.graph = &graph;
  part.actors = actors;
  part.repeats = 0;
  for (const int actor : actors) {
    part.repeats = boost::multiprecision::gcd(part.repeats, cycles[actor]);
  }
  for (const int actor : actors) {
    part.cycles.push_back(cycles[actor] / part.repeats);
  }
  return part;
}

void AddActor(const std::vector<int64_t>& times, bool one_at_a_time,
              Part& part) {
  const bool equal = std::all_of(times.begin(), times.end(), [&](int64_t time) {
    return time == times.front();
  });
  part.times.push_back(times);
  part.one_at_a_time.push_back(one_at_a_time);
  part.ends_in_order.push_back(one_at_a_time || equal);
}

}  // namespace

std::vector<Part> PartsOf(const Graph& graph, const std::vector<BigInt>& cycles,
                          const std::vector<std::vector<int64_t>>& times,
                          bool auto_concurrency) {
  std::vector<std::pair<int, int>> edges;
  for (const Channel& channel : graph.channels) {
    edges.push_back({channel.source, channel.destination});
  }
  const int actors = static_cast<int>(graph.actors.size());
  const Components components = StronglyConnected(MakeAdjacency(actors, edges));
  std::vector<std::vector<int>> channels(components.members.size());
  for (size_t i = 0; i < edges.size(); ++i) {
    const int component = components.of[edges[i].first];
    if (component != components.of[edges[i].second]) continue;
    channels[component].push_back(static_cast<int>(i));
  }
  const auto local = std::make_shared<std::vector<int>>(actors);
  for (const std::vector<int>& members : components.members) {
    for (size_t i = 0; i < members.size(); ++i) {
      (*local)[members[i]] = static_cast<int>(i);
    }
  }
  const std::vector<bool> ordered = FiresOneAtATime(graph);
  std::vector<Part> parts;
  for (size_t i = 0; i < components.members.size(); ++i) {
    if (channels[i].empty() && auto_concurrency) continue;
    Part part = PartOf(graph, components.members[i], cycles);
    part.local = local;
    part.channels = std::move(channels[i]);
    for (const int actor : part.actors) {
      AddActor(times[actor], !auto_concurrency || ordered[actor], part);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace dynarch::dataflow
