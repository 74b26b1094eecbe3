// Buffer sizing: the least memory that attains a throughput.
#ifndef DYNARCH_SIM_DATAFLOW_BUFFERS_H_
#define DYNARCH_SIM_DATAFLOW_BUFFERS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

struct BufferOptions {
  bool auto_concurrency = true;  // as in sim/dataflow/throughput.h
  // The longest period allowed. None: that of the graph without further
  // capacities, the shortest there is.
  std::optional<Rational> period = std::nullopt;
  // Any period will do, so long as nothing deadlocks; `period` is ignored.
  bool only_live = false;
  // Distributions that the exact search may analyse before it gives up, and
  // again as many that the search for an upper bound may analyse. Fewer, but
  // not below 100, where that would pass `max_work` firings and channels.
  int64_t max_distributions = 5'000;
  int64_t max_work = 5'000'000;
};

struct BufferTradeOff {
  BigInt memory;
  Rational period;
  std::vector<int64_t> capacities;  // as in BufferSizes
};

struct BufferSizes {
  std::vector<int> channels;        // that were sized, ascending
  std::vector<int64_t> capacities;  // by sized channel, in tokens
  BigInt memory;                    // sum of capacity times token size
  Rational period;                  // with these capacities
  // Whether no distribution of less memory attains the period asked for;
  // otherwise `memory` is an upper bound of the least.
  bool exact = false;
  // The exact trade-off up to `memory`, as far as the search came: each has the
  // least memory of all that are at least as fast. By memory, ascending.
  std::vector<BufferTradeOff> trade_off;
  int64_t analysed = 0;  // distributions
};

// Sizes every channel between two actors that has no capacity and tokens of a
// size above 0. Channels from an actor to itself hold its state and stay as
// they are. Space is claimed at the start and freed at the end of a firing.
//
// Exact search: distributions in order of memory, from the least that each
// channel needs alone. One that is too slow is followed by those in which one
// channel is larger whose lack of space is on its critical cycle, or on its
// cycle of waits if it deadlocks: every faster distribution above it enlarges
// one of these (Stuijk, Geilen and Basten, "Exploring trade-offs in buffer
// requirements and throughput constraints for synchronous dataflow graphs", DAC
// 2006; of CSDF graphs, IEEE Trans. Computers 57(10), 2008).
// Upper bound: all of these channels are doubled until the distribution is fast
// enough; then each is made as small as it can be.
//
// Errors: those of AnalyseThroughput; FailedPrecondition if the graph deadlocks
// whatever its buffers, or needs unbounded ones (period 0 though firings take
// time); OutOfRange if the period asked for is shorter than that of the graph;
// ResourceExhausted if not even an upper bound is found.
absl::StatusOr<BufferSizes> SizeBuffers(const Graph& graph,
                                        const BufferOptions& options = {});

// `graph` with the capacities found.
Graph WithCapacities(const Graph& graph, const BufferSizes& sizes);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_BUFFERS_H_
