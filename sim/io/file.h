// Files as whole strings.
#ifndef DYNARCH_SIM_IO_FILE_H_
#define DYNARCH_SIM_IO_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dynarch::io {

// Largest YAML and CSV file that is read.
inline constexpr int64_t kMaxTextBytes = 16 << 20;
// Largest ONNX file that is read.
inline constexpr int64_t kMaxModelBytes = int64_t{1} << 30;

// The bytes of a regular file. The message begins with the path: NotFound,
// PermissionDenied, InvalidArgument (a folder, more than `max_bytes`).
absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     int64_t max_bytes = kMaxTextBytes);

// Writes beside `path` and renames, so that a reader sees all of it or none.
absl::Status WriteFile(const std::string& path, absl::string_view bytes);

// `path` as seen from the folder of the file `base`; absolute ones unchanged.
std::string PathBeside(const std::string& base, const std::string& path);
// Last component.
std::string BaseName(const std::string& path);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_FILE_H_
