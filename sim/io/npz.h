// NumPy archives (.npz), as numpy.savez and numpy.savez_compressed write them:
// a ZIP of .npy arrays.
#ifndef DYNARCH_SIM_IO_NPZ_H_
#define DYNARCH_SIM_IO_NPZ_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/behavior/trace.h"
#include "sim/graph/network.h"

namespace dynarch::io {

// Largest array, in bytes; what is larger is refused before it is unpacked.
inline constexpr int64_t kMaxArrayBytes = int64_t{1} << 30;

// One array: f4, f8, i1, i2, i4, i8, u1 or bool, little-endian, C order.
struct NpyArray {
  std::string name;            // Without `.npy`.
  std::vector<int64_t> shape;  // May be empty: one number.
  bool is_integer = false;     // Integers and bool.
  // One of the two, row by row.
  std::vector<double> numbers;
  std::vector<int64_t> integers;
};

// The arrays of an archive, in its order. Errors are InvalidArgument,
// `FILE: ARRAY: ...`: no ZIP, cut short, a check sum that is wrong, ZIP64,
// encryption, a method other than stored and deflate, an array larger than
// kMaxArrayBytes or than its packed bytes can give (a bomb), a data type or
// order that is not among the above, bytes that are not shape x item.
absl::StatusOr<std::vector<NpyArray>> ReadNpz(absl::string_view bytes,
                                              const std::string& file);

// A trace of split `select` and fp32 from an archive. With N samples and E
// exits, in the network's order:
//
//   confidence or max_probability, entropy, margin, score   [N, E], numbers
//   predicted or class, correct                             [N, E], integers
//   exit      [N], from 0: the exit taken, instead of the above; then
//   correct   [N]
//   sample    [N], ids; default 0, 1, ...
//   label     [N]: with classes, correctness where it is not given
//   NAME      [N], or [N, experts (+ 1)]: outcomes of the network's decision,
//             as the index of the option or a count; -1: not reached
//
// At least one of them is needed; other names are refused. Without a network
// exits are called exit1, exit2, ... Errors name the array and the element.
absl::StatusOr<behavior::Trace> ReadTraceNpz(
    absl::string_view bytes, const std::string& file,
    const graph::Network* network = nullptr);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_NPZ_H_
