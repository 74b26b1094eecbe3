// Max-plus algebra over times: "plus" is the maximum, "times" is addition.
//
// Entries are int64 multiples of a unit that the caller keeps (a tick, see
// sim/dataflow/iteration_matrix.h), or kNever for minus infinity. Every sum is
// checked: OutOfRange, never a wrong number. Heidergott, Olsder and van der
// Woude, "Max plus at work", Princeton 2006.
#ifndef DYNARCH_SIM_DATAFLOW_MAXPLUS_H_
#define DYNARCH_SIM_DATAFLOW_MAXPLUS_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

// Minus infinity: "does not depend on it". Not a number to add to.
inline constexpr int64_t kNever = std::numeric_limits<int64_t>::min();

// Finite entries lie within +-2^62; sums beyond are OutOfRange.
inline constexpr int64_t kMaxPlusLimit = int64_t{1} << 62;

using MaxPlusVector = std::vector<int64_t>;

class MaxPlusMatrix {
 public:
  MaxPlusMatrix() = default;
  // All kNever. Both sizes >= 0.
  MaxPlusMatrix(int rows, int columns)
      : rows_(rows),
        columns_(columns),
        entries_(static_cast<size_t>(rows) * columns, kNever) {}
  // 0 on the diagonal, kNever elsewhere.
  static MaxPlusMatrix Identity(int size);

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int64_t& at(int row, int column) {
    return entries_[static_cast<size_t>(row) * columns_ + column];
  }
  int64_t at(int row, int column) const {
    return entries_[static_cast<size_t>(row) * columns_ + column];
  }
  absl::Span<const int64_t> row(int index) const {
    return absl::MakeConstSpan(entries_).subspan(
        static_cast<size_t>(index) * columns_, columns_);
  }

  friend bool operator==(const MaxPlusMatrix&, const MaxPlusMatrix&) = default;

 private:
  int rows_ = 0;
  int columns_ = 0;
  std::vector<int64_t> entries_;
};

// a (+) b: kNever if either is; OutOfRange past the limit.
absl::StatusOr<int64_t> MaxPlusSum(int64_t a, int64_t b);

// out[i] = max over k of left[i][k] + right[k]. Sizes must fit:
// InvalidArgument. OutOfRange past the limit.
absl::StatusOr<MaxPlusVector> Product(const MaxPlusMatrix& left,
                                      absl::Span<const int64_t> right);
absl::StatusOr<MaxPlusMatrix> Product(const MaxPlusMatrix& left,
                                      const MaxPlusMatrix& right);

// Entry by entry maximum of two matrices of one size (InvalidArgument).
absl::StatusOr<MaxPlusMatrix> EntrywiseMax(const MaxPlusMatrix& a,
                                           const MaxPlusMatrix& b);

// The largest entry; kNever if there is none above it.
int64_t Norm(absl::Span<const int64_t> vector);

// Subtracts its norm from every finite entry and returns the norm, so that the
// largest entry is 0; leaves a vector of kNever alone and returns kNever.
int64_t Normalise(MaxPlusVector& vector);

// The largest eigenvalue: the maximum mean weight of a cycle of the precedence
// graph (entry [i][j] weighs the edge from j to i), by Karp's theorem on each
// strongly connected component. Nothing if that graph has no cycle.
// InvalidArgument if the matrix is not square; exact for every legal entry.
absl::StatusOr<std::optional<Rational>> Eigenvalue(const MaxPlusMatrix& matrix);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_MAXPLUS_H_
