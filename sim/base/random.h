// Random streams keyed by what they are for, never by who drew before.
//
// A stream is the function Philox4x32-10 (Salmon et al., "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011) of its key and a draw counter. Two
// candidates of one study that ask for inference 7's arrival get the same
// number, whatever else they asked for.
#ifndef DYNARCH_SIM_BASE_RANDOM_H_
#define DYNARCH_SIM_BASE_RANDOM_H_

#include <array>
#include <cstdint>

namespace dynarch {

// What a stream is for. Part of every golden result: never renumber.
enum class RandomPurpose : uint32_t {
  kArrivals = 1,   // release times
  kSamples = 2,    // which trace sample an inference takes
  kDecisions = 3,  // `random` controls
  kSearch = 4,     // proposals of a designer
  kTest = 5,       // generators of tests
};

// Names one stream.
struct RandomKey {
  uint64_t seed = 0;
  uint32_t replication = 0;
  RandomPurpose purpose = RandomPurpose::kTest;
  uint64_t index = 0;  // inference, sample or proposal
};

// The ten-round Philox4x32 bijection of a counter under a key.
std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key);

// The numbers of one key, in order. Equal keys give equal numbers on every
// machine.
class RandomStream {
 public:
  explicit RandomStream(const RandomKey& key);

  uint32_t Next32();
  uint64_t Next64();

  // Uniform in [0, bound), without bias; `bound` must be positive.
  uint64_t UniformBelow(uint64_t bound);

  // Uniform multiple of 2^-53 in [0, 1).
  double UniformDouble();

 private:
  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;  // index, then block number
  std::array<uint32_t, 4> block_;
  int used_ = 4;  // words of block_ already given out
};

}  // namespace dynarch

#endif  // DYNARCH_SIM_BASE_RANDOM_H_
