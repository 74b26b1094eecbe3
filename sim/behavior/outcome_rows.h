// Rows of outcomes, packed, and their distinct ones.
#ifndef DYNARCH_SIM_BEHAVIOR_OUTCOME_ROWS_H_
#define DYNARCH_SIM_BEHAVIOR_OUTCOME_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/graph/decision.h"

namespace dynarch::behavior {

// A matrix of outcomes, [row][column], with as many bytes a cell as its largest
// outcome needs: 1, 2, 4 or 8. kNotReached is stored as all ones.
class OutcomeRows {
 public:
  OutcomeRows() = default;
  explicit OutcomeRows(int columns) : columns_(columns) {}

  int columns() const { return columns_; }
  int64_t size() const { return size_; }
  int cell_bytes() const { return cell_bytes_; }
  void Reserve(int64_t rows) { bytes_.reserve(rows * stride()); }

  // Every value is >= kNotReached; as many as columns.
  void Append(absl::Span<const int64_t> row);
  // A row of another matrix with as many columns.
  void AppendRow(const OutcomeRows& from, int64_t row);
  int64_t At(int64_t row, int column) const;
  void Set(int64_t row, int column, int64_t value);
  graph::Outcomes Row(int64_t row) const;
  // Bytes of a row; equal bytes are equal rows of one matrix.
  absl::Span<const uint8_t> Bytes(int64_t row) const {
    return {bytes_.data() + row * stride(), static_cast<size_t>(stride())};
  }

  // All cells, row by row, little-endian; and a matrix of such cells.
  // InvalidArgument if they are not whole rows of 1, 2, 4 or 8 bytes a cell, or
  // beyond int64.
  absl::Span<const uint8_t> cells() const { return bytes_; }
  static absl::StatusOr<OutcomeRows> FromCells(int columns, int cell_bytes,
                                               int64_t rows,
                                               absl::Span<const uint8_t> cells);

  // Equal outcomes, whatever the cells are.
  friend bool operator==(const OutcomeRows& a, const OutcomeRows& b);

 private:
  int64_t stride() const { return int64_t{columns_} * cell_bytes_; }
  void WidenTo(int cell_bytes);
  void Store(int64_t cell, int64_t value);
  int64_t Load(int64_t cell) const;

  int columns_ = 0;
  int cell_bytes_ = 1;
  int64_t size_ = 0;
  std::vector<uint8_t> bytes_;
};

// The distinct rows, in order of first occurrence, and which one each row is.
// At most 2^32 - 1 rows.
struct DistinctRows {
  std::vector<uint32_t> first;  // By distinct row: where it first occurs.
  std::vector<uint32_t> index;  // By row: its distinct row.
};
DistinctRows FindDistinct(const OutcomeRows& rows);

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_OUTCOME_ROWS_H_
