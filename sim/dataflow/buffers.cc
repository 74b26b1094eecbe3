#include "sim/dataflow/buffers.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/liveness.h"
#include "sim/dataflow/repetition.h"
#include "sim/dataflow/throughput.h"

namespace dynarch::dataflow {
namespace {

using Distribution = std::vector<int64_t>;  // capacity by sized channel

constexpr int64_t kMostTokens = int64_t{1} << 61;

// One channel to size. Only capacities of initial tokens + n * step differ.
struct Sized {
  int channel;
  int64_t least;  // that the channel alone needs
  int64_t step;   // the greatest common divisor of its rates
  int64_t token_size;
};

// What one distribution attains.
struct Outcome {
  std::optional<Rational> period;  // none: deadlock
  std::vector<int> tight;  // places of channels that may lack space, ascending
};

int64_t Largest(const std::vector<int64_t>& rates) {
  return *std::max_element(rates.begin(), rates.end());
}

absl::StatusOr<Sized> SizedOf(const Channel& channel, int index) {
  int64_t step = 0;
  for (const int64_t rate : channel.production) step = std::gcd(step, rate);
  for (const int64_t rate : channel.consumption) step = std::gcd(step, rate);
  const int64_t in = Largest(channel.production);
  const int64_t out = Largest(channel.consumption);
  const int64_t initial = channel.initial_tokens;
  if (std::max({in, out, initial}) > kMostTokens / 4) {
    return absl::OutOfRangeError(absl::StrCat(
        "channel '", channel.name, "' moves or holds more than 2^59 tokens"));
  }
  // Two actors of one phase run forever with in + out - step tokens and places
  // in all, whole steps of each; of several phases, at least these must fit.
  const bool synchronous =
      channel.production.size() == 1 && channel.consumption.size() == 1;
  const int64_t needed =
      synchronous ? in + out - step + initial % step : std::max(in, out);
  const int64_t missing = std::max<int64_t>(needed - initial, 0);
  const int64_t least = initial + (missing + step - 1) / step * step;
  return Sized{index, least, step, channel.token_size};
}

absl::StatusOr<std::vector<Sized>> SizedChannels(const Graph& graph) {
  std::vector<Sized> sized;
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    const Channel& channel = graph.channels[i];
    if (channel.capacity.has_value() || channel.token_size == 0 ||
        channel.source == channel.destination) {
      continue;
    }
    DYNARCH_ASSIGN_OR_RETURN(const Sized one,
                             SizedOf(channel, static_cast<int>(i)));
    sized.push_back(one);
  }
  return sized;
}

class Sizing {
 public:
  Sizing(const Graph& graph, std::vector<Sized> sized,
         const BufferOptions& options)
      : graph_(graph), sized_(std::move(sized)), options_(options) {}

  // `target`: the longest period allowed; none: any.
  absl::StatusOr<BufferSizes> Run(std::optional<Rational> target) {
    target_ = std::move(target);
    DYNARCH_ASSIGN_OR_RETURN(limit_, Limit());
    for (const Sized& one : sized_) result_.channels.push_back(one.channel);
    DYNARCH_ASSIGN_OR_RETURN(const bool found, SearchExactly());
    if (!found) DYNARCH_RETURN_IF_ERROR(SearchUpperBound());
    return std::move(result_);
  }

 private:
  struct Candidate {
    BigInt memory;
    Distribution capacities;
    // For a queue that gives the least memory first.
    friend bool operator<(const Candidate& a, const Candidate& b) {
      return std::tie(a.memory, a.capacities) >
             std::tie(b.memory, b.capacities);
    }
  };

  // Distributions that the exact search may analyse.
  absl::StatusOr<int64_t> Limit() const {
    DYNARCH_ASSIGN_OR_RETURN(const std::vector<BigInt> cycles,
                             RepetitionVector(graph_));
    BigInt work = graph_.channels.size() + 1;
    for (size_t i = 0; i < cycles.size(); ++i) {
      work += cycles[i] * graph_.actors[i].phases();
    }
    const BigInt affordable = std::max<BigInt>(options_.max_work / work, 100);
    return static_cast<int64_t>(
        std::min<BigInt>(affordable, options_.max_distributions));
  }

  BigInt MemoryOf(const Distribution& capacities) const {
    BigInt memory = 0;
    for (size_t i = 0; i < sized_.size(); ++i) {
      memory += BigInt(capacities[i]) * sized_[i].token_size;
    }
    return memory;
  }

