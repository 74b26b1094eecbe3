#include "server/study/names.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace dynarch::server {
namespace {

using dynarch::testing::IsOkAndHolds;
using dynarch::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(NamesTest, ReadsWhatItWrites) {
  EXPECT_THAT(ParseStudyName("name", StudyName("a-1")), IsOkAndHolds("a-1"));
  EXPECT_THAT(ParseTrialName(TrialName("a-1", 42)),
              IsOkAndHolds(Pair("a-1", 42)));
  EXPECT_THAT(ParsePageToken(PageToken(7, 3)), IsOkAndHolds(Pair(7, 3)));
  EXPECT_THAT(ParsePageToken(""), IsOkAndHolds(Pair(0, 0)));
}

TEST(NamesTest, SaysHowANameLooks) {
  for (const char* name :
       {"", "a", "studies/", "studies/A", "studies/a/b", "trials/a"}) {
    EXPECT_THAT(
        ParseStudyName("parent", name),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("parent: got")))
        << name;
  }
  for (const char* name :
       {"studies/a", "studies/a/trials/", "studies/a/trials/x",
        "studies/a/trials/-1", "studies/a/trials/1/2"}) {
    EXPECT_THAT(ParseTrialName(name),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << name;
  }
  EXPECT_THAT(CheckStudyId(std::string(63, 'a')), testing::IsOk());
  EXPECT_FALSE(CheckStudyId(std::string(64, 'a')).ok());
}

TEST(NamesTest, RefusesTokensThatItDidNotMake) {
  for (const char* token : {"x", "1", "1.2.3", "-1.0", "1.x"}) {
    EXPECT_THAT(ParsePageToken(token),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << token;
  }
}

TEST(NamesTest, PagesHaveAUsualAndALargestSize) {
  EXPECT_THAT(PageSize(0, 100, 1000), IsOkAndHolds(100));
  EXPECT_THAT(PageSize(7, 100, 1000), IsOkAndHolds(7));
  EXPECT_THAT(PageSize(5000, 100, 1000), IsOkAndHolds(1000));
  EXPECT_THAT(PageSize(-1, 100, 1000),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace dynarch::server
