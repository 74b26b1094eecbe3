// Pareto fronts, kept incrementally.
#ifndef DYNARCH_SIM_PARETO_FRONT_H_
#define DYNARCH_SIM_PARETO_FRONT_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace dynarch::pareto {

enum class Direction : uint8_t { kMinimize, kMaximize };

// A point of the front: its objective values as given, and who has them.
struct FrontPoint {
  std::vector<double> values;
  std::vector<int64_t> ids;  // Ascending; all candidates with these values.
};

// The set of mutually non-dominated vectors seen so far, with the ids of all
// candidates that have them. Independent of insertion order.
class Front {
 public:
  explicit Front(std::vector<Direction> directions);
  // Returns true if the point is on the front now. Values must be finite:
  // a candidate without a value for an objective is never inserted. Inserting
  // the same id with the same values twice changes nothing.
  bool Insert(absl::Span<const double> values, int64_t id);
  // Sorted by values (best first in the first objective, then the second, ...),
  // then id.
  std::vector<FrontPoint> Sorted() const;
  // Vectors and ids on the front.
  int64_t vector_count() const;
  int64_t id_count() const;

 private:
  std::vector<Direction> directions_;
  // ... representation chosen by the implementation.
};

}  // namespace dynarch::pareto

#endif  // DYNARCH_SIM_PARETO_FRONT_H_
