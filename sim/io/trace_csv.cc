#include "sim/io/trace_csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/csv.h"
#include "sim/io/file.h"
#include "sim/io/text_check.h"

namespace dynarch::io {
namespace {

constexpr absl::string_view kFormat = "dynarch-trace 1";
const std::vector<std::string>& KeyColumns() {
  static const auto& names =
      *new std::vector<std::string>{"sample", "split", "dtype", "label"};
  return names;
}
const std::vector<std::string>& ExitColumns() {
  static const auto& names = *new std::vector<std::string>{
      "class", "max_probability", "entropy", "margin", "correct"};
  return names;
}
constexpr size_t kExitColumnCount = 5;

// Values of `# key: value`, with their lines.
struct Comment {
  std::string value;
  int line = 0;
};
using Comments = std::map<std::string, Comment>;

class TraceReader {
 public:
  TraceReader(absl::string_view text, const std::string& file)
      : csv_(text, file) {}

  absl::StatusOr<behavior::Trace> Read() {
    DYNARCH_RETURN_IF_ERROR(ReadComments());
    DYNARCH_RETURN_IF_ERROR(ReadHeader());
    while (!csv_.AtEnd()) {
      DYNARCH_ASSIGN_OR_RETURN(const CsvRow row, csv_.Next());
      DYNARCH_RETURN_IF_ERROR(ReadRow(row));
    }
    if (trace_.slices.empty()) {
      return csv_.Error(csv_.line(), 1,
                        "no sample; at least one row is needed");
    }
    DYNARCH_RETURN_IF_ERROR(CheckTypes());
    return std::move(trace_);
  }

 private:
  absl::Status ReadComments() {
    if (csv_.AtEnd()) {
      return csv_.Error(
          1, 1,
          absl::StrCat("is empty; a trace begins with '# format: ", kFormat,
                       "'"));
    }
    while (!csv_.AtEnd() && csv_.Peek() == '#') {
      const int line = csv_.line();
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(csv_.NextLine().substr(1), absl::MaxSplits(':', 1));
      comments_[std::string(absl::StripAsciiWhitespace(parts.first))] = {
          std::string(absl::StripAsciiWhitespace(parts.second)), line};
    }
    DYNARCH_RETURN_IF_ERROR(CheckComment("format", kFormat, true));
    DYNARCH_RETURN_IF_ERROR(CheckComment("kind", "signals", false));
    const auto weights = comments_.find("weights");
    if (weights == comments_.end()) return absl::OkStatus();
    trace_.weights_sha256 = weights->second.value;
    const std::string& hex = trace_.weights_sha256;
    if (hex.size() == 64 && std::all_of(hex.begin(), hex.end(), [](char c) {
          return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
        })) {
      return absl::OkStatus();
    }
    return csv_.Error(weights->second.line, 1,
                      absl::StrCat("weights: got '", hex,
                                   "'; 64 lower-case hexadecimal digits of a "
                                   "SHA-256 are needed"));
  }

  absl::Status CheckComment(const std::string& key, absl::string_view want,
                            bool is_required) {
    const auto found = comments_.find(key);
    if (found == comments_.end()) {
      if (!is_required) return absl::OkStatus();
      return csv_.Error(
          1, 1,
          absl::StrCat("no line '# ", key, ": ", want, "' before the columns"));
    }
    if (found->second.value == want) return absl::OkStatus();
    return csv_.Error(found->second.line, 1,
                      absl::StrCat(key, ": got '", found->second.value,
                                   "'; allowed: ", want));
  }

