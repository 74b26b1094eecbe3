#include "sim/io/source_map.h"

#include "absl/strings/str_cat.h"

namespace dynarch::io {

void SourceMap::Add(std::string path, Position position) {
  positions_.insert_or_assign(std::move(path), position);
}

std::optional<Position> SourceMap::Find(absl::string_view path) const {
  while (!path.empty()) {
    const auto found = positions_.find(path);
    if (found != positions_.end()) return found->second;
    const size_t end = path.find_last_of(".[");
    path = end == absl::string_view::npos ? "" : path.substr(0, end);
  }
  return std::nullopt;
}

absl::Status SourceMap::Annotate(const absl::Status& status) const {
  if (status.ok() || file_.empty()) return status;
  const absl::string_view message = status.message();
  const std::optional<Position> at = Find(message.substr(0, message.find(':')));
  const std::string where =
      at.has_value() ? absl::StrCat(file_, ":", at->line, ":", at->column)
                     : file_;
  return absl::Status(status.code(), absl::StrCat(where, ": ", message));
}

}  // namespace dynarch::io
