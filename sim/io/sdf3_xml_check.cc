// CheckXml: one pass over the bytes, before pugixml builds its tree.
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sim/base/status_macros.h"
#include "sim/io/sdf3_xml.h"
#include "sim/io/text_check.h"

namespace dynarch::io {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool EndsName(char c) {
  return IsSpace(c) || c == '/' || c == '>' || c == '=' || c == '<' ||
         c == '"' || c == '\'' || c == '&';
}

// Whether XML 1.0, section 2.2, allows the character; of the control
// characters only tab and line ends.
bool IsXmlCharacter(uint32_t code) {
  return code == 0x9 || code == 0xA || code == 0xD ||
         (code >= 0x20 && code <= 0xD7FF) ||
         (code >= 0xE000 && code <= 0xFFFD) ||
         (code >= 0x10000 && code <= 0x10FFFF);
}

// The number of a character reference (`#65`, `#x41`); nothing if it is not
// one or passes 0x10FFFF.
std::optional<uint32_t> CharacterCode(absl::string_view reference) {
  if (!absl::ConsumePrefix(&reference, "#")) return std::nullopt;
  const uint32_t base = absl::ConsumePrefix(&reference, "x") ? 16 : 10;
  if (reference.empty()) return std::nullopt;
  uint32_t code = 0;
  for (const char c : reference) {
    const bool digit =
        base == 16 ? absl::ascii_isxdigit(c) : absl::ascii_isdigit(c);
    if (!digit) return std::nullopt;
    const uint32_t value =
        absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
    code = code * base + value;
    if (code > 0x10FFFF) return std::nullopt;
  }
  return code;
}

class Checker {
 public:
  Checker(absl::string_view text, const std::string& file)
      : text_(text), file_(file) {}

  absl::Status Run() {
    while (at_ < text_.size()) {
      if (text_[at_] == '<') {
        DYNARCH_RETURN_IF_ERROR(Markup());
      } else if (text_[at_] == '&') {
        DYNARCH_RETURN_IF_ERROR(Reference());
      } else {
        ++at_;
      }
    }
    if (open_.empty()) return absl::OkStatus();
    return Error(
        open_.back().offset,
        absl::StrCat("the element <", open_.back().name, "> is never closed"));
  }

 private:
  struct Open {
    absl::string_view name;
    size_t offset;
  };

  absl::string_view Rest() const { return text_.substr(at_); }

  absl::Status Error(size_t offset, absl::string_view what) const {
    const Position place = LineIndex(text_).At(offset);
    return absl::InvalidArgumentError(
        absl::StrCat(file_, ":", place.line, ":", place.column, ": ", what));
  }

  // Moves behind the next `end`; an error that names `what` if there is none.
  absl::Status SkipTo(absl::string_view end, absl::string_view what) {
    const size_t found = text_.find(end, at_);
    if (found == absl::string_view::npos) {
      return Error(at_, absl::StrCat("the ", what, " is never closed; '", end,
                                     "' ends it"));
    }
    at_ = found + end.size();
    return absl::OkStatus();
  }

  absl::Status Markup() {
    if (absl::StartsWith(Rest(), "<!--")) return SkipTo("-->", "comment");
    if (absl::StartsWith(Rest(), "<![CDATA["))
      return SkipTo("]]>", "CDATA section");
    if (absl::StartsWith(Rest(), "<?")) return SkipTo("?>", "instruction");
    if (absl::StartsWith(Rest(), "<!")) {
      return Error(at_,
                   "a document type (<!DOCTYPE>) and entities are not read; "
                   "remove it, no SDF3 graph needs one");
    }
    if (absl::StartsWith(Rest(), "</")) return CloseTag();
    return OpenTag();
  }