  bool Attains(const Outcome& outcome) const {
    return outcome.period.has_value() &&
           (!target_.has_value() || *outcome.period <= *target_);
  }

  Distribution Least() const {
    Distribution least;
    for (const Sized& one : sized_) least.push_back(one.least);
    return least;
  }

  absl::StatusOr<Outcome> Analyse(const Distribution& capacities) {
    ++result_.analysed;
    Graph bounded = graph_;
    for (size_t i = 0; i < sized_.size(); ++i) {
      bounded.channels[sized_[i].channel].capacity = capacities[i];
    }
    DYNARCH_ASSIGN_OR_RETURN(
        const Throughput throughput,
        AnalyseThroughput(bounded,
                          {.auto_concurrency = options_.auto_concurrency}));
    Outcome outcome;
    outcome.period = throughput.period;
    if (!outcome.period.has_value()) {
      DYNARCH_ASSIGN_OR_RETURN(outcome.tight, SpaceWaitedFor(bounded));
    } else if (!Attains(outcome)) {
      outcome.tight = SpaceOnCycle(throughput.critical_cycle);
    }
    return outcome;
  }

  // The sized channels for whose space a deadlocked graph waits.
  absl::StatusOr<std::vector<int>> SpaceWaitedFor(const Graph& bounded) const {
    DYNARCH_ASSIGN_OR_RETURN(const std::optional<Deadlock> deadlock,
                             FindDeadlock(bounded));
    std::vector<int> tight;
    for (size_t i = 0; deadlock.has_value() && i < sized_.size(); ++i) {
      for (const Wait& wait : deadlock->cycle) {
        if (!wait.space || wait.channel != sized_[i].channel) continue;
        tight.push_back(static_cast<int>(i));
        break;
      }
    }
    return tight;
  }

  // The sized channels whose space may be an edge of a critical cycle: from
  // destination to source. All, if the cycle is not known.
  std::vector<int> SpaceOnCycle(
      const std::vector<CriticalFiring>& cycle) const {
    std::set<std::pair<int, int>> edges;
    for (size_t i = 0; i < cycle.size(); ++i) {
      edges.insert({cycle[i].actor, cycle[(i + 1) % cycle.size()].actor});
    }
    std::vector<int> tight;
    for (size_t i = 0; i < sized_.size(); ++i) {
      const Channel& channel = graph_.channels[sized_[i].channel];
      if (cycle.empty() ||
          edges.contains({channel.destination, channel.source})) {
        tight.push_back(static_cast<int>(i));
      }
    }
    return tight;
  }

  // Takes a distribution as the result.
  void Take(const Distribution& capacities, const Outcome& outcome,
            bool exact) {
    result_.capacities = capacities;
    result_.memory = MemoryOf(capacities);
    result_.period = *outcome.period;
    result_.exact = exact;
  }

  absl::StatusOr<bool> SearchExactly() {
    std::priority_queue<Candidate> queue;
    std::set<Distribution> seen;
    const auto offer = [&](Distribution capacities) {
      if (!seen.insert(capacities).second) return;
      queue.push({MemoryOf(capacities), std::move(capacities)});
    };
    offer(Least());
    while (result_.analysed < limit_) {
      if (queue.empty()) return NoBufferHelps();
      const Candidate next = queue.top();
      queue.pop();
      DYNARCH_ASSIGN_OR_RETURN(const Outcome outcome, Analyse(next.capacities));
      AddToTradeOff(next, outcome);
      if (Attains(outcome)) {
        Take(next.capacities, outcome, true);
        return true;
      }
      for (const int place : outcome.tight) {
        Distribution larger = next.capacities;
        larger[place] += sized_[place].step;
        if (larger[place] <= kMostTokens) offer(std::move(larger));
      }
    }
    return false;
  }

  void AddToTradeOff(const Candidate& candidate, const Outcome& outcome) {
    if (!outcome.period.has_value()) return;
    std::vector<BufferTradeOff>& points = result_.trade_off;
    if (!points.empty() && points.back().period <= *outcome.period) return;
    points.push_back({candidate.memory, *outcome.period, candidate.capacities});
  }

  absl::Status NoBufferHelps() const {
    return absl::FailedPreconditionError(absl::StrCat(
        "graph '", graph_.name, "': no buffers attain ",
        target_.has_value() ? absl::StrCat("the period ", target_->ToString())
                            : std::string("an execution without deadlock")));
  }

