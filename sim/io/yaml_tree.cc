#include "sim/io/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <set>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/io/text_check.h"

namespace dynarch::io {
namespace {

constexpr size_t kMaxShownText = 60;

Position PositionOf(const YAML::Mark& mark) {
  return {.line = mark.line + 1, .column = mark.column + 1};
}

// Position of the character with `before` characters before it. At the end of
// the text the parser's own line and column are not to be trusted.
Position PositionAt(absl::string_view text, int before) {
  Position at;
  for (const char c : text) {
    const bool continues = (c & 0xC0) == 0x80;  // of a UTF-8 character
    if (continues) continue;
    if (before-- <= 0) break;
    ++at.column;
    if (c == '\n') at = {.line = at.line + 1, .column = 1};
  }
  return at;
}

absl::Status ErrorAt(const std::string& file, Position at,
                     absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(file, ":", at.line, ":", at.column, ": ", what));
}

// Builds the tree from the parser's events. After the first error it only
// ignores.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& file) : file_(file) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Add(mark, "", anchor, {});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Fail(PositionOf(mark), "aliases (*name) are not allowed; write it out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag,
                YAML::anchor_t anchor, const std::string& value) override {
    if (value.find('\0') != std::string::npos) {  // an escape made it
      Fail(PositionOf(mark), "a NUL character is not allowed");
    }
    Add(mark, tag, anchor, YamlNode::Scalar(value));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Sequence());
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag,
                  YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Map());
  }
  void OnMapEnd() override { Close(); }

  const absl::Status& status() const { return status_; }
  YamlNode TakeRoot() { return std::move(root_); }

 private:
  void Fail(Position at, absl::string_view what) {
    if (status_.ok()) status_ = ErrorAt(file_, at, what);
  }

  // Refuses what no schema file needs.
  void CheckPlain(Position at, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) Fail(at, "anchors (&name) are not allowed");
    if (!tag.empty() && tag != "?" && tag != "!") {
      Fail(at, absl::StrCat("tags are not allowed, got '", tag, "'"));
    }
  }

  void Add(const YAML::Mark& mark, const std::string& tag,
           YAML::anchor_t anchor, YamlNode node) {
    if (!status_.ok()) return;
    node.position = PositionOf(mark);
    CheckPlain(node.position, tag, anchor);
    Place(std::move(node));
  }

  void Open(const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor, YamlNode node) {
    if (!status_.ok()) return;
    node.position = PositionOf(mark);
    CheckPlain(node.position, tag, anchor);
    if (open_.size() >= kMaxYamlDepth) {
      Fail(node.position,
           absl::StrCat("nested deeper than ", kMaxYamlDepth, " levels"));
      return;
    }
    open_.push_back(std::move(node));
  }

  void Close() {
    if (!status_.ok()) return;
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    CheckKeys(node);
    Place(std::move(node));
  }

  void CheckKeys(const YamlNode& node) {
    std::set<absl::string_view> seen;
    for (const YamlNode& key : node.keys) {
      if (!seen.insert(key.text).second) {
        Fail(key.position,
             absl::StrCat("key '", key.text, "' is written twice; remove one"));
      }
    }
  }

  // A finished node goes into the innermost open one.
  void Place(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    YamlNode& parent = open_.back();
    const bool is_key = parent.kind == YamlNode::Kind::kMap &&
                        parent.keys.size() == parent.items.size();
    if (!is_key) {
      parent.items.push_back(std::move(node));
    } else if (node.kind == YamlNode::Kind::kScalar) {
      parent.keys.push_back(std::move(node));
    } else {
      Fail(node.position,
           absl::StrCat("a key must be a word, got ", node.Describe()));
    }
  }

  const std::string& file_;
  absl::Status status_;
  std::vector<YamlNode> open_;
  YamlNode root_;
};

}  // namespace

YamlNode YamlNode::Of(Kind kind) {
  YamlNode node;
  node.kind = kind;
  return node;
}

YamlNode YamlNode::Scalar(std::string text) {
  YamlNode node = Of(Kind::kScalar);
  node.text = std::move(text);
  return node;
}

void YamlNode::Set(std::string key, YamlNode value) {
  keys.push_back(Scalar(std::move(key)));
  items.push_back(std::move(value));
}

std::string YamlNode::Describe() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kSequence:
      return "a list";
    case Kind::kMap:
      return "a map";
    case Kind::kScalar:
      break;
  }
  if (text.size() <= kMaxShownText) return absl::StrCat("'", text, "'");
  return absl::StrCat("'", text.substr(0, kMaxShownText), "...'");
}

absl::StatusOr<YamlNode> ParseYaml(absl::string_view text,
                                   const std::string& file) {
  DYNARCH_RETURN_IF_ERROR(CheckText(text, file));
  TreeBuilder builder(file);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    parser.HandleNextDocument(builder);
    TreeBuilder second(file);
    if (builder.status().ok() && parser.HandleNextDocument(second)) {
      return absl::InvalidArgumentError(absl::StrCat(
          file, ": holds more than one YAML document; one is allowed"));
    }
  } catch (const YAML::Exception& error) {
    if (!builder.status().ok()) return builder.status();
    const Position at = PositionAt(text, error.mark.pos);
    return ErrorAt(file, at, absl::StrCat("not YAML: ", error.msg));
  }
  if (!builder.status().ok()) return builder.status();
  return builder.TakeRoot();
}

}  // namespace dynarch::io
