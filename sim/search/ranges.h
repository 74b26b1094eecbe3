// Sets of indices as ranges.
#ifndef DYNARCH_SIM_SEARCH_RANGES_H_
#define DYNARCH_SIM_SEARCH_RANGES_H_

#include <cstdint>
#include <vector>

#include "sim/space/design_space.h"

namespace dynarch::search {

// The same set as disjoint, ascending ranges that do not touch. Empty ranges
// are dropped.
std::vector<space::IndexRange> Normalised(
    std::vector<space::IndexRange> ranges);

// `from` less `what`; both normalised, so is the result.
std::vector<space::IndexRange> Minus(
    const std::vector<space::IndexRange>& from,
    const std::vector<space::IndexRange>& what);

// Whether `index` is in the normalised `ranges`.
bool Contains(const std::vector<space::IndexRange>& ranges, int64_t index);

// Sum of the sizes of disjoint ranges.
int64_t CountOf(const std::vector<space::IndexRange>& ranges);

}  // namespace dynarch::search

#endif  // DYNARCH_SIM_SEARCH_RANGES_H_
