#include "sim/dataflow/graph.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"

namespace dynarch::dataflow {
namespace {

absl::Status CheckActor(const Actor& actor) {
  if (actor.times.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "actor '", actor.name, "' has no phase; at least one time is needed"));
  }
  for (const Rational& time : actor.times) {
    if (time.negative()) {
      return absl::InvalidArgumentError(
          absl::StrCat("actor '", actor.name, "': time ", time.ToString(),
                       "; times are >= 0"));
    }
  }
  return absl::OkStatus();
}

// One side of a channel against the actor it belongs to.
absl::Status CheckRates(const Channel& channel, const Actor& actor,
                        absl::string_view side,
                        const std::vector<int64_t>& rates) {
  const std::string where = absl::StrCat("channel '", channel.name, "': ", side,
                                         " of actor '", actor.name, "'");
  if (rates.size() != actor.times.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, " has ", rates.size(), " rates, the actor has ",
                     actor.times.size(), " phases; give one rate per phase"));
  }
  int64_t total = 0;
  for (const int64_t rate : rates) {
    if (rate < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, " has rate ", rate, "; rates are >= 0"));
    }
    if (__builtin_add_overflow(total, rate, &total)) {
      return absl::OutOfRangeError(absl::StrCat(
          where, ": the rates of one cycle add up to more than 2^63 - 1"));
    }
  }
  if (total == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, " is 0 in every phase; leave such a channel out"));
  }
  return absl::OkStatus();
}

absl::Status CheckTokens(const Channel& channel) {
  if (channel.initial_tokens < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("channel '", channel.name, "' has ",
                     channel.initial_tokens, " initial tokens; >= 0 allowed"));
  }
  if (channel.token_size < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("channel '", channel.name, "' has tokens of size ",
                     channel.token_size, "; >= 0 allowed"));
  }
  if (channel.capacity.has_value() &&
      *channel.capacity < channel.initial_tokens) {
    return absl::InvalidArgumentError(absl::StrCat(
        "channel '", channel.name, "' has ", channel.initial_tokens,
        " initial tokens but holds only ", *channel.capacity));
  }
  return absl::OkStatus();
}

absl::Status CheckChannel(const Graph& graph, const Channel& channel) {
  const int actors = static_cast<int>(graph.actors.size());
  for (const int end : {channel.source, channel.destination}) {
    if (end < 0 || end >= actors) {
      return absl::InvalidArgumentError(
          absl::StrCat("channel '", channel.name, "' ends at actor number ",
                       end, "; the graph has ", actors, " actors"));
    }
  }
  DYNARCH_RETURN_IF_ERROR(CheckTokens(channel));
  DYNARCH_RETURN_IF_ERROR(CheckRates(channel, graph.actors[channel.source],
                                     "production", channel.production));
  return CheckRates(channel, graph.actors[channel.destination], "consumption",
                    channel.consumption);
}

template <typename Item>
absl::Status CheckNames(absl::string_view kind,
                        const std::vector<Item>& items) {
  std::set<absl::string_view> seen;
  for (const Item& item : items) {
    if (!seen.insert(item.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("two ", kind, "s are named '", item.name, "'"));
    }
  }
  return absl::OkStatus();
}

int64_t Sum(const std::vector<int64_t>& rates) {
  return std::accumulate(rates.begin(), rates.end(), int64_t{0});
}

}  // namespace

absl::Status Check(const Graph& graph) {
  DYNARCH_RETURN_IF_ERROR(CheckNames("actor", graph.actors));
  DYNARCH_RETURN_IF_ERROR(CheckNames("channel", graph.channels));
  for (const Actor& actor : graph.actors) {
    DYNARCH_RETURN_IF_ERROR(CheckActor(actor));
  }
  for (const Channel& channel : graph.channels) {
    DYNARCH_RETURN_IF_ERROR(CheckChannel(graph, channel));
  }
  return absl::OkStatus();
}

int64_t TotalProduction(const Channel& channel) {
  return Sum(channel.production);
}

int64_t TotalConsumption(const Channel& channel) {
  return Sum(channel.consumption);
}

absl::StatusOr<int> ActorNamed(const Graph& graph, absl::string_view name) {
  std::vector<std::string> names;
  for (size_t i = 0; i < graph.actors.size(); ++i) {
    if (graph.actors[i].name == name) return static_cast<int>(i);
    names.push_back(graph.actors[i].name);
  }
  return absl::NotFoundError(absl::StrCat("no actor '", name, "' in graph '",
                                          graph.name, "'",
                                          DidYouMean(name, names)));
}

Graph WithSpaceAsChannels(const Graph& graph) {
  Graph result = graph;
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    const Channel& channel = graph.channels[i];
    if (!channel.capacity.has_value()) continue;
    result.channels[i].capacity.reset();
    result.channels.push_back(
        {.name = absl::StrCat(channel.name, ".space"),
         .source = channel.destination,
         .destination = channel.source,
         .production = channel.consumption,
         .consumption = channel.production,
         .initial_tokens = *channel.capacity - channel.initial_tokens});
  }
  return result;
}

Graph OneFiringAtATime(const Graph& graph) {
  Graph result = graph;
  for (size_t i = 0; i < graph.actors.size(); ++i) {
    const Actor& actor = graph.actors[i];
    const std::vector<int64_t> ones(actor.times.size(), 1);
    result.channels.push_back(
        {.name = absl::StrCat(actor.name, ".one_at_a_time"),
         .source = static_cast<int>(i),
         .destination = static_cast<int>(i),
         .production = ones,
         .consumption = ones,
         .initial_tokens = 1});
  }
  return result;
}

}  // namespace dynarch::dataflow
