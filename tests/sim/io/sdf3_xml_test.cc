#include "sim/io/sdf3_xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

std::string MessageOf(absl::string_view text) {
  const auto document = XmlDocument::Parse(text, "f.xml");
  return std::string(document.status().message());
}

std::string Repeated(int count, absl::string_view text) {
  std::string result;
  for (int i = 0; i < count; ++i) absl::StrAppend(&result, text);
  return result;
}

TEST(XmlTest, GivesElementsAttributesAndTheirPlaces) {
  const std::string text =
      "<?xml version='1.0'?><!-- \xC2\xB5 & < -->\n"
      "<a b='1' c=\"x &amp; &#x41;\">\n"
      "  <\xC2\xB5 d='\xC2\xB5' e='2'/><![CDATA[ <&> ]]>\n"
      "</a>\n";
  ASSERT_OK_AND_ASSIGN(const auto document, XmlDocument::Parse(text, "f.xml"));
  const pugi::xml_node root = document->root();
  EXPECT_STREQ(root.name(), "a");
  EXPECT_STREQ(root.attribute("c").value(), "x & A");
  // Line 2: <a at column 1, its value 1 at column 7.
  EXPECT_THAT(document->ErrorAt(root, "no"),
              StatusIs(kInvalid, "f.xml:2:1: no"));
  EXPECT_EQ(document->PlaceOf(root.attribute("b")), "f.xml:2:7");
  EXPECT_THAT(document->ErrorAtName(root.attribute("b"), "no"),
              StatusIs(kInvalid, "f.xml:2:4: no"));
  // Line 3: "  <m d='m' e='2'": columns count characters, not bytes.
  const pugi::xml_node child = root.first_child();
  EXPECT_EQ(document->PlaceOf(child), "f.xml:3:3");
  EXPECT_EQ(document->PlaceOf(child.attribute("e")), "f.xml:3:15");
}

