// Designers propose which candidates to evaluate next.
//
// A proposal is never made twice. The same space, seed and number of samples
// give the same proposals in the same order, however they are asked for, so a
// designer is not stored: after a restart it is made again, without what has
// results already.
#ifndef DYNARCH_SIM_SEARCH_DESIGNER_H_
#define DYNARCH_SIM_SEARCH_DESIGNER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/space/design_space.h"

namespace dynarch::search {

class Designer {
 public:
  virtual ~Designer() = default;
  // The next proposals: 1 to `max` (>= 1) valid indices in disjoint ascending
  // ranges, neighbours merged; none when done. It may give fewer than `max`
  // before it is done.
  virtual std::vector<space::IndexRange> Ask(int64_t max) = 0;
  // Proposals over its whole life, those it was made without included.
  virtual int64_t total() const = 0;
  // Proposals to come.
  virtual int64_t remaining() const = 0;
  bool done() const { return remaining() == 0; }
};

// Every valid index, in order, but those in `without` (any order, overlaps and
// invalid indices allowed). Keeps no reference to `space`.
std::unique_ptr<Designer> MakeExhaustive(
    const space::DesignSpace& space,
    const std::vector<space::IndexRange>& without = {});

// `samples` distinct valid indices, every subset being equally likely, drawn
// with the streams of `seed`; all valid ones if `samples` is no less than their
// number. They come in blocks of kRandomBlock draws, each block ascending, so
// that what has been proposed at any block's end is itself a uniform sample.
// Leaves out what is in `without`. `space` must outlive the designer.
// InvalidArgument if samples < 1.
inline constexpr int64_t kRandomBlock = 4096;
absl::StatusOr<std::unique_ptr<Designer>> MakeRandom(
    const space::DesignSpace& space, int64_t samples, uint64_t seed,
    const std::vector<space::IndexRange>& without = {});

}  // namespace dynarch::search

#endif  // DYNARCH_SIM_SEARCH_DESIGNER_H_
