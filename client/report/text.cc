#include "client/report/text.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace dynarch::report {
namespace {

struct Prefix {
  int exponent;
  const char* text;
};
constexpr Prefix kPrefixes[] = {
    {-15, "f"}, {-12, "p"}, {-9, "n"}, {-6, "u"}, {-3, "m"},
    {0, ""},    {3, "k"},   {6, "M"},  {9, "G"},  {12, "T"},
};

// `magnitude` rounded to three significant digits, its decimal exponent.
std::pair<int, int> Rounded(double magnitude) {
  const std::string text = absl::StrFormat("%.2e", magnitude);  // d.dde+xx
  const int digits =
      (text[0] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  return {digits, std::atoi(text.c_str() + 5)};
}

// `digits` (three) with the point after 1 to 3 of them.
std::string WithPoint(int digits, int whole) {
  if (whole >= 3) return absl::StrCat(digits);
  const int split = whole == 2 ? 10 : 100;
  return absl::StrFormat("%d.%0*d", digits / split, 3 - whole, digits % split);
}

}  // namespace

std::string SiText(std::optional<double> value, absl::string_view unit) {
  if (!value.has_value()) return "-";
  const std::string suffix = unit.empty() ? "" : absl::StrCat(" ", unit);
  if (*value == 0) return absl::StrCat("0", suffix);
  if (unit.empty()) return absl::StrFormat("%.4g", *value);
  const auto [digits, exponent] = Rounded(std::fabs(*value));
  const Prefix* prefix = &kPrefixes[0];
  for (const Prefix& candidate : kPrefixes) {
    if (candidate.exponent <= exponent) prefix = &candidate;
  }
  const int whole = exponent - prefix->exponent + 1;
  if (whole < 1 || whole > 3) {
    return absl::StrFormat("%.3g%s", *value, suffix);
  }
  return absl::StrCat(*value < 0 ? "-" : "", WithPoint(digits, whole), " ",
                      prefix->text, unit);
}

std::string PercentText(std::optional<double> share) {
  return share.has_value() ? absl::StrFormat("%.2f %%", *share * 100) : "-";
}

std::string FactorText(std::optional<double> factor) {
  return factor.has_value() ? absl::StrFormat("%.2fx", *factor) : "-";
}

std::string CountText(int64_t count) {
  const std::string digits = absl::StrCat(count);
  const size_t first = count < 0 ? 1 : 0;
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) text.push_back(',');
    text.push_back(digits[i]);
  }
  return text;
}

TextTable::TextTable(std::vector<std::string> heading) {
  rows_.push_back(std::move(heading));
}

void TextTable::AddRow(std::vector<std::string> cells) {
  rows_.push_back(std::move(cells));
}

std::string TextTable::ToString() const {
  std::vector<size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      const bool right = !row[i].empty() && absl::ascii_isdigit(row[i][0]);
      absl::StrAppend(&line, i == 0 ? "" : "  ",
                      right ? absl::StrCat(padding, row[i])
                            : absl::StrCat(row[i], padding));
    }
    absl::StrAppend(&out, absl::StripTrailingAsciiWhitespace(line), "\n");
  }
  return out;
}

}  // namespace dynarch::report
