// Text that is not UTF-8 is refused when it is read: messages cannot carry it.
#ifndef DYNARCH_SIM_IO_UTF8_H_
#define DYNARCH_SIM_IO_UTF8_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dynarch::io {

// InvalidArgument, `FILE:LINE:COL: ...`, at the first byte that is not part of
// a well-formed UTF-8 character; COL counts characters from 1.
absl::Status CheckUtf8(absl::string_view text, const std::string& file);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_UTF8_H_
