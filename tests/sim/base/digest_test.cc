#include "sim/base/digest.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "sim/base/sha256.h"
#include "tests/testing/status_matchers.h"

namespace dynarch {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

TEST(DigestBuilderTest, EncodesTagLengthAndLittleEndianPayload) {
  DigestBuilder builder;
  builder.AddInt(0x0102, 0x0304).AddString(7, "ab").AddBool(8, true);
  const std::string want =
      std::string("\x02\x01\0\0", 4) + std::string("\x08\0\0\0\0\0\0\0", 8) +
      std::string("\x04\x03\0\0\0\0\0\0", 8) + std::string("\x07\0\0\0", 4) +
      std::string("\x02\0\0\0\0\0\0\0", 8) + "ab" +
      std::string("\x08\0\0\0", 4) + std::string("\x01\0\0\0\0\0\0\0", 8) +
      "\x01";
  EXPECT_EQ(std::string(builder.encoding()), want);
}

TEST(DigestBuilderTest, TheEmptyValueHasTheKnownXxh3Digest) {
  // XXH3_128bits of no bytes, from the published test vectors of xxHash 0.8.
  EXPECT_THAT(DigestBuilder().Finish(),
              IsOkAndHolds(Digest{.high = 0x99aa06d3014798d8,
                                  .low = 0x6001c324468d497f}));
}

TEST(DigestBuilderTest, MinusZeroIsZero) {
  EXPECT_EQ(*DigestBuilder().AddDouble(1, -0.0).Finish(),
            *DigestBuilder().AddDouble(1, 0.0).Finish());
  EXPECT_NE(*DigestBuilder().AddDouble(1, 5e-324).Finish(),
            *DigestBuilder().AddDouble(1, 0.0).Finish());
}

TEST(DigestBuilderTest, RefusesNanAndNamesItsTag) {
  DigestBuilder builder;
  builder.AddDouble(3, std::numeric_limits<double>::quiet_NaN());
  builder.AddInt(4, 1);
  EXPECT_THAT(builder.Finish(), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("item 3")));
}

TEST(DigestBuilderTest, TellsApartWhatReadsAlike) {
  // Same bytes, split, tagged, typed or ordered otherwise.
  const std::vector<Digest> digests = {
      *DigestBuilder().AddString(1, "ab").AddString(2, "c").Finish(),
      *DigestBuilder().AddString(1, "a").AddString(2, "bc").Finish(),
      *DigestBuilder().AddString(1, "abc").Finish(),
      *DigestBuilder().AddString(2, "abc").Finish(),
      *DigestBuilder().AddString(2, "c").AddString(1, "ab").Finish(),
      *DigestBuilder().AddInt(1, 1).Finish(),
      *DigestBuilder().AddBool(1, true).Finish(),
      *DigestBuilder().AddDouble(1, 1).Finish(),
      *DigestBuilder().AddDigest(1, Digest{.high = 0, .low = 1}).Finish(),
      *DigestBuilder().AddDigest(1, Digest{.high = 1, .low = 0}).Finish(),
  };
  for (size_t i = 0; i < digests.size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_NE(digests[i], digests[j]) << i << j;
  }
}

TEST(DigestTest, HexRoundTrips) {
  const Digest digest = {.high = 0x0123456789abcdef, .low = 0x0f};
  EXPECT_EQ(digest.ToHex(), "0123456789abcdef000000000000000f");
  EXPECT_THAT(Digest::FromHex(digest.ToHex()), IsOkAndHolds(digest));
}

TEST(DigestTest, RefusesOtherHex) {
  for (const std::string& text :
       {std::string(), std::string(31, '0'), std::string(33, '0'),
        std::string(32, 'g'), std::string(32, 'A'),
        "0x" + std::string(30, '0')}) {
    EXPECT_THAT(Digest::FromHex(text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

// FIPS 180-4 examples (csrc.nist.gov, "SHA256.pdf") and the empty message.
TEST(Sha256Test, KnownAnswers) {
  EXPECT_EQ(Sha256Hex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, PiecesGiveTheSameDigestAsTheWhole) {
  // Every length around the block of 64 and its padding at 56, in pieces of 7.
  for (size_t length = 0; length <= 200; ++length) {
    const std::string text(length, 'x');
    Sha256 hash;
    for (size_t at = 0; at < length; at += 7) {
      hash.Update(absl::string_view(text).substr(at, 7));
    }
    EXPECT_EQ(hash.HexDigest(), Sha256Hex(text)) << length;
  }
}

}  // namespace
}  // namespace dynarch
