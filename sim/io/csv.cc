#include "sim/io/csv.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sim/base/status_macros.h"

namespace dynarch::io {

CsvReader::CsvReader(absl::string_view text, std::string file)
    : rest_(text), file_(std::move(file)) {
  absl::ConsumePrefix(&rest_, "\xEF\xBB\xBF");  // byte order mark
}

absl::Status CsvReader::Error(int line, int column,
                              absl::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrCat(file_, ":", line, ":", column, ": ", what));
}

void CsvReader::Advance() {
  if (rest_.front() == '\n') {
    ++line_;
    column_ = 1;
  } else {
    ++column_;
  }
  rest_.remove_prefix(1);
}

bool CsvReader::AtLineEnd() const {
  return rest_.empty() || rest_.front() == '\n' ||
         absl::StartsWith(rest_, "\r\n");
}

absl::string_view CsvReader::NextLine() {
  const size_t end = std::min(rest_.find('\n'), rest_.size());
  absl::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  ++line_;
  column_ = 1;
  absl::ConsumeSuffix(&line, "\r");
  return line;
}

absl::Status CsvReader::ReadQuoted(std::string* text) {
  const int line = line_;
  const int column = column_;
  Advance();
  while (!rest_.empty()) {
    if (rest_.front() == '"') {
      Advance();
      if (rest_.empty() || rest_.front() != '"') return absl::OkStatus();
    }
    *text += rest_.front();
    Advance();
  }
  return Error(line, column, "a quote that is never closed");
}

absl::StatusOr<CsvField> CsvReader::NextField() {
  CsvField field;
  field.column = column_;
  if (!rest_.empty() && rest_.front() == '"') {
    DYNARCH_RETURN_IF_ERROR(ReadQuoted(&field.text));
    if (!AtLineEnd() && rest_.front() != ',') {
      return Error(line_, column_, "text after a closing quote");
    }
    return field;
  }
  while (!AtLineEnd() && rest_.front() != ',') {
    if (rest_.front() == '"') {
      return Error(line_, column_, "a quote inside a field that is not quoted");
    }
    if (rest_.front() == '\0') return Error(line_, column_, "a NUL character");
    field.text += rest_.front();
    Advance();
  }
  return field;
}

absl::StatusOr<CsvRow> CsvReader::Next() {
  CsvRow row;
  row.line = line_;
  while (true) {
    DYNARCH_ASSIGN_OR_RETURN(CsvField field, NextField());
    row.fields.push_back(std::move(field));
    if (AtLineEnd()) break;
    Advance();  // the comma
  }
  row.end_column = column_;
  while (!rest_.empty() && rest_.front() == '\r') Advance();
  if (!rest_.empty()) Advance();
  return row;
}

absl::Status CsvReader::NextInto(CsvFields& fields) {
  const size_t end = std::min(rest_.find('\n'), rest_.size());
  absl::string_view row = rest_.substr(0, end);
  fields.line = line_;
  fields.fields_.clear();
  if (row.find('"') != row.npos || row.find('\0') != row.npos) {
    DYNARCH_ASSIGN_OR_RETURN(fields.quoted_, Next());
    for (const CsvField& field : fields.quoted_.fields) {
      fields.fields_.push_back({field.text, field.column});
    }
    fields.count = fields.fields_.size();
    fields.end_column = fields.quoted_.end_column;
    return absl::OkStatus();
  }
  if (end < rest_.size()) absl::ConsumeSuffix(&row, "\r");
  size_t begin = 0;
  while (true) {
    const size_t comma = std::min(row.find(',', begin), row.size());
    fields.fields_.push_back(
        {row.substr(begin, comma - begin), static_cast<int>(begin) + 1});
    if (comma == row.size()) break;
    begin = comma + 1;
  }
  fields.count = fields.fields_.size();
  fields.end_column = static_cast<int>(row.size()) + 1;
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  ++line_;
  column_ = 1;
  return absl::OkStatus();
}

}  // namespace dynarch::io
