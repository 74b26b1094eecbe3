#include "sim/base/random.h"

#include "absl/numeric/int128.h"

namespace dynarch {
namespace {

constexpr int kRounds = 10;
// Multipliers and Weyl increments of Philox4x32 (Salmon et al., section 4).
constexpr uint32_t kMultiplier0 = 0xD2511F53;
constexpr uint32_t kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9;
constexpr uint32_t kWeyl1 = 0xBB67AE85;

uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }
uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32); }

// Seed, replication and purpose do not fit one 64-bit key beside the index, so
// the stream's key is the image of (replication, purpose) under the seed.
std::array<uint32_t, 2> KeyOf(const RandomKey& key) {
  const auto block =
      Philox4x32({key.replication, static_cast<uint32_t>(key.purpose), 0, 0},
                 {Low(key.seed), High(key.seed)});
  return {block[0], block[1]};
}

}  // namespace

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * counter[0];
    const uint64_t product1 = uint64_t{kMultiplier1} * counter[2];
    counter = {High(product1) ^ counter[1] ^ key[0], Low(product1),
               High(product0) ^ counter[3] ^ key[1], Low(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

RandomStream::RandomStream(const RandomKey& key)
    : key_(KeyOf(key)),
      counter_{Low(key.index), High(key.index), 0, 0},
      block_{} {}

uint32_t RandomStream::Next32() {
  if (used_ == 4) {
    block_ = Philox4x32(counter_, key_);
    if (++counter_[2] == 0) ++counter_[3];
    used_ = 0;
  }
  return block_[used_++];
}

uint64_t RandomStream::Next64() {
  const uint64_t low = Next32();
  return low | uint64_t{Next32()} << 32;
}

// Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1),
// 2019: the high half of draw x bound, where low halves under 2^64 mod bound
// are drawn again.
uint64_t RandomStream::UniformBelow(uint64_t bound) {
  const uint64_t biased = (0 - bound) % bound;
  while (true) {
    const absl::uint128 product = absl::uint128(Next64()) * bound;
    if (absl::Uint128Low64(product) >= biased) {
      return absl::Uint128High64(product);
    }
  }
}

double RandomStream::UniformDouble() {
  constexpr double kTwoToMinus53 = 1.0 / 9007199254740992.0;
  return static_cast<double>(Next64() >> 11) * kTwoToMinus53;
}

}  // namespace dynarch
