// The steps of Realise. Internal to sim/behavior.
#ifndef DYNARCH_SIM_BEHAVIOR_REALISED_H_
#define DYNARCH_SIM_BEHAVIOR_REALISED_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/behavior/outcome_check.h"
#include "sim/behavior/outcome_rows.h"
#include "sim/behavior/population.h"
#include "sim/behavior/source.h"
#include "sim/graph/network.h"

namespace dynarch::behavior {

// Canonical outcomes, each once, and which one each sample has.
struct Interned {
  OutcomeRows table;
  std::vector<uint32_t> index;  // By sample.
};

// Fixes every distinct row and interns what comes out.
absl::StatusOr<Interned> FixAndIntern(const OutcomeRows& rows,
                                      const OutcomeFixer& fixer);

// The slice that a request is answered from, and what has to be done to its
// outcomes.
struct ChosenSlice {
  const TraceSlice* slice = nullptr;
  std::vector<std::optional<Decimal>> knobs;  // To be applied.
  bool as_recorded = true;                    // Else accuracy is unknown.
};
absl::StatusOr<ChosenSlice> ChooseSlice(const Trace& trace,
                                        const graph::Network& network,
                                        const Request& request);

// The outcomes of a slice by the network's layout, fixed.
absl::StatusOr<Interned> OutcomesOf(const Trace& trace,
                                    const ChosenSlice& chosen,
                                    const graph::Network& network);

// Samples drawn from a source that is no trace, or all that are known of one.
struct Drawn {
  Interned outcomes;
  std::vector<uint8_t> taken;
  std::vector<uint8_t> right;  // Empty: unknown.
  std::vector<StatedScenario> stated;
  std::optional<double> accuracy;
};
// InvalidArgument if the request asks for other knobs than the source's.
absl::Status CheckDrawn(const Source& source, const graph::Network& network,
                        const Request& request);
absl::StatusOr<Drawn> Draw(const Source& source, const graph::Network& network,
                           const Request& request);

// `count` numbers below `count`, each once, in keyed order. Stream 0 is for
// outcomes and exits as taken, 1 + e for the signals of exit e.
std::vector<uint32_t> Permutation(uint64_t seed, uint64_t stream,
                                  int64_t count);

// The inner decisions under kRandom or kIndependent.
absl::StatusOr<Interned> Dealt(const Interned& outcomes,
                               const graph::Network& network, Control control,
                               uint64_t seed);

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_REALISED_H_
