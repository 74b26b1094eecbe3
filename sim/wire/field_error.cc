#include "sim/wire/field_error.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "sim/base/name_match.h"

namespace dynarch::wire {

absl::Status UnknownName(absl::string_view path, absl::string_view what,
                         absl::string_view name,
                         const std::vector<std::string>& allowed) {
  return FieldError(path, "unknown ", what, " '", name,
                    "'; allowed: ", NameList(allowed),
                    DidYouMean(name, allowed));
}

absl::Status Below(absl::string_view prefix, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(prefix, ".", status.message()));
}

absl::Status AtField(absl::string_view path, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(path, ": ", status.message()));
}

absl::Status CheckName(absl::string_view path, absl::string_view name) {
  const bool starts_well =
      !name.empty() && (absl::ascii_isalpha(name.front()) || name[0] == '_');
  if (starts_well && std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isalnum(c) || c == '_';
      })) {
    return absl::OkStatus();
  }
  return FieldError(path, "'", name,
                    "' is no name; a name is a letter or '_', then letters, "
                    "digits and '_'");
}

absl::StatusOr<int> IndexOfName(absl::string_view path, absl::string_view what,
                                absl::string_view name,
                                const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return UnknownName(path, what, name, names);
  return static_cast<int>(found - names.begin());
}

}  // namespace dynarch::wire
