// Numbers and tables for people.
#ifndef DYNARCH_CLIENT_REPORT_TEXT_H_
#define DYNARCH_CLIENT_REPORT_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dynarch::report {

// Three significant digits with an SI prefix: 0.00123 J is "1.23 mJ", 0 s is
// "0 s". Without a unit, a plain number. Absent is "-".
std::string SiText(std::optional<double> value, absl::string_view unit);

// A share as per cent, two decimals: 0.9731 is "97.31 %". Absent is "-".
std::string PercentText(std::optional<double> share);

// A factor: 3.4567 is "3.46x". Absent is "-".
std::string FactorText(std::optional<double> factor);

// 123456 is "123,456".
std::string CountText(int64_t count);

// Columns padded to their widest cell; the first row is the heading. Cells
// that begin with a digit are set flush right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heading);
  // As many cells as the heading has.
  void AddRow(std::vector<std::string> cells);
  // Every line ends with a newline and without spaces.
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace dynarch::report

#endif  // DYNARCH_CLIENT_REPORT_TEXT_H_
