// Digests of values: XXH3-128 over one canonical encoding.
//
// Every item is encoded as its tag (4 bytes), the length of its payload in
// bytes (8 bytes) and the payload, all little-endian, so no two sequences of
// items share an encoding. Tags say which field an item is and are part of a
// format: never renumber one. Never hash serialised protobuf or YAML instead:
// neither is canonical.
#ifndef DYNARCH_SIM_BASE_DIGEST_H_
#define DYNARCH_SIM_BASE_DIGEST_H_

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dynarch {

// 128 bits; equal values of one kind have equal digests on every machine.
struct Digest {
  uint64_t high = 0;
  uint64_t low = 0;

  friend constexpr auto operator<=>(const Digest&, const Digest&) = default;

  // 32 lower-case hexadecimal digits, `high` first.
  std::string ToHex() const;
  // Reads what ToHex wrote; InvalidArgument otherwise.
  static absl::StatusOr<Digest> FromHex(absl::string_view hex);

  template <typename H>
  friend H AbslHashValue(H h, const Digest& d) {
    return H::combine(std::move(h), d.high, d.low);
  }
};

// Collects the items of one value.
//
//   DigestBuilder builder;
//   builder.AddInt(1, deadline.value()).AddString(2, name);
//   DYNARCH_ASSIGN_OR_RETURN(const Digest digest, builder.Finish());
class DigestBuilder {
 public:
  DigestBuilder& AddBool(uint32_t tag, bool value);
  DigestBuilder& AddInt(uint32_t tag, int64_t value);
  // -0 counts as +0. A NaN has no digest: Finish will return the error.
  DigestBuilder& AddDouble(uint32_t tag, double value);
  DigestBuilder& AddString(uint32_t tag, absl::string_view value);
  DigestBuilder& AddDigest(uint32_t tag, const Digest& value);

  // The digest of what was added. InvalidArgument, naming the tag, if a NaN
  // was. The builder may be added to further.
  absl::StatusOr<Digest> Finish() const;

  // The encoding itself, for tests.
  absl::string_view encoding() const { return encoding_; }

 private:
  void AddHeader(uint32_t tag, uint64_t length);

  std::string encoding_;
  bool has_nan_ = false;
  uint32_t nan_tag_ = 0;
};

}  // namespace dynarch

#endif  // DYNARCH_SIM_BASE_DIGEST_H_