  absl::Status ReadHeader() {
    if (csv_.AtEnd()) {
      return csv_.Error(csv_.line(), 1, "no line of column names");
    }
    DYNARCH_ASSIGN_OR_RETURN(const CsvRow header, csv_.Next());
    for (size_t i = 0; i < header.fields.size(); ++i) {
      DYNARCH_RETURN_IF_ERROR(ReadColumnName(header, i));
    }
    const size_t exit_fields = header.fields.size() - KeyColumns().size();
    if (header.fields.size() < KeyColumns().size() || trace_.exits.empty() ||
        exit_fields % kExitColumnCount != 0) {
      const std::string next = ColumnName(header.fields.size());
      return csv_.Error(header.line, header.end_column,
                        absl::StrCat("column '", next, "' is missing"));
    }
    column_count_ = header.fields.size();
    return CheckExits(header.line);
  }

  // Name that column `i` must have, as far as exits are known.
  std::string ColumnName(size_t i) const {
    if (i < KeyColumns().size()) return KeyColumns()[i];
    const size_t column = (i - KeyColumns().size()) % kExitColumnCount;
    const std::string exit =
        trace_.exits.empty() || column == 0 ? "EXIT" : trace_.exits.back();
    return absl::StrCat(exit, "_", ExitColumns()[column]);
  }

  absl::Status ReadColumnName(const CsvRow& header, size_t i) {
    const CsvField& field = header.fields[i];
    absl::string_view exit = field.text;
    const bool begins_exit = i >= KeyColumns().size() &&
                             (i - KeyColumns().size()) % kExitColumnCount == 0;
    if (begins_exit && absl::ConsumeSuffix(&exit, "_class") && !exit.empty()) {
      const auto& exits = trace_.exits;
      if (std::find(exits.begin(), exits.end(), exit) != exits.end()) {
        return csv_.Error(
            header.line, field.column,
            absl::StrCat("column '", field.text, "' is there twice"));
      }
      trace_.exits.emplace_back(exit);
      return absl::OkStatus();
    }
    const std::string want = ColumnName(i);
    if (!begins_exit && field.text == want) return absl::OkStatus();
    return csv_.Error(header.line, field.column,
                      absl::StrCat("got column '", field.text, "'; '", want,
                                   "' must stand here"));
  }

  // The comment and the columns must name the same exits.
  absl::Status CheckExits(int line) {
    const auto found = comments_.find("exits");
    if (found == comments_.end()) return absl::OkStatus();
    const std::vector<std::string> listed =
        absl::StrSplit(found->second.value, ", ");
    if (listed == trace_.exits) return absl::OkStatus();
    return csv_.Error(
        line, 1,
        absl::StrCat("the columns are of exits ", NameList(trace_.exits),
                     "; '# exits' in line ", found->second.line, " says ",
                     found->second.value));
  }

  absl::Status ReadRow(const CsvRow& row) {
    if (row.fields.size() != column_count_) {
      return csv_.Error(
          row.line, row.end_column,
          absl::StrCat("got ", row.fields.size(), " fields; the columns are ",
                       column_count_));
    }
    row_ = &row;
    DYNARCH_ASSIGN_OR_RETURN(const int64_t sample, Integer(0));
    const std::string& split = row.fields[1].text;
    if (split.empty()) return FieldError(1, "a split needs a name");
    const auto dtype = graph::DataTypeNamed(row.fields[2].text);
    if (!dtype.has_value()) return FieldError(2, "fp32, fp16, int8");
    DYNARCH_ASSIGN_OR_RETURN(const int64_t label, Integer(3));
    behavior::TraceSlice& slice = SliceOf(split, *dtype);
    if (!samples_[{split, *dtype}].insert(sample).second) {
      return csv_.Error(
          row.line, row.fields[0].column,
          absl::StrCat("sample ", sample, " is there twice in ", "split '",
                       split, "' of ", NameOf(*dtype)));
    }
    slice.samples.push_back(sample);
    for (size_t exit = 0; exit < trace_.exits.size(); ++exit) {
      DYNARCH_ASSIGN_OR_RETURN(const behavior::ExitRecord record,
                               Record(exit, label));
      slice.records.push_back(record);
    }
    return absl::OkStatus();
  }

