// Where in a file each field was written, so that what is found wrong later can
// still be shown at its line.
#ifndef DYNARCH_SIM_IO_SOURCE_MAP_H_
#define DYNARCH_SIM_IO_SOURCE_MAP_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dynarch::io {

// A place in a text, from 1.
struct Position {
  int line = 1;
  int column = 1;
  bool operator==(const Position&) const = default;
};

class SourceMap {
 public:
  SourceMap() = default;
  explicit SourceMap(std::string file) : file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  void Add(std::string path, Position position);

  // Of the field itself or, if it was not written, of the nearest field around
  // it that was.
  std::optional<Position> Find(absl::string_view path) const;

  // `FILE:LINE:COL: message` for a status whose message begins with a field
  // path and a colon; `FILE: message` when no such field was written. OK, and
  // what is in no file, stays as it is.
  absl::Status Annotate(const absl::Status& status) const;

 private:
  std::string file_;
  std::map<std::string, Position, std::less<>> positions_;
};

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_SOURCE_MAP_H_
