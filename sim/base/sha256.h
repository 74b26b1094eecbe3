// SHA-256 (FIPS 180-4), the address of an artifact's content.
#ifndef DYNARCH_SIM_BASE_SHA256_H_
#define DYNARCH_SIM_BASE_SHA256_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace dynarch {

// Takes content in pieces of any size.
class Sha256 {
 public:
  Sha256();
  void Update(absl::string_view bytes);
  // 64 lower-case hexadecimal digits. Call once, after the last Update.
  std::string HexDigest();

 private:
  void Compress(const uint8_t* block);

  std::array<uint32_t, 8> state_;
  std::array<uint8_t, 64> block_;
  size_t filled_ = 0;   // bytes waiting in block_
  uint64_t total_ = 0;  // bytes taken
};

// The digest of `bytes` in one call.
std::string Sha256Hex(absl::string_view bytes);

}  // namespace dynarch

#endif  // DYNARCH_SIM_BASE_SHA256_H_
