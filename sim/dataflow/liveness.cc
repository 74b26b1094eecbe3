#include "sim/dataflow/liveness.h"

#include <algorithm>
#include <deque>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/repetition.h"

namespace dynarch::dataflow {
namespace {

using Count = __int128;  // tokens and firings since the start

constexpr int64_t kMaxSteps = int64_t{1} << 30;

// The running sums of one side's rates: [p] before phase p; the last entry is
// the whole cycle.
class Running {
 public:
  explicit Running(const std::vector<int64_t>& rates) : sums_{0} {
    for (const int64_t rate : rates) sums_.push_back(sums_.back() + rate);
  }

  int64_t phases() const { return static_cast<int64_t>(sums_.size()) - 1; }
  int64_t total() const { return sums_.back(); }

  // Tokens moved by the first `firings`.
  Count After(Count firings) const {
    return firings / phases() * total() +
           sums_[static_cast<size_t>(firings % phases())];
  }

  // The most firings that move at most `tokens` (>= 0); any number above 2^62
  // stands for more than that.
  Count FiringsFor(Count tokens) const {
    const Count cycles = std::min(tokens / total(), Count{1} << 62);
    const int64_t rest = static_cast<int64_t>(tokens % total());
    const auto past = std::upper_bound(sums_.begin(), sums_.end() - 1, rest);
    return cycles * phases() + (past - sums_.begin() - 1);
  }

 private:
  std::vector<int64_t> sums_;
};

// A channel, or the space of one.
struct Link {
  int channel;
  bool space;
  int source;
  int destination;
  int64_t initial;
  Running in;
  Running out;
};

std::vector<Link> LinksOf(const Graph& graph) {
  std::vector<Link> links;
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    const Channel& channel = graph.channels[i];
    const Running in(channel.production);
    const Running out(channel.consumption);
    const int index = static_cast<int>(i);
    links.push_back({index, false, channel.source, channel.destination,
                     channel.initial_tokens, in, out});
    if (channel.capacity.has_value()) {
      links.push_back({index, true, channel.destination, channel.source,
                       *channel.capacity - channel.initial_tokens, out, in});
    }
  }
  return links;
}

// Fires all actors as far as they go.
class Execution {
 public:
  Execution(const Graph& graph, std::vector<Count> goals)
      : graph_(graph),
        links_(LinksOf(graph)),
        inputs_(graph.actors.size()),
        outputs_(graph.actors.size()),
        fired_(graph.actors.size(), 0),
        goals_(std::move(goals)) {
    for (size_t i = 0; i < links_.size(); ++i) {
      inputs_[links_[i].destination].push_back(static_cast<int>(i));
      outputs_[links_[i].source].push_back(static_cast<int>(i));
    }
  }

  absl::StatusOr<std::optional<Deadlock>> Run() {
    std::deque<int> ready;
    std::vector<bool> listed(graph_.actors.size(), true);
    for (size_t i = 0; i < listed.size(); ++i) ready.push_back(i);
    int64_t steps = 0;
    while (!ready.empty()) {
      const int actor = ready.front();
      ready.pop_front();
      listed[actor] = false;
      if (!Fire(actor)) continue;
      if (++steps > kMaxSteps) {
        return absl::ResourceExhaustedError(absl::StrCat(
            "graph '", graph_.name, "': one iteration takes more than ",
            kMaxSteps, " steps"));
      }
      for (const int link : outputs_[actor]) {
        const int next = links_[link].destination;
        if (listed[next]) continue;
        listed[next] = true;
        ready.push_back(next);
      }
    }
    return Blocked();
  }

 private:
  // Firings of the link's destination for which tokens are there.
  Count Allowed(const Link& link) const {
    return link.out.FiringsFor(link.initial +
                               link.in.After(fired_[link.source]));
  }

  // Fires the actor as often as its inputs allow; whether it could.
  bool Fire(int actor) {
    Count most = goals_[actor];
    for (const int link : inputs_[actor]) {
      most = std::min(most, Allowed(links_[link]));
    }
    if (most <= fired_[actor]) return false;
    fired_[actor] = most;
    return true;
  }

