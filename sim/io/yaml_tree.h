// A YAML document as a plain tree, with positions; between text and schema.
#ifndef DYNARCH_SIM_IO_YAML_TREE_H_
#define DYNARCH_SIM_IO_YAML_TREE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/io/source_map.h"

namespace dynarch::io {

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  Position position;
  std::string text;             // Scalar.
  std::vector<YamlNode> keys;   // Map: scalars, all different.
  std::vector<YamlNode> items;  // Sequence; map: the value of each key.

  static YamlNode Scalar(std::string text);
  static YamlNode Sequence() { return Of(Kind::kSequence); }
  static YamlNode Map() { return Of(Kind::kMap); }
  void Append(YamlNode item) { items.push_back(std::move(item)); }
  void Set(std::string key, YamlNode value);

  // `'33 ms'`, `a list`, `a map` or `nothing`: for messages.
  std::string Describe() const;

 private:
  static YamlNode Of(Kind kind);
};

// Deepest nesting that is read.
inline constexpr int kMaxYamlDepth = 64;

// Reads one document. An empty one is null. Errors are InvalidArgument,
// `FILE:LINE:COL: ...`: what YAML forbids, a key twice, a key that is no
// scalar, anchors, aliases, tags, a second document, too deep.
absl::StatusOr<YamlNode> ParseYaml(absl::string_view text,
                                   const std::string& file);

// Text that ParseYaml reads back to the same tree; ends with a newline. What
// fits a line of 80 columns is written in one, unless it is the whole document.
std::string PrintYaml(const YamlNode& node);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_YAML_TREE_H_