TEST(XmlTest, ALineMayBeLong) {
  // 1,000,000 characters of two bytes, then the second line.
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "\xC2\xB5";
  text += "\n\xC2\xB5x";
  const LineIndex index(text);
  EXPECT_EQ(index.At(0), (Position{1, 1}));
  EXPECT_EQ(index.At(2 * 1023), (Position{1, 1024}));
  EXPECT_EQ(index.At(2 * 999'999), (Position{1, 1'000'000}));
  EXPECT_EQ(index.At(2'000'000), (Position{1, 1'000'001}));  // The line's end.
  EXPECT_EQ(index.At(2'000'001), (Position{2, 1}));
  EXPECT_EQ(index.At(2'000'003), (Position{2, 2}));
  EXPECT_EQ(index.At(text.size()), (Position{2, 3}));
}

TEST(XmlTest, AByteOrderMarkIsNoContent) {
  EXPECT_OK(XmlDocument::Parse("\xEF\xBB\xBF<a/>", "f.xml").status());
}

TEST(XmlTest, ADocumentTypeIsRefused) {
  // The classic bomb: each entity is ten of the one before.
  EXPECT_EQ(MessageOf("<?xml version='1.0'?>\n"
                      "<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;'>]>\n"
                      "<a>&y;</a>"),
            "f.xml:2:1: a document type (<!DOCTYPE>) and entities are not "
            "read; remove it, no SDF3 graph needs one");
}

TEST(XmlTest, EntitiesOfXmlAndCharactersByNumberAreRead) {
  EXPECT_OK(CheckXml("<a b='&lt;&gt;&amp;&quot;&apos;&#9;&#x10FFFF;'/>", "f"));
  for (const char* reference :
       {"&y;", "&", "&;", "&#0;", "&#8;", "&#xD800;", "&#x110000;", "&#xFFFF;",
        "&#99999999999;", "&#;", "&#x;", "&#x4G;", "&ampersand;"}) {
    EXPECT_THAT(CheckXml(absl::StrCat("<a b='", reference, "'/>"), "f"),
                StatusIs(kInvalid, HasSubstr("f:1:7: ")))
        << reference;
    EXPECT_THAT(CheckXml(absl::StrCat("<a>", reference, "</a>"), "f"),
                StatusIs(kInvalid, HasSubstr("f:1:4: ")))
        << reference;
  }
}

TEST(XmlTest, NestsAtMost64Deep) {
  EXPECT_OK(CheckXml(Repeated(64, "<a>") + Repeated(64, "</a>"), "f"));
  // The 65th <a> begins behind 64 of 3 characters.
  EXPECT_THAT(
      CheckXml(Repeated(65, "<a>") + Repeated(65, "</a>"), "f"),
      StatusIs(kInvalid, "f:1:193: elements are nested more than 64 deep"));
}

TEST(XmlTest, HoldsAtMostFourMillionElementsAndAttributes) {
  // <r> and 2 per <a b=''/>.
  const int count = kMaxXmlNodes / 2;
  EXPECT_OK(CheckXml("<r>" + Repeated(count - 1, "<a b=''/>") + "</r>", "f"));
  EXPECT_THAT(CheckXml("<r>" + Repeated(count, "<a b=''/>") + "</r>", "f"),
              StatusIs(kInvalid, HasSubstr("more than 4194304 elements and "
                                           "attributes")));
}

TEST(XmlTest, AnElementHasAtMost64Attributes) {
  std::string tag = "<a";
  for (int i = 0; i < 64; ++i) absl::StrAppend(&tag, " b", i, "=''");
  EXPECT_OK(CheckXml(tag + "/>", "f"));
  EXPECT_THAT(CheckXml(tag + " c=''/>", "f"),
              StatusIs(kInvalid, HasSubstr("<a> has more than 64 attributes")));
}

struct Case {
  const char* text;
  const char* message;
};

TEST(XmlTest, SaysWhatIsNotWellFormed) {
  for (const Case& c : std::vector<Case>{
           {"",
            "f.xml:1:1: holds no XML element; an SDF3 graph begins with "
            "<sdf3>"},
           {"<!-- a -->",
            "f.xml:1:1: holds no XML element; an SDF3 graph "
            "begins with <sdf3>"},
           {"<a>\n<b></a>", "f.xml:2:4: </a> closes the element <b> of line 2"},
           {"<a>\n <b>\n", "f.xml:2:2: the element <b> is never closed"},
           {"</a>", "f.xml:1:1: </a> closes nothing"},
           {"<a></a", "f.xml:1:7: the tag is never closed; '>' ends it"},
           {"<a/><b/>",
            "f.xml:1:5: <b> follows the end of <a>; one element holds all"},
           {"<a b='1' b='2'/>", "f.xml:1:10: the attribute 'b' is given twice"},
           {"<a b=1/>",
            "f.xml:1:4: the value of the attribute 'b' needs "
            "quotes"},
           {"<a b='1/>", "f.xml:1:6: the quote is never closed"},
           {"<a b='1/>\n<c/>",
            "f.xml:2:1: '<' in the value of the attribute "
            "'b'; close its quote, or write '&lt;'"},
           {"<a b>",
            "f.xml:1:4: the tag of <a> is broken; attributes are "
            "NAME=\"VALUE\" and '>' or '/>' ends it"},
           {"<a b='1'",
            "f.xml:1:1: the tag of <a> is broken; attributes are "
            "NAME=\"VALUE\" and '>' or '/>' ends it"},
           {"< a/>",
            "f.xml:1:1: '<' begins no element; write '&lt;' in a "
            "text"},
           {"<!-- a", "f.xml:1:1: the comment is never closed; '-->' ends it"},
           {"<?xml",
            "f.xml:1:1: the instruction is never closed; '?>' ends "
            "it"},
           {"<a><![CDATA[",
            "f.xml:1:4: the CDATA section is never closed; "
            "']]>' ends it"},
           {"<a b='1'c='2'/>", "f.xml:1:9: Error parsing element attribute"},
           {"<a>\xFF</a>",
            "f.xml:1:4: the byte 0xff is not UTF-8; save the "
            "file as UTF-8"}}) {
    EXPECT_EQ(MessageOf(c.text), c.message) << c.text;
  }
}

}  // namespace
}  // namespace dynarch::io