  absl::string_view Name() {
    const size_t start = at_;
    while (at_ < text_.size() && !EndsName(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }

  absl::Status CloseTag() {
    const size_t start = at_;
    at_ += 2;
    const absl::string_view name = Name();
    SkipSpace();
    if (open_.empty()) {
      return Error(start, absl::StrCat("</", name, "> closes nothing"));
    }
    if (open_.back().name != name) {
      const Position opened = LineIndex(text_).At(open_.back().offset);
      return Error(start,
                   absl::StrCat("</", name, "> closes the element <",
                                open_.back().name, "> of line ", opened.line));
    }
    open_.pop_back();
    return SkipTo(">", "tag");
  }

  absl::Status Count(size_t offset) {
    if (++nodes_ <= kMaxXmlNodes) return absl::OkStatus();
    return Error(offset, absl::StrCat("more than ", kMaxXmlNodes,
                                      " elements and attributes; no more are "
                                      "read"));
  }

  absl::Status OpenTag() {
    const size_t start = at_++;
    const absl::string_view name = Name();
    if (name.empty()) {
      return Error(start, "'<' begins no element; write '&lt;' in a text");
    }
    DYNARCH_RETURN_IF_ERROR(Count(start));
    open_.push_back({name, start});
    if (open_.size() > kMaxXmlDepth) {
      return Error(start, absl::StrCat("elements are nested more than ",
                                       kMaxXmlDepth, " deep"));
    }
    return Attributes(start);
  }

  // From behind an element's name to behind its '>'.
  absl::Status Attributes(size_t start) {
    std::vector<absl::string_view> names;
    while (true) {
      SkipSpace();
      if (absl::StartsWith(Rest(), "/>")) {
        open_.pop_back();
        at_ += 2;
        return absl::OkStatus();
      }
      if (absl::StartsWith(Rest(), ">")) {
        ++at_;
        return absl::OkStatus();
      }
      DYNARCH_RETURN_IF_ERROR(Attribute(start, &names));
    }
  }

  absl::Status Attribute(size_t start, std::vector<absl::string_view>* names) {
    const size_t offset = at_;
    const absl::string_view name = Name();
    SkipSpace();
    if (name.empty() || !absl::StartsWith(Rest(), "=")) {
      return Error(
          offset < text_.size() ? offset : start,
          absl::StrCat("the tag of <", open_.back().name,
                       "> is broken; attributes are NAME=\"VALUE\" and "
                       "'>' or '/>' ends it"));
    }
    for (const absl::string_view other : *names) {
      if (other != name) continue;
      return Error(offset,
                   absl::StrCat("the attribute '", name, "' is given twice"));
    }
    names->push_back(name);
    if (names->size() > kMaxXmlAttributes) {
      return Error(offset,
                   absl::StrCat("<", open_.back().name, "> has more than ",
                                kMaxXmlAttributes, " attributes"));
    }
    DYNARCH_RETURN_IF_ERROR(Count(offset));
    ++at_;
    SkipSpace();
    return Value(offset, name);
  }

  absl::Status Value(size_t offset, absl::string_view name) {
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '"' && quote != '\'') {
      return Error(offset, absl::StrCat("the value of the attribute '", name,
                                        "' needs quotes"));
    }
    const size_t opened = at_++;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '<') {
        return Error(at_,
                     absl::StrCat("'<' in the value of the attribute '", name,
                                  "'; close its quote, or write '&lt;'"));
      }
      if (text_[at_] == '&') {
        DYNARCH_RETURN_IF_ERROR(Reference());
      } else {
        ++at_;
      }
    }
    if (at_ == text_.size()) return Error(opened, "the quote is never closed");
    ++at_;
    return absl::OkStatus();
  }

  absl::Status Reference() {
    constexpr size_t kLongest = 12;  // &#x10FFFF; and some zeros
    const size_t end = Rest().substr(0, kLongest).find(';');
    if (end == absl::string_view::npos) {
      return Error(at_, "'&' begins no reference; write '&amp;'");
    }
    const absl::string_view inside = Rest().substr(1, end - 1);
    const auto code = CharacterCode(inside);
    const bool known = inside == "amp" || inside == "lt" || inside == "gt" ||
                       inside == "quot" || inside == "apos";
    if (!known && !(code.has_value() && IsXmlCharacter(*code))) {
      return Error(at_,
                   absl::StrCat("'&", inside,
                                ";' is not known; allowed: &amp; &lt; &gt; "
                                "&quot; &apos; and characters by number"));
    }
    at_ += end + 1;
    return absl::OkStatus();
  }

  const absl::string_view text_;
  const std::string& file_;
  size_t at_ = 0;
  int64_t nodes_ = 0;
  std::vector<Open> open_;
};

}  // namespace

absl::Status CheckXml(absl::string_view text, const std::string& file) {
  DYNARCH_RETURN_IF_ERROR(CheckText(text, file));
  return Checker(text, file).Run();
}

}  // namespace dynarch::io
