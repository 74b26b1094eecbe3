#include "client/report/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace dynarch::report {
namespace {

TEST(ShortestDoubleTest, ReadsBackToTheSameValueInTheFewestDigits) {
  EXPECT_EQ(ShortestDouble(0.1), "0.1");
  EXPECT_EQ(ShortestDouble(3), "3");
  EXPECT_EQ(ShortestDouble(-0.5), "-0.5");
  EXPECT_EQ(ShortestDouble(1e-7), "1e-07");
  // The neighbour of 0.3 needs all 17 digits: 0.1 + 0.2 is 0.3 + 2^-54.
  EXPECT_EQ(ShortestDouble(0.1 + 0.2), "0.30000000000000004");
  for (const double value : {1.0 / 3, 5e-324, 1.7976931348623157e308}) {
    EXPECT_EQ(std::stod(ShortestDouble(1.0 / 3)), 1.0 / 3) << value;
  }
}

TEST(JsonTest, HasNoNumberForWhatIsNotFinite) {
  EXPECT_EQ(Json(std::nan("")).ToString(), "null");
  EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).ToString(), "null");
}

TEST(JsonTest, AbsentIsNull) {
  EXPECT_EQ(Json(std::optional<double>()).ToString(), "null");
  EXPECT_EQ(Json(std::optional<double>(0)).ToString(), "0");
}

TEST(JsonTest, EscapesWhatAStringMayNotHold) {
  EXPECT_EQ(Json("a\"b\\c\nd\te\x01").ToString(),
            "\"a\\\"b\\\\c\\nd\\te\\u0001\"");
}

TEST(JsonTest, KeepsTheOrderOfMembers) {
  Json json = Json::Object();
  json.Set("b", 1).Set("a", true).Set("c", "x").Set("d", Json());
  EXPECT_EQ(json.ToString(), R"({"b": 1, "a": true, "c": "x", "d": null})");
}

TEST(JsonTest, PutsScalarsOnOneLineAndOthersOnTheirOwn) {
  Json inner = Json::Object();
  inner.Set("x", 0.25);
  Json list = Json::Array();
  list.Add(1).Add(2);
  Json json = Json::Object();
  json.Set("inner", inner).Set("list", list).Set("empty", Json::Array());
  EXPECT_EQ(json.ToString(),
            "{\n  \"inner\": {\"x\": 0.25},\n  \"list\": [1, 2],\n"
            "  \"empty\": []\n}");
}

// What makes `metrics` of a front point and of `evaluate` the same bytes.
TEST(JsonTest, AFlatObjectHasTheSameBytesAtEveryDepth) {
  Json flat = Json::Object();
  flat.Set("latency_p99_s", 0.0125).Set("accuracy", Json());
  Json deep = Json::Object();
  Json array = Json::Array();
  array.Add(flat);
  deep.Set("front", array);
  EXPECT_NE(deep.ToString().find(flat.ToString()), std::string::npos);
}

TEST(JsonTest, FindsMembersByKey) {
  Json json = Json::Object();
  json.Set("a", 1);
  ASSERT_NE(json.Find("a"), nullptr);
  EXPECT_EQ(json.Find("a")->ToString(), "1");
  EXPECT_EQ(json.Find("b"), nullptr);
  EXPECT_EQ(Json(1).Find("a"), nullptr);
}

}  // namespace
}  // namespace dynarch::report