  behavior::TraceSlice& SliceOf(const std::string& split,
                                graph::DataType dtype) {
    for (behavior::TraceSlice& slice : trace_.slices) {
      if (slice.split == split && slice.dtype == dtype) return slice;
    }
    trace_.slices.push_back({split, dtype, {}, {}});
    return trace_.slices.back();
  }

  absl::StatusOr<behavior::ExitRecord> Record(size_t exit, int64_t label) {
    const size_t first = KeyColumns().size() + exit * kExitColumnCount;
    behavior::ExitRecord record;
    DYNARCH_ASSIGN_OR_RETURN(const int64_t predicted, Integer(first));
    record.predicted = static_cast<int32_t>(predicted);
    DYNARCH_ASSIGN_OR_RETURN(record.max_probability, Number(first + 1, 1.0));
    DYNARCH_ASSIGN_OR_RETURN(
        record.entropy,
        Number(first + 2, std::numeric_limits<double>::infinity()));
    DYNARCH_ASSIGN_OR_RETURN(record.margin, Number(first + 3, 1.0));
    const std::string& correct = row_->fields[first + 4].text;
    if (correct != "0" && correct != "1") return FieldError(first + 4, "0, 1");
    record.correct = correct == "1";
    if (record.correct != (predicted == label)) {
      return FieldError(
          first + 4,
          absl::StrCat(predicted == label ? "1" : "0", ", for the class is ",
                       predicted, " and the label ", label));
    }
    return record;
  }

  // A whole number in [0, 2^31).
  absl::StatusOr<int64_t> Integer(size_t i) {
    const std::string& text = row_->fields[i].text;
    int64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0 ||
        value > std::numeric_limits<int32_t>::max()) {
      return FieldError(i, "a whole number, 0 or more");
    }
    return value;
  }

  // A finite number in [0, high].
  absl::StatusOr<double> Number(size_t i, double high) {
    const std::string& text = row_->fields[i].text;
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() &&
        std::isfinite(value) && value >= 0 && value <= high) {
      return value;
    }
    return FieldError(i, std::isfinite(high) ? "a number from 0 to 1"
                                             : "a number, 0 or more");
  }

  absl::Status FieldError(size_t i, absl::string_view allowed) const {
    const CsvField& field = row_->fields[i];
    return csv_.Error(row_->line, field.column,
                      absl::StrCat(NameOfColumn(i), ": got '", field.text,
                                   "'; allowed: ", allowed));
  }

  std::string NameOfColumn(size_t i) const {
    if (i < KeyColumns().size()) return KeyColumns()[i];
    const size_t rest = i - KeyColumns().size();
    return absl::StrCat(trace_.exits[rest / kExitColumnCount], "_",
                        ExitColumns()[rest % kExitColumnCount]);
  }

  // Types that the comment promises must be there.
  absl::Status CheckTypes() {
    const auto found = comments_.find("dtypes");
    if (found == comments_.end()) return absl::OkStatus();
    for (absl::string_view name : absl::StrSplit(found->second.value, ", ")) {
      const bool is_there = std::any_of(
          trace_.slices.begin(), trace_.slices.end(),
          [name](const auto& slice) { return NameOf(slice.dtype) == name; });
      if (is_there) continue;
      return csv_.Error(
          found->second.line, 1,
          absl::StrCat("dtypes: names '", name, "', of which no row is there"));
    }
    return absl::OkStatus();
  }

  CsvReader csv_;
  Comments comments_;
  behavior::Trace trace_;
  size_t column_count_ = 0;
  const CsvRow* row_ = nullptr;
  std::map<std::pair<std::string, graph::DataType>, std::set<int64_t>> samples_;
};

}  // namespace

absl::StatusOr<behavior::Trace> ReadTraceCsv(absl::string_view text,
                                             const std::string& file) {
  DYNARCH_RETURN_IF_ERROR(CheckText(text, file));
  return TraceReader(text, file).Read();
}

absl::StatusOr<behavior::Trace> ReadTraceFile(const std::string& path) {
  DYNARCH_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ReadTraceCsv(text, path);
}

}  // namespace dynarch::io