  // The cycle of waits from the first actor that missed its goal.
  std::optional<Deadlock> Blocked() const {
    const int actors = static_cast<int>(goals_.size());
    int actor = 0;
    while (actor < actors && fired_[actor] == goals_[actor]) ++actor;
    if (actor == actors) return std::nullopt;
    std::vector<int> seen(actors, -1);
    Deadlock deadlock;
    while (seen[actor] < 0) {
      seen[actor] = static_cast<int>(deadlock.cycle.size());
      const Link& link = BlockingLink(actor);
      deadlock.cycle.push_back(WaitOn(link));
      actor = link.source;
    }
    deadlock.cycle.erase(deadlock.cycle.begin(),
                         deadlock.cycle.begin() + seen[actor]);
    return deadlock;
  }

  // An input of a blocked actor that blocks it. By consistency its source has
  // not reached its goal either.
  const Link& BlockingLink(int actor) const {
    for (const int link : inputs_[actor]) {
      if (Allowed(links_[link]) <= fired_[actor]) return links_[link];
    }
    return links_[inputs_[actor].front()];  // Not reached: it is blocked.
  }

  Wait WaitOn(const Link& link) const {
    const Count fired = fired_[link.destination];
    const Count present = link.initial + link.in.After(fired_[link.source]) -
                          link.out.After(fired);
    const Count needed = link.out.After(fired + 1) - link.out.After(fired);
    return {.actor = link.destination,
            .phase = static_cast<int>(fired % link.out.phases()),
            .channel = link.channel,
            .space = link.space,
            .present = static_cast<int64_t>(present),
            .needed = static_cast<int64_t>(needed)};
  }

  const Graph& graph_;
  std::vector<Link> links_;
  std::vector<std::vector<int>> inputs_;   // links, by destination
  std::vector<std::vector<int>> outputs_;  // links, by source
  std::vector<Count> fired_;
  std::vector<Count> goals_;
};

absl::Status TooLarge(const Graph& graph, absl::string_view what) {
  return absl::OutOfRangeError(
      absl::StrCat("graph '", graph.name, "': ", what));
}

}  // namespace

absl::StatusOr<std::optional<Deadlock>> FindDeadlock(const Graph& graph) {
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<BigInt> cycles,
                           RepetitionVector(graph));
  std::vector<Count> goals;
  for (size_t i = 0; i < cycles.size(); ++i) {
    const BigInt firings = cycles[i] * graph.actors[i].phases();
    if (firings > BigInt(int64_t{1} << 62)) {
      return TooLarge(graph, "an iteration has more than 2^62 firings");
    }
    goals.push_back(static_cast<Count>(static_cast<int64_t>(firings)));
  }
  for (const Channel& channel : graph.channels) {
    const BigInt tokens = cycles[channel.source] * TotalProduction(channel);
    if (boost::multiprecision::msb(tokens) >= 125) {
      return TooLarge(graph, absl::StrCat("channel '", channel.name,
                                          "' moves more than 2^125 tokens in "
                                          "an iteration"));
    }
  }
  return Execution(graph, std::move(goals)).Run();
}

std::string Describe(const Graph& graph, const Deadlock& deadlock) {
  std::string text;
  for (size_t i = 0; i < deadlock.cycle.size(); ++i) {
    const Wait& wait = deadlock.cycle[i];
    const Wait& next = deadlock.cycle[(i + 1) % deadlock.cycle.size()];
    absl::StrAppend(&text, i > 0 ? "; " : "", "'",
                    graph.actors[wait.actor].name, "' (phase ", wait.phase,
                    ") has ", wait.present, " of ", wait.needed,
                    wait.space ? " places in '" : " tokens in '",
                    graph.channels[wait.channel].name, "' and waits for '",
                    graph.actors[next.actor].name, "'");
  }
  return text;
}

absl::Status DeadlockError(const Graph& graph) {
  DYNARCH_ASSIGN_OR_RETURN(const std::optional<Deadlock> deadlock,
                           FindDeadlock(graph));
  return absl::FailedPreconditionError(absl::StrCat(
      "graph '", graph.name, "' deadlocks: ",
      deadlock.has_value() ? Describe(graph, *deadlock) : std::string()));
}

}  // namespace dynarch::dataflow
