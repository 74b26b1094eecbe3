#include "sim/base/reason.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dynarch {
namespace {

TEST(ReasonTest, CodeAndSentenceComeBack) {
  for (const absl::string_view code : reason::All()) {
    const auto found = ReasonOf(Infeasible(code, "gpu: no path to npu"));
    ASSERT_TRUE(found.has_value()) << code;
    EXPECT_EQ(found->code, code);
    EXPECT_EQ(found->sentence, "gpu: no path to npu");
  }
}

TEST(ReasonTest, CodesAreDistinctWords) {
  std::set<std::string> codes;
  for (const absl::string_view code : reason::All()) {
    EXPECT_EQ(code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"),
              absl::string_view::npos)
        << code;
    codes.insert(std::string(code));
  }
  EXPECT_EQ(codes.size(), reason::All().size());
}

TEST(ReasonTest, OtherStatusesHaveNone) {
  EXPECT_FALSE(ReasonOf(absl::OkStatus()));
  EXPECT_FALSE(ReasonOf(absl::InvalidArgumentError("no_link: by another way")));
  EXPECT_FALSE(ReasonOf(absl::FailedPreconditionError("no_link")));
  EXPECT_FALSE(ReasonOf(absl::FailedPreconditionError("no_linkage: other")));
}

}  // namespace
}  // namespace dynarch
