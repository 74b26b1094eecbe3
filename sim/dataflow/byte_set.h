// A set of byte strings, numbered in the order of their arrival. One arena, no
// allocation per string.
#ifndef DYNARCH_SIM_DATAFLOW_BYTE_SET_H_
#define DYNARCH_SIM_DATAFLOW_BYTE_SET_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace dynarch::dataflow {

class ByteSet {
 public:
  ByteSet() : slots_(1024, -1) {}

  int64_t size() const { return static_cast<int64_t>(hashes_.size()); }
  // Valid until the next Insert.
  const uint8_t* at(int64_t index) const { return &bytes_[begins_[index]]; }

  // The number of the string, and whether it is new.
  std::pair<int64_t, bool> Insert(const void* data, size_t length) {
    const uint64_t hash = Hash(static_cast<const uint8_t*>(data), length);
    size_t slot = hash & (slots_.size() - 1);
    while (slots_[slot] >= 0) {
      const int64_t index = slots_[slot];
      if (hashes_[index] == hash &&
          begins_[index + 1] - begins_[index] == length &&
          std::memcmp(at(index), data, length) == 0) {
        return {index, false};
      }
      slot = (slot + 1) & (slots_.size() - 1);
    }
    slots_[slot] = size();
    const uint8_t* from = static_cast<const uint8_t*>(data);
    bytes_.insert(bytes_.end(), from, from + length);
    begins_.push_back(bytes_.size());
    hashes_.push_back(hash);
    if (hashes_.size() * 2 > slots_.size()) Grow();
    return {size() - 1, true};
  }

 private:
  // Multiply and fold, eight bytes at a time.
  static uint64_t Hash(const uint8_t* data, size_t length) {
    uint64_t hash = 0x9E3779B97F4A7C15u ^ length;
    while (length > 0) {
      uint64_t word = 0;
      const size_t part = length < 8 ? length : 8;
      std::memcpy(&word, data, part);
      const unsigned __int128 product =
          static_cast<unsigned __int128>(hash ^ word) * 0xD6E8FEB86659FD93u;
      hash = static_cast<uint64_t>(product) ^
             static_cast<uint64_t>(product >> 64) ^ (hash << 17);
      data += part;
      length -= part;
    }
    return hash ^ (hash >> 29);
  }

  void Grow() {
    slots_.assign(slots_.size() * 2, -1);
    for (int64_t i = 0; i < size(); ++i) {
      size_t slot = hashes_[i] & (slots_.size() - 1);
      while (slots_[slot] >= 0) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = i;
    }
  }

  std::vector<uint8_t> bytes_;
  std::vector<size_t> begins_ = {0};
  std::vector<uint64_t> hashes_;
  std::vector<int64_t> slots_;  // open addressing; -1: free
};

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_BYTE_SET_H_
