// The one generic YAML reader: any message of the schema, by reflection.
//
// Keys are field names, without the unit suffix where annotations.proto gives
// the field a dimension; such a field is text with a unit. Enums are written in
// lower case. Lists with a `map_key` are written as maps. A message with a
// `shorthand` may be written as the value of that field. Anchors, aliases,
// tags and a second document are refused.
#ifndef DYNARCH_SIM_IO_YAML_READER_H_
#define DYNARCH_SIM_IO_YAML_READER_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/io/source_map.h"

namespace dynarch::io {

// Reads all of `text` into `message` (cleared before) and notes where each
// field stands. `file` is how errors call the text. Errors are InvalidArgument:
// `FILE:LINE:COL: FIELD.PATH: what came; what is allowed; did you mean 'x'?`.
// Checks form only: what values mean is sim/wire's.
absl::StatusOr<SourceMap> ReadYaml(absl::string_view text,
                                   const std::string& file,
                                   google::protobuf::Message* message);

// ReadFile, then ReadYaml.
absl::StatusOr<SourceMap> ReadYamlFile(const std::string& path,
                                       google::protobuf::Message* message);

// Puts one value, written as YAML, into the field at `path`
// (`workload.deadline`, `policy.power`); what the field held is replaced. The
// error begins with the path.
absl::Status SetField(absl::string_view path, absl::string_view value,
                      google::protobuf::Message* message);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_YAML_READER_H_
