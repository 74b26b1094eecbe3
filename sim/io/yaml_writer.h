// The generic reader's inverse.
#ifndef DYNARCH_SIM_IO_YAML_WRITER_H_
#define DYNARCH_SIM_IO_YAML_WRITER_H_

#include <google/protobuf/message.h>

#include <string>

namespace dynarch::io {

// YAML that ReadYaml reads back to an equal message: fields in order of their
// numbers, quantities with units, lines of at most 80 columns where values
// allow it. Fields set by the program are left out. The same message gives the
// same bytes.
std::string WriteYaml(const google::protobuf::Message& message);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_YAML_WRITER_H_
