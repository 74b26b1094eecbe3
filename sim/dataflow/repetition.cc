#include "sim/dataflow/repetition.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::dataflow {
namespace {

constexpr char kInconsistent[] = "inconsistent rates: ";

// One end of a channel, seen from an actor.
struct Neighbour {
  int actor;
  int channel;
  Rational factor;  // the neighbour's cycles per cycle of this actor
};

std::vector<std::vector<Neighbour>> NeighboursOf(const Graph& graph) {
  std::vector<std::vector<Neighbour>> neighbours(graph.actors.size());
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    const Channel& channel = graph.channels[i];
    const BigInt in = TotalProduction(channel);
    const BigInt out = TotalConsumption(channel);
    const int index = static_cast<int>(i);
    neighbours[channel.source].push_back(
        {channel.destination, index, Rational(in, out)});
    neighbours[channel.destination].push_back(
        {channel.source, index, Rational(out, in)});
  }
  return neighbours;
}

absl::Status Inconsistent(const Graph& graph, const Channel& channel,
                          const std::vector<std::optional<Rational>>& cycles) {
  const std::string& source = graph.actors[channel.source].name;
  const std::string& destination = graph.actors[channel.destination].name;
  const int64_t in = TotalProduction(channel);
  const int64_t out = TotalConsumption(channel);
  const std::string rates =
      absl::StrCat(kInconsistent, "channel '", channel.name, "' gets ", in,
                   " tokens per cycle of actor '", source, "' and gives ", out,
                   " per cycle of actor '", destination, "'");
  if (channel.source == channel.destination) {
    return absl::FailedPreconditionError(absl::StrCat(
        rates, "; an actor must take from itself what it gives itself"));
  }
  const Rational demanded =
      *cycles[channel.destination] / *cycles[channel.source];
  return absl::FailedPreconditionError(absl::StrCat(
      rates, ", so that '", destination, "' would run ",
      Rational(BigInt(in), BigInt(out)).ToString(), " times as often as '",
      source, "'; by the other channels it runs ", demanded.ToString(),
      " times as often"));
}

// Multiplies the cycles of one connected group to its smallest integers.
void ToSmallestIntegers(const std::vector<int>& group,
                        const std::vector<std::optional<Rational>>& cycles,
                        std::vector<BigInt>& result) {
  BigInt multiple = 1;
  for (const int actor : group) {
    multiple =
        boost::multiprecision::lcm(multiple, cycles[actor]->denominator());
  }
  BigInt divisor = 0;
  for (const int actor : group) {
    result[actor] = cycles[actor]->numerator() *
                    BigInt(multiple / cycles[actor]->denominator());
    divisor = boost::multiprecision::gcd(divisor, result[actor]);
  }
  for (const int actor : group) result[actor] /= divisor;
}

}  // namespace

absl::StatusOr<std::vector<BigInt>> RepetitionVector(const Graph& graph) {
  DYNARCH_RETURN_IF_ERROR(Check(graph));
  const auto neighbours = NeighboursOf(graph);
  const int actors = static_cast<int>(graph.actors.size());
  std::vector<std::optional<Rational>> cycles(actors);
  std::vector<BigInt> result(actors);
  for (int first = 0; first < actors; ++first) {
    if (cycles[first].has_value()) continue;
    cycles[first] = Rational(1);
    std::vector<int> group = {first};
    for (size_t next = 0; next < group.size(); ++next) {
      const int actor = group[next];
      for (const Neighbour& neighbour : neighbours[actor]) {
        const Rational demanded = *cycles[actor] * neighbour.factor;
        std::optional<Rational>& known = cycles[neighbour.actor];
        if (!known.has_value()) {
          known = demanded;
          group.push_back(neighbour.actor);
        } else if (*known != demanded) {
          return Inconsistent(graph, graph.channels[neighbour.channel], cycles);
        }
      }
    }
    ToSmallestIntegers(group, cycles, result);
  }
  return result;
}

bool IsInconsistent(const absl::Status& status) {
  return status.code() == absl::StatusCode::kFailedPrecondition &&
         absl::StartsWith(status.message(), kInconsistent);
}

}  // namespace dynarch::dataflow
