#include "sim/base/digest.h"

#include <xxhash.h>

#include <bit>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace dynarch {
namespace {

void AppendLittleEndian(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out.push_back(static_cast<char>(value >> (8 * i)));
  }
}

}  // namespace

std::string Digest::ToHex() const {
  return absl::StrFormat("%016x%016x", high, low);
}

absl::StatusOr<Digest> Digest::FromHex(absl::string_view hex) {
  Digest digest;
  const bool lower_hex =
      hex.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
  if (hex.size() != 32 || !lower_hex ||
      !absl::SimpleHexAtoi(hex.substr(0, 16), &digest.high) ||
      !absl::SimpleHexAtoi(hex.substr(16), &digest.low)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", hex, "' is no digest; 32 lower-case hexadecimal digits are"));
  }
  return digest;
}

void DigestBuilder::AddHeader(uint32_t tag, uint64_t length) {
  AppendLittleEndian(encoding_, tag, 4);
  AppendLittleEndian(encoding_, length, 8);
}

DigestBuilder& DigestBuilder::AddBool(uint32_t tag, bool value) {
  AddHeader(tag, 1);
  AppendLittleEndian(encoding_, value ? 1 : 0, 1);
  return *this;
}

DigestBuilder& DigestBuilder::AddInt(uint32_t tag, int64_t value) {
  AddHeader(tag, 8);
  AppendLittleEndian(encoding_, static_cast<uint64_t>(value), 8);
  return *this;
}

DigestBuilder& DigestBuilder::AddDouble(uint32_t tag, double value) {
  if (value != value && !has_nan_) {
    has_nan_ = true;
    nan_tag_ = tag;
  }
  if (value == 0) value = 0;  // drops the sign of -0
  AddHeader(tag, 8);
  AppendLittleEndian(encoding_, std::bit_cast<uint64_t>(value), 8);
  return *this;
}

DigestBuilder& DigestBuilder::AddString(uint32_t tag, absl::string_view value) {
  AddHeader(tag, value.size());
  encoding_.append(value.data(), value.size());
  return *this;
}

DigestBuilder& DigestBuilder::AddDigest(uint32_t tag, const Digest& value) {
  AddHeader(tag, 16);
  AppendLittleEndian(encoding_, value.low, 8);
  AppendLittleEndian(encoding_, value.high, 8);
  return *this;
}

absl::StatusOr<Digest> DigestBuilder::Finish() const {
  if (has_nan_) {
    return absl::InvalidArgumentError(
        absl::StrCat("item ", nan_tag_, " is not a number and has no digest"));
  }
  const XXH128_hash_t hash = XXH3_128bits(encoding_.data(), encoding_.size());
  return Digest{.high = hash.high64, .low = hash.low64};
}

}  // namespace dynarch
