#include "sim/behavior/outcome_rows.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace dynarch::behavior {
namespace {

// Bytes that `value` needs; all ones are kept for kNotReached.
int BytesFor(int64_t value) {
  if (value < 0xFF) return 1;
  if (value < 0xFFFF) return 2;
  if (value < 0xFFFFFFFF) return 4;
  return 8;
}

// Open addressing over the distinct rows. Rows are hashed a batch ahead, so
// that slots are fetched while others are looked at.
class Interner {
 public:
  explicit Interner(const OutcomeRows& rows) : rows_(rows), slots_(1024) {}

  DistinctRows Run() && {
    constexpr int64_t kBatch = 32;
    std::array<uint64_t, kBatch> hashes{};
    out_.index.resize(rows_.size());
    for (int64_t first = 0; first < rows_.size(); first += kBatch) {
      const int64_t count = std::min(kBatch, rows_.size() - first);
      for (int64_t i = 0; i < count; ++i) {
        const auto bytes = rows_.Bytes(first + i);
        hashes[i] = XXH3_64bits(bytes.data(), bytes.size());
        __builtin_prefetch(&slots_[hashes[i] & (slots_.size() - 1)]);
      }
      for (int64_t i = 0; i < count; ++i) {
        out_.index[first + i] =
            Intern(static_cast<uint32_t>(first + i), hashes[i]);
      }
    }
    return std::move(out_);
  }

 private:
  struct Slot {
    uint32_t tag = 0;  // Upper half of the hash.
    uint32_t row = 0;  // Distinct row + 1; 0: free.
  };

  uint32_t Intern(uint32_t row, uint64_t hash) {
    const auto tag = static_cast<uint32_t>(hash >> 32);
    const size_t mask = slots_.size() - 1;
    size_t place = hash & mask;
    for (; slots_[place].row != 0; place = (place + 1) & mask) {
      const Slot& slot = slots_[place];
      if (slot.tag == tag && SameAs(out_.first[slot.row - 1], row)) {
        return slot.row - 1;
      }
    }
    const auto distinct = static_cast<uint32_t>(out_.first.size());
    slots_[place] = {tag, distinct + 1};
    out_.first.push_back(row);
    hashes_.push_back(hash);
    if (2 * out_.first.size() > slots_.size()) Grow();
    return distinct;
  }

  bool SameAs(uint32_t a, uint32_t b) const {
    const auto left = rows_.Bytes(a);
    return left.empty() ||
           std::memcmp(left.data(), rows_.Bytes(b).data(), left.size()) == 0;
  }

  void Grow() {
    std::vector<Slot> grown(4 * slots_.size());
    const size_t mask = grown.size() - 1;
    for (uint32_t i = 0; i < hashes_.size(); ++i) {
      size_t place = hashes_[i] & mask;
      while (grown[place].row != 0) place = (place + 1) & mask;
      grown[place] = {static_cast<uint32_t>(hashes_[i] >> 32), i + 1};
    }
    slots_ = std::move(grown);
  }

  const OutcomeRows& rows_;
  std::vector<Slot> slots_;
  std::vector<uint64_t> hashes_;  // By distinct row.
  DistinctRows out_;
};

}  // namespace

void OutcomeRows::Store(int64_t cell, int64_t value) {
  // Little-endian; -1 becomes all ones in every width.
  for (int i = 0; i < cell_bytes_; ++i) {
    bytes_[cell * cell_bytes_ + i] = static_cast<uint8_t>(value >> (8 * i));
  }
}

int64_t OutcomeRows::Load(int64_t cell) const {
  uint64_t value = 0;
  bool all_ones = true;
  for (int i = 0; i < cell_bytes_; ++i) {
    const uint8_t byte = bytes_[cell * cell_bytes_ + i];
    value |= static_cast<uint64_t>(byte) << (8 * i);
    all_ones &= byte == 0xFF;
  }
  return all_ones ? graph::kNotReached : static_cast<int64_t>(value);
}

void OutcomeRows::WidenTo(int cell_bytes) {
  OutcomeRows wide(columns_);
  wide.cell_bytes_ = cell_bytes;
  wide.size_ = size_;
  wide.bytes_.resize(size_ * wide.stride());
  for (int64_t cell = 0; cell < size_ * columns_; ++cell) {
    wide.Store(cell, Load(cell));
  }
  *this = std::move(wide);
}

void OutcomeRows::Append(absl::Span<const int64_t> row) {
  for (const int64_t value : row) {
    if (BytesFor(value) > cell_bytes_) WidenTo(BytesFor(value));
  }
  bytes_.resize(bytes_.size() + stride());
  for (int column = 0; column < columns_; ++column) {
    Store(size_ * columns_ + column, row[column]);
  }
  ++size_;
}

void OutcomeRows::AppendRow(const OutcomeRows& from, int64_t row) {
  if (size_ == 0) cell_bytes_ = from.cell_bytes_;
  if (from.cell_bytes_ == cell_bytes_) {
    const auto bytes = from.Bytes(row);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    ++size_;
    return;
  }
  Append(from.Row(row));
}

int64_t OutcomeRows::At(int64_t row, int column) const {
  return Load(row * columns_ + column);
}

void OutcomeRows::Set(int64_t row, int column, int64_t value) {
  if (BytesFor(value) > cell_bytes_) WidenTo(BytesFor(value));
  Store(row * columns_ + column, value);
}

graph::Outcomes OutcomeRows::Row(int64_t row) const {
  graph::Outcomes values(columns_);
  for (int column = 0; column < columns_; ++column) {
    values[column] = At(row, column);
  }
  return values;
}

absl::StatusOr<OutcomeRows> OutcomeRows::FromCells(
    int columns, int cell_bytes, int64_t rows,
    absl::Span<const uint8_t> cells) {
  const bool is_width =
      cell_bytes == 1 || cell_bytes == 2 || cell_bytes == 4 || cell_bytes == 8;
  if (columns < 0 || rows < 0 || !is_width ||
      absl::int128(rows) * columns * cell_bytes != cells.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("outcomes: ", cells.size(), " bytes are not ", rows,
                     " rows of ", columns, " cells of ", cell_bytes));
  }
  OutcomeRows result(columns);
  result.cell_bytes_ = cell_bytes;
  result.size_ = rows;
  result.bytes_.assign(cells.begin(), cells.end());
  for (int64_t cell = 0; cell_bytes == 8 && cell < rows * columns; ++cell) {
    if (result.Load(cell) < graph::kNotReached) {
      return absl::InvalidArgumentError("outcomes: a cell is beyond int64");
    }
  }
  return result;
}

bool operator==(const OutcomeRows& a, const OutcomeRows& b) {
  if (a.columns_ != b.columns_ || a.size_ != b.size_) return false;
  if (a.cell_bytes_ == b.cell_bytes_) return a.bytes_ == b.bytes_;
  for (int64_t row = 0; row < a.size_; ++row) {
    if (a.Row(row) != b.Row(row)) return false;
  }
  return true;
}

DistinctRows FindDistinct(const OutcomeRows& rows) {
  return Interner(rows).Run();
}

}  // namespace dynarch::behavior
