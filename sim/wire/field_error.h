// Messages of this module: a field path, what came, what is allowed.
#ifndef DYNARCH_SIM_WIRE_FIELD_ERROR_H_
#define DYNARCH_SIM_WIRE_FIELD_ERROR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace dynarch::wire {

// InvalidArgument: `path: parts`.
template <typename... Parts>
absl::Status FieldError(absl::string_view path, const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", parts...));
}

// `path: unknown WHAT 'name'; allowed: a, b; did you mean 'a'?`
absl::Status UnknownName(absl::string_view path, absl::string_view what,
                         absl::string_view name,
                         const std::vector<std::string>& allowed);

// Puts `prefix` and a dot before the field path that a message begins with.
absl::Status Below(absl::string_view prefix, const absl::Status& status);

// `path: ` before a message that begins with no field path.
absl::Status AtField(absl::string_view path, const absl::Status& status);

// Names are part of field paths and expressions: a letter or '_', then letters,
// digits and '_'.
absl::Status CheckName(absl::string_view path, absl::string_view name);

// Index of `name` in `names`, or UnknownName.
absl::StatusOr<int> IndexOfName(absl::string_view path, absl::string_view what,
                                absl::string_view name,
                                const std::vector<std::string>& names);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_FIELD_ERROR_H_
