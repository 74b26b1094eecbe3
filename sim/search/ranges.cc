#include "sim/search/ranges.h"

#include <algorithm>
#include <iterator>

namespace dynarch::search {

using space::IndexRange;

std::vector<IndexRange> Normalised(std::vector<IndexRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const IndexRange& a, const IndexRange& b) {
              return a.begin < b.begin;
            });
  std::vector<IndexRange> merged;
  for (const IndexRange& range : ranges) {
    if (range.size() <= 0) continue;
    if (!merged.empty() && range.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

std::vector<IndexRange> Minus(const std::vector<IndexRange>& from,
                              const std::vector<IndexRange>& what) {
  std::vector<IndexRange> rest;
  auto hole = what.begin();
  for (const IndexRange& range : from) {
    int64_t begin = range.begin;
    while (hole != what.end() && hole->end <= begin) ++hole;
    // A hole may reach into the next range too, so `hole` itself stays.
    for (auto h = hole; h != what.end() && h->begin < range.end; ++h) {
      if (h->begin > begin) rest.push_back({begin, h->begin});
      begin = h->end;
    }
    if (begin < range.end) rest.push_back({begin, range.end});
  }
  return rest;
}

bool Contains(const std::vector<IndexRange>& ranges, int64_t index) {
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), index,
      [](int64_t i, const IndexRange& range) { return i < range.begin; });
  return after != ranges.begin() && index < std::prev(after)->end;
}

int64_t CountOf(const std::vector<IndexRange>& ranges) {
  int64_t count = 0;
  for (const IndexRange& range : ranges) count += range.size();
  return count;
}

}  // namespace dynarch::search