  // Twice the limit of the exact search in all.
  bool Exhausted() const { return result_.analysed >= 2 * limit_; }

  absl::Status SearchUpperBound() {
    Distribution capacities = Least();
    while (true) {
      DYNARCH_ASSIGN_OR_RETURN(const Outcome outcome, Analyse(capacities));
      if (Attains(outcome)) {
        Take(capacities, outcome, false);
        return Shrink();
      }
      if (outcome.tight.empty()) return NoBufferHelps();
      for (const int place : outcome.tight) Double(place, capacities);
      if (Exhausted()) {
        return absl::ResourceExhaustedError(
            absl::StrCat("graph '", graph_.name,
                         "': no sufficient buffers among ", result_.analysed,
                         " distributions; allow a longer period or more "
                         "distributions"));
      }
    }
  }

  void Double(int place, Distribution& capacities) const {
    const int64_t step = sized_[place].step;
    const int64_t more = (capacities[place] + step - 1) / step * step;
    capacities[place] = std::min(capacities[place] + more, kMostTokens);
  }

  // Makes the channels of the result smaller, the largest memory first.
  absl::Status Shrink() {
    std::vector<int> order(sized_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [this](int a, int b) { return Saving(a) > Saving(b); });
    for (const int place : order) {
      // By bisection over steps above the least.
      int64_t low = 0;
      int64_t high = (result_.capacities[place] - sized_[place].least) /
                     sized_[place].step;
      while (low < high && !Exhausted()) {
        const int64_t middle = low + (high - low) / 2;
        Distribution smaller = result_.capacities;
        smaller[place] = sized_[place].least + middle * sized_[place].step;
        DYNARCH_ASSIGN_OR_RETURN(const Outcome outcome, Analyse(smaller));
        if (Attains(outcome)) {
          Take(smaller, outcome, false);
          high = middle;
        } else {
          low = middle + 1;
        }
      }
    }
    return absl::OkStatus();
  }

  BigInt Saving(int place) const {
    return BigInt(result_.capacities[place] - sized_[place].least) *
           sized_[place].token_size;
  }

  const Graph& graph_;
  const std::vector<Sized> sized_;
  const BufferOptions& options_;
  int64_t limit_ = 0;
  std::optional<Rational> target_;
  BufferSizes result_;
};

bool TakesTime(const Graph& graph) {
  for (const Actor& actor : graph.actors) {
    for (const Rational& time : actor.times) {
      if (!time.zero()) return true;
    }
  }
  return false;
}

// The period to attain with some buffers; none: any will do.
absl::StatusOr<std::optional<Rational>> TargetOf(const Graph& graph,
                                                 const BufferOptions& options,
                                                 bool has_buffers) {
  DYNARCH_ASSIGN_OR_RETURN(
      const Throughput fastest,
      AnalyseThroughput(graph, {.auto_concurrency = options.auto_concurrency}));
  if (!fastest.period.has_value()) return DeadlockError(graph);
  if (options.only_live) return std::optional<Rational>();
  if (!options.period.has_value()) {
    if (fastest.period->zero() && has_buffers && TakesTime(graph)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "graph '", graph.name,
          "' has the period 0, which may need unbounded "
          "buffers; ask for a period above 0, or for no auto-concurrency"));
    }
    return fastest.period;
  }
  if (*options.period < *fastest.period) {
    return absl::OutOfRangeError(absl::StrCat(
        "graph '", graph.name, "': the period ", options.period->ToString(),
        " was asked for; without any bound it is ",
        fastest.period->ToString()));
  }
  return options.period;
}

}  // namespace

absl::StatusOr<BufferSizes> SizeBuffers(const Graph& graph,
                                        const BufferOptions& options) {
  DYNARCH_RETURN_IF_ERROR(Check(graph));
  DYNARCH_ASSIGN_OR_RETURN(std::vector<Sized> sized, SizedChannels(graph));
  DYNARCH_ASSIGN_OR_RETURN(std::optional<Rational> target,
                           TargetOf(graph, options, !sized.empty()));
  return Sizing(graph, std::move(sized), options).Run(std::move(target));
}

Graph WithCapacities(const Graph& graph, const BufferSizes& sizes) {
  Graph result = graph;
  for (size_t i = 0; i < sizes.channels.size(); ++i) {
    result.channels[sizes.channels[i]].capacity = sizes.capacities[i];
  }
  return result;
}

}  // namespace dynarch::dataflow
