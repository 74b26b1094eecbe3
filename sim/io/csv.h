// Comma-separated values, RFC 4180: fields may be quoted, a quote inside is
// doubled, lines end in LF or CRLF. Rows know where they stand.
#ifndef DYNARCH_SIM_IO_CSV_H_
#define DYNARCH_SIM_IO_CSV_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dynarch::io {

struct CsvField {
  std::string text;
  int column = 1;  // Of its first character, from 1.
};

struct CsvRow {
  std::vector<CsvField> fields;  // At least one.
  int line = 1;
  int end_column = 1;  // One past the last character.
};

// A row whose memory is used again for the next; views into the reader's text,
// or into the row.
class CsvFields {
 public:
  size_t count = 0;
  int line = 1;
  int end_column = 1;  // One past the last character.

  absl::string_view text(size_t i) const { return fields_[i].text; }
  int column(size_t i) const { return fields_[i].column; }

 private:
  friend class CsvReader;
  struct Field {
    absl::string_view text;
    int column = 1;
  };
  std::vector<Field> fields_;
  CsvRow quoted_;  // Holds the texts of a row with quotes.
};

class CsvReader {
 public:
  // `file` is how errors call the text, which must outlive the reader.
  CsvReader(absl::string_view text, std::string file);

  bool AtEnd() const { return rest_.empty(); }
  int line() const { return line_; }
  char Peek() const { return rest_.front(); }
  // A whole line, without its end.
  absl::string_view NextLine();
  // InvalidArgument: a quote that is not closed, text after a closing quote, a
  // quote inside a field that is not quoted, a NUL.
  absl::StatusOr<CsvRow> Next();
  // The same, without copies of fields that are not quoted.
  absl::Status NextInto(CsvFields& fields);

  // InvalidArgument: `FILE:LINE:COL: what`.
  absl::Status Error(int line, int column, absl::string_view what) const;

 private:
  absl::StatusOr<CsvField> NextField();
  absl::Status ReadQuoted(std::string* text);
  void Advance();
  bool AtLineEnd() const;

  absl::string_view rest_;
  std::string file_;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_CSV_H_
