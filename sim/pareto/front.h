// Pareto fronts, kept incrementally.
#ifndef DYNARCH_SIM_PARETO_FRONT_H_
#define DYNARCH_SIM_PARETO_FRONT_H_

#include <cstdint>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/types/span.h"

namespace dynarch::pareto {

enum class Direction : uint8_t { kMinimize, kMaximize };

// A point of the front: its objective values as given (-0 as +0), and who has
// them.
struct FrontPoint {
  std::vector<double> values;
  std::vector<int64_t> ids;  // Ascending; all candidates with these values.
  bool operator==(const FrontPoint&) const = default;
};

// The set of mutually non-dominated vectors seen so far, with the ids of all
// candidates that have them. a dominates b if it is at least as good in every
// objective and better in one; comparisons are exact. Independent of insertion
// order, and front(A u B) = front(front A u front B).
//
// Cost, with n vectors on the front: a vector dominated by one of the last few
// dominators is refused in constant time; otherwise the vectors that are no
// worse in the first objective are scanned, block by block, a block being
// skipped if its best values cannot dominate. A new vector costs O(n), a new id
// of a vector that is there O(log n) and O(log ids).
class Front {
 public:
  // 2 to 6 objectives are what it is made for; one or more work.
  explicit Front(std::vector<Direction> directions);

  // Returns true if the point is on the front now. Values must be finite and
  // one per objective, else nothing happens and it returns false: a candidate
  // without a value for an objective is on no front. Inserting the same id
  // with the same values twice changes nothing.
  bool Insert(absl::Span<const double> values, int64_t id);

  // Sorted by values (best first in the first objective, then the second, ...);
  // values differ between points.
  std::vector<FrontPoint> Sorted() const;

  // Vectors and ids on the front.
  int64_t vector_count() const { return static_cast<int64_t>(ids_.size()); }
  int64_t id_count() const { return id_count_; }
  const std::vector<Direction>& directions() const { return directions_; }

 private:
  static constexpr size_t kBlock = 16;
  static constexpr size_t kRecent = 8;

  const double* row(size_t i) const { return &rows_[i * width_]; }
  // Writes `values` so that less is better; false if one is not finite.
  bool Normalise(absl::Span<const double> values);
  // Whether a recent dominator dominates `key_`; moves it to the front.
  bool RecentDominates();
  // Whether one of the rows before `end` dominates `key_`; remembers it.
  bool RowDominates(size_t end);
  void Remember(const double* dominator);
  // First row that is not lexicographically below `key_`.
  size_t LowerBound() const;
  // Removes the rows from `begin` on that `key_` dominates.
  void RemoveDominated(size_t begin);
  // Brings the blocks' best values up to date from row `begin` on.
  void UpdateBlocks(size_t begin);

  std::vector<Direction> directions_;
  size_t width_;
  std::vector<double> key_;   // The vector in hand, less is better.
  std::vector<double> rows_;  // Lexicographically ascending, less is better.
  std::vector<absl::btree_set<int64_t>> ids_;  // By row.
  std::vector<double> blocks_;  // Per kBlock rows, least value by objective.
  std::vector<double> recent_;  // The last dominators, most recent first.
  int64_t id_count_ = 0;
};

}  // namespace dynarch::pareto

#endif  // DYNARCH_SIM_PARETO_FRONT_H_
