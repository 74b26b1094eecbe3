// A YAML tree into a message, by reflection; yaml_reader.h is the way in.
#ifndef DYNARCH_SIM_IO_TREE_READER_H_
#define DYNARCH_SIM_IO_TREE_READER_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "sim/io/source_map.h"
#include "sim/io/yaml_schema.h"
#include "sim/io/yaml_tree.h"

namespace dynarch::io {

// Puts one scalar, as written, into a field, or appends it to a repeated one.
// Errors begin with `path`.
absl::Status ReadScalarText(const std::string& text, const std::string& path,
                            const FieldDescriptor* field,
                            google::protobuf::Message* message);

// Reads `root` as all of `message` and notes where each field stands. The
// error's message begins with the field path; `*error_at` says where it is.
absl::Status ReadTree(const YamlNode& root, google::protobuf::Message* message,
                      SourceMap* sources, Position* error_at);

// Reads `node` as the one field at `path`.
absl::Status ReadFieldTree(const YamlNode& node, const std::string& path,
                           const FieldDescriptor* field,
                           google::protobuf::Message* message);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_TREE_READER_H_
