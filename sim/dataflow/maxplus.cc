#include "sim/dataflow/maxplus.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/components.h"

namespace dynarch::dataflow {
namespace {

absl::Status PastTheLimit() {
  return absl::OutOfRangeError(
      "a max-plus entry passes 2^62 ticks; use a coarser unit of time");
}

// Whether a (+) b is legal; then also sets `sum`.
bool Add(int64_t a, int64_t b, int64_t& sum) {
  if (a == kNever || b == kNever) {
    sum = kNever;
    return true;
  }
  return !__builtin_add_overflow(a, b, &sum) && sum <= kMaxPlusLimit &&
         sum >= -kMaxPlusLimit;
}

// Longest walks of exactly k edges within one component: Karp's table, row by
// row, in 128 bits (n entries of at most 2^62 cannot overflow).
using Length = __int128;
constexpr Length kNoWalk = static_cast<Length>(kNever) * (Length{1} << 62);

struct Edge {
  int from;
  int to;
  int64_t weight;
};

// The smallest of (last[v] - walks[k][v]) / (n - k) over k, for one node.
Rational SmallestMean(const std::vector<std::vector<Length>>& walks,
                      size_t node) {
  const int64_t n = static_cast<int64_t>(walks.size()) - 1;
  Length best_top = 0;
  int64_t best_bottom = 0;  // 0: none yet
  for (int64_t k = 0; k < n; ++k) {
    if (walks[k][node] == kNoWalk) continue;
    const Length top = walks[n][node] - walks[k][node];
    const int64_t bottom = n - k;
    if (best_bottom == 0 || top * best_bottom < best_top * bottom) {
      best_top = top;
      best_bottom = bottom;
    }
  }
  return Rational(BigInt(best_top), BigInt(best_bottom));
}

// Karp, "A characterization of the minimum cycle mean in a digraph", 1978: the
// maximum over v of the minimum over k of (D_n(v) - D_k(v)) / (n - k).
Rational MaximumCycleMean(int nodes, const std::vector<Edge>& edges) {
  std::vector<std::vector<Length>> walks(nodes + 1,
                                         std::vector<Length>(nodes, kNoWalk));
  walks[0][0] = 0;
  for (int k = 0; k < nodes; ++k) {
    for (const Edge& edge : edges) {
      if (walks[k][edge.from] == kNoWalk) continue;
      walks[k + 1][edge.to] =
          std::max(walks[k + 1][edge.to], walks[k][edge.from] + edge.weight);
    }
  }
  std::optional<Rational> best;
  for (int node = 0; node < nodes; ++node) {
    if (walks[nodes][node] == kNoWalk) continue;
    const Rational mean = SmallestMean(walks, node);
    if (!best.has_value() || mean > *best) best = mean;
  }
  return *best;  // A strongly connected component with an edge has a walk.
}

}  // namespace

MaxPlusMatrix MaxPlusMatrix::Identity(int size) {
  MaxPlusMatrix identity(size, size);
  for (int i = 0; i < size; ++i) identity.at(i, i) = 0;
  return identity;
}

absl::StatusOr<int64_t> MaxPlusSum(int64_t a, int64_t b) {
  int64_t sum = kNever;
  if (!Add(a, b, sum)) return PastTheLimit();
  return sum;
}

absl::StatusOr<MaxPlusVector> Product(const MaxPlusMatrix& left,
                                      absl::Span<const int64_t> right) {
  if (left.columns() != static_cast<int>(right.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("a max-plus matrix of ", left.columns(),
                     " columns times a vector of ", right.size()));
  }
  MaxPlusVector out(left.rows(), kNever);
  for (int i = 0; i < left.rows(); ++i) {
    const absl::Span<const int64_t> row = left.row(i);
    for (size_t k = 0; k < right.size(); ++k) {
      int64_t sum = kNever;
      if (!Add(row[k], right[k], sum)) return PastTheLimit();
      out[i] = std::max(out[i], sum);
    }
  }
  return out;
}

absl::StatusOr<MaxPlusMatrix> Product(const MaxPlusMatrix& left,
                                      const MaxPlusMatrix& right) {
  if (left.columns() != right.rows()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a max-plus matrix of ", left.columns(),
                     " columns times one of ", right.rows(), " rows"));
  }
  MaxPlusMatrix out(left.rows(), right.columns());
  for (int i = 0; i < left.rows(); ++i) {
    for (int k = 0; k < left.columns(); ++k) {
      if (left.at(i, k) == kNever) continue;
      for (int j = 0; j < right.columns(); ++j) {
        int64_t sum = kNever;
        if (!Add(left.at(i, k), right.at(k, j), sum)) return PastTheLimit();
        out.at(i, j) = std::max(out.at(i, j), sum);
      }
    }
  }
  return out;
}

absl::StatusOr<MaxPlusMatrix> EntrywiseMax(const MaxPlusMatrix& a,
                                           const MaxPlusMatrix& b) {
  if (a.rows() != b.rows() || a.columns() != b.columns()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "entrywise maximum of max-plus matrices of ", a.rows(), " x ",
        a.columns(), " and ", b.rows(), " x ", b.columns()));
  }
  MaxPlusMatrix out = a;
  for (int i = 0; i < a.rows(); ++i) {
    for (int j = 0; j < a.columns(); ++j) {
      out.at(i, j) = std::max(a.at(i, j), b.at(i, j));
    }
  }
  return out;
}

int64_t Norm(absl::Span<const int64_t> vector) {
  int64_t norm = kNever;
  for (const int64_t entry : vector) norm = std::max(norm, entry);
  return norm;
}

int64_t Normalise(MaxPlusVector& vector) {
  const int64_t norm = Norm(vector);
  if (norm == kNever) return kNever;
  for (int64_t& entry : vector) {
    if (entry != kNever) entry -= norm;
  }
  return norm;
}

absl::StatusOr<std::optional<Rational>> Eigenvalue(
    const MaxPlusMatrix& matrix) {
  if (matrix.rows() != matrix.columns()) {
    return absl::InvalidArgumentError(
        absl::StrCat("eigenvalue of a max-plus matrix of ", matrix.rows(),
                     " x ", matrix.columns(), "; it must be square"));
  }
  const int size = matrix.rows();
  std::vector<std::pair<int, int>> pairs;
  for (int i = 0; i < size; ++i) {
    for (int j = 0; j < size; ++j) {
      if (matrix.at(i, j) != kNever) pairs.push_back({j, i});
    }
  }
  const Components components = StronglyConnected(MakeAdjacency(size, pairs));
  std::optional<Rational> best;
  for (const std::vector<int>& members : components.members) {
    std::vector<Edge> edges;
    for (size_t a = 0; a < members.size(); ++a) {
      for (size_t b = 0; b < members.size(); ++b) {
        const int64_t weight = matrix.at(members[b], members[a]);
        if (weight == kNever) continue;
        edges.push_back({static_cast<int>(a), static_cast<int>(b), weight});
      }
    }
    if (edges.empty()) continue;
    const Rational mean =
        MaximumCycleMean(static_cast<int>(members.size()), edges);
    if (!best.has_value() || mean > *best) best = mean;
  }
  return best;
}

}  // namespace dynarch::dataflow
