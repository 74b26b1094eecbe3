#include "sim/dataflow/byte_set.h"

#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace dynarch::dataflow {
namespace {

TEST(ByteSetTest, NumbersStringsInTheOrderOfTheirArrival) {
  ByteSet set;
  const int count = 5000;  // past several growths
  for (int i = 0; i < count; ++i) {
    const std::string text = absl::StrCat("string ", i);
    EXPECT_EQ(set.Insert(text.data(), text.size()),
              std::pair(int64_t{i}, true));
  }
  EXPECT_EQ(set.size(), count);
  for (int i = 0; i < count; i += 7) {
    const std::string text = absl::StrCat("string ", i);
    EXPECT_EQ(set.Insert(text.data(), text.size()),
              std::pair(int64_t{i}, false));
    EXPECT_EQ(std::memcmp(set.at(i), text.data(), text.size()), 0);
  }
}

TEST(ByteSetTest, TellsPrefixesAndTheEmptyStringApart) {
  ByteSet set;
  EXPECT_TRUE(set.Insert("abc", 3).second);
  EXPECT_TRUE(set.Insert("ab", 2).second);
  EXPECT_TRUE(set.Insert("", 0).second);
  EXPECT_TRUE(set.Insert("abc\0", 4).second);
  EXPECT_FALSE(set.Insert("", 0).second);
}

}  // namespace
}  // namespace dynarch::dataflow
