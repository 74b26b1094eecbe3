// Text to tokens.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sim/base/expression_parser.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"

namespace dynarch::expression {
namespace {

constexpr size_t kMaxLength = 4096;

// Longer ones first, so that <= is not read as <.
constexpr absl::string_view kOperators[] = {
    "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", ","};
constexpr absl::string_view kKeywords[] = {"and", "or", "not", "has"};

bool StartsWord(char c) { return absl::ascii_isalpha(c) || c == '_'; }
bool ContinuesWord(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// Length of `a.b_1.2` at the start of `text`.
size_t WordLength(absl::string_view text) {
  size_t n = 0;
  while (n < text.size() &&
         (ContinuesWord(text[n]) || (text[n] == '.' && n + 1 < text.size() &&
                                     ContinuesWord(text[n + 1])))) {
    ++n;
  }
  return n;
}

// The unit at the start of `text`: the longest that no further letter follows.
const UnitName* UnitAtStart(absl::string_view text) {
  const UnitName* longest = nullptr;
  for (const UnitName& unit : AllUnits()) {
    const size_t n = unit.text.size();
    if (absl::StartsWith(text, unit.text) &&
        (n == text.size() || !ContinuesWord(text[n])) &&
        (longest == nullptr || n > longest->text.size())) {
      longest = &unit;
    }
  }
  return longest;
}

// "*" for the sign in common use elsewhere.
std::string Replacement(absl::string_view text) {
  constexpr std::pair<absl::string_view, absl::string_view> kForeign[] = {
      {"=", "=="}, {"&", "and"}, {"|", "or"}, {"!", "not"}, {"^", "*"}};
  for (const auto& [foreign, ours] : kForeign) {
    if (absl::StartsWith(text, foreign)) {
      return absl::StrCat("; did you mean '", ours, "'?");
    }
  }
  return std::string();
}

// Reads tokens off the front of a text.
class Lexer {
 public:
  explicit Lexer(absl::string_view text) : rest_(text), size_(text.size()) {}

  absl::StatusOr<Token> Next() {
    rest_ = absl::StripLeadingAsciiWhitespace(rest_);
    Token token;
    token.column = Column();
    if (rest_.empty()) return token;
    const char c = rest_[0];
    if (absl::ascii_isdigit(c) || (c == '.' && NumberPrefixLength(rest_) > 0)) {
      return Number(std::move(token));
    }
    if (StartsWord(c)) {
      token.kind = Token::kWord;
      token.text = std::string(Consume(WordLength(rest_)));
      return token;
    }
    if (c == '\'' || c == '"') return Quoted(std::move(token));
    return Operator(std::move(token));
  }

 private:
  int Column() const { return static_cast<int>(size_ - rest_.size()) + 1; }

  absl::string_view Consume(size_t length) {
    const absl::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }

  absl::StatusOr<Token> Number(Token token) {
    token.kind = Token::kNumber;
    auto number = Decimal::Parse(Consume(NumberPrefixLength(rest_)));
    if (!number.ok()) return ErrorAt(token.column, number.status().message());
    const absl::string_view after = absl::StripLeadingAsciiWhitespace(rest_);
    if (absl::StartsWith(after, "%")) {
      rest_ = after.substr(1);
      return Scaled(std::move(token), *number, 1, -2);
    }
    if (const UnitName* unit = UnitAtStart(after); unit != nullptr) {
      rest_ = after.substr(unit->text.size());
      token.unit = Unit::Of(unit->dimension);
      return Scaled(std::move(token), *number, unit->factor,
                    unit->exponent + BaseUnitExponent(unit->dimension));
    }
    DYNARCH_RETURN_IF_ERROR(CheckNoWord(after));
    return Scaled(std::move(token), *number, 1, 0);
  }

  // After a number may stand an operator, not a word that is no unit.
  absl::Status CheckNoWord(absl::string_view after) {
    const absl::string_view word = after.substr(0, WordLength(after));
    if (word.empty() || !StartsWord(word[0]) || IsKeyword(word)) {
      return absl::OkStatus();
    }
    rest_ = after;
    std::vector<std::string> units;
    for (const UnitName& unit : AllUnits()) units.emplace_back(unit.text);
    return ErrorAt(Column(), absl::StrCat("unknown unit '", word, "'",
                                          DidYouMean(word, units)));
  }

  // The literal's exact value, rounded to a double once.
  absl::StatusOr<Token> Scaled(Token token, const Decimal& number,
                               int64_t factor, int exponent) {
    auto exact = number.Times(factor);
    if (exact.ok()) {
      exact = Decimal::Of(exact->mantissa(), exact->exponent() + exponent);
    }
    if (!exact.ok()) return ErrorAt(token.column, exact.status().message());
    token.decimal = *exact;
    token.value = exact->ToDouble();
    return token;
  }

  absl::StatusOr<Token> Quoted(Token token) {
    const size_t end = rest_.find(rest_[0], 1);
    if (end == absl::string_view::npos) {
      return ErrorAt(token.column, "this quotation mark has no partner");
    }
    token.kind = Token::kQuoted;
    token.text = std::string(rest_.substr(1, end - 1));
    Consume(end + 1);
    return token;
  }

  absl::StatusOr<Token> Operator(Token token) {
    token.kind = Token::kOperator;
    for (const absl::string_view op : kOperators) {
      if (absl::StartsWith(rest_, op)) {
        token.text = std::string(Consume(op.size()));
        return token;
      }
    }
    return ErrorAt(token.column,
                   absl::StrCat("'", absl::CHexEscape(rest_.substr(0, 1)),
                                "' means nothing here", Replacement(rest_)));
  }

  absl::string_view rest_;
  size_t size_;
};

}  // namespace

absl::Status ErrorAt(int column, absl::string_view message) {
  return absl::InvalidArgumentError(
      absl::StrCat("column ", column, ": ", message));
}

bool IsKeyword(absl::string_view text) {
  return std::find(std::begin(kKeywords), std::end(kKeywords), text) !=
         std::end(kKeywords);
}

absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text) {
  if (text.size() > kMaxLength) {
    return absl::InvalidArgumentError(
        absl::StrCat("an expression has at most ", kMaxLength,
                     " characters, this one ", text.size()));
  }
  // Both code points for a micro sign; columns then count characters.
  const std::string plain =
      absl::StrReplaceAll(text, {{"\xC2\xB5", "u"}, {"\xCE\xBC", "u"}});
  Lexer lexer(plain);
  std::vector<Token> tokens;
  do {
    DYNARCH_ASSIGN_OR_RETURN(Token token, lexer.Next());
    tokens.push_back(std::move(token));
  } while (tokens.back().kind != Token::kEnd);
  return tokens;
}

}  // namespace dynarch::expression
