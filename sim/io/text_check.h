// What no text file may hold: messages and YAML cannot carry it.
#ifndef DYNARCH_SIM_IO_TEXT_CHECK_H_
#define DYNARCH_SIM_IO_TEXT_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dynarch::io {

// InvalidArgument, `FILE:LINE:COL: ...`, at the first byte that is not part of
// a well-formed UTF-8 character, or is a control character other than tab and
// line ends; COL counts characters from 1.
absl::Status CheckText(absl::string_view text, const std::string& file);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_TEXT_CHECK_H_
