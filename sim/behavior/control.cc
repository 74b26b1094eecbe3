// Controls that deal or draw inner decisions anew.
#include <numeric>
#include <utility>

#include "sim/base/random.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/realised.h"

namespace dynarch::behavior {
namespace {

// Streams of one seed: permutations from 0, draws of decision d of sample i at
// (1 + d) x 2^40 + i, exits of sample i at 2^62 + i (population.cc).
constexpr int kDrawShift = 40;

RandomKey KeyOf(uint64_t seed, uint64_t index) {
  return {.seed = seed, .purpose = RandomPurpose::kDecisions, .index = index};
}

// By decision: the first decision it is dealt with. Where a decision's range
// depends on another's outcome, the two stay together.
std::vector<int> Groups(const graph::Network& network) {
  std::vector<int> group(network.decisions().size());
  std::iota(group.begin(), group.end(), 0);
  for (size_t d = 0; d < group.size(); ++d) {
    for (const int other : network.decisions()[d].of.decisions()) {
      const int a = group[d], b = group[other];
      for (int& g : group) {
        if (g == a || g == b) g = std::min(a, b);
      }
    }
  }
  return group;
}

// Chooses, for a group of decisions, the sample whose outcomes each sample
// gets. Only samples that reach the group's first decision are dealt; the
// others get one of theirs, in case that they reach it now.
std::vector<uint32_t> Givers(const Interned& outcomes, int column, int group,
                             Control control, uint64_t seed) {
  std::vector<bool> reaches(outcomes.table.size());
  for (size_t row = 0; row < reaches.size(); ++row) {
    reaches[row] = outcomes.table.At(row, column) != graph::kNotReached;
  }
  const auto size = static_cast<int64_t>(outcomes.index.size());
  std::vector<uint32_t> from;
  for (int64_t i = 0; i < size; ++i) {
    if (reaches[outcomes.index[i]]) from.push_back(static_cast<uint32_t>(i));
  }
  const auto count = static_cast<int64_t>(from.size());
  std::vector<uint32_t> givers(size);
  if (count == 0) return {};
  if (control == Control::kRandom) {
    for (int64_t i = 0; i < size; ++i) {
      const uint64_t index = (uint64_t{1} + group) << kDrawShift | i;
      givers[i] = from[RandomStream(KeyOf(seed, index)).UniformBelow(count)];
    }
    return givers;
  }
  const std::vector<uint32_t> dealt =
      Permutation(seed, (uint64_t{1} + group) << kDrawShift, count);
  int64_t reaching = 0, other = 0;
  for (int64_t i = 0; i < size; ++i) {
    int64_t& next = reaches[outcomes.index[i]] ? reaching : other;
    givers[i] = from[dealt[next++ % count]];
  }
  return givers;
}

}  // namespace

std::vector<uint32_t> Permutation(uint64_t seed, uint64_t stream,
                                  int64_t count) {
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  RandomStream random(KeyOf(seed, stream));
  for (int64_t i = count - 1; i > 0; --i) {
    std::swap(order[i], order[random.UniformBelow(i + 1)]);
  }
  return order;
}

absl::StatusOr<Interned> Dealt(const Interned& outcomes,
                               const graph::Network& network, Control control,
                               uint64_t seed) {
  const graph::OutcomeLayout& layout = network.layout();
  const std::vector<int> groups = Groups(network);
  std::vector<std::vector<uint32_t>> givers(groups.size());
  for (size_t d = 0; d < groups.size(); ++d) {
    if (groups[d] != static_cast<int>(d)) continue;
    givers[d] = Givers(outcomes, layout.first[d], groups[d], control, seed);
  }
  OutcomeRows rows(layout.size);
  rows.Reserve(static_cast<int64_t>(outcomes.index.size()));
  graph::Outcomes row(layout.size);
  for (size_t i = 0; i < outcomes.index.size(); ++i) {
    row = network.nominal();  // Of decisions that no sample reaches.
    for (size_t d = 0; d < groups.size(); ++d) {
      const auto& giver = givers[groups[d]];
      if (giver.empty()) continue;
      const uint32_t given = outcomes.index[giver[i]];
      for (int c = 0; c < layout.count[d]; ++c) {
        row[layout.first[d] + c] =
            outcomes.table.At(given, layout.first[d] + c);
      }
    }
    rows.Append(row);
  }
  DYNARCH_ASSIGN_OR_RETURN(const OutcomeFixer fixer,
                           OutcomeFixer::Create(network, {}));
  return FixAndIntern(rows, fixer);
}

}  // namespace dynarch::behavior
