#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/io/yaml_tree.h"

namespace dynarch::io {
namespace {

constexpr size_t kLineWidth = 80;

bool IsWordCharacter(char c) {
  return absl::ascii_isalnum(c) || absl::StrContains("_-./+*%() =<>;", c);
}

// True if `text` means the same without quotes, in any place.
bool IsPlain(absl::string_view text) {
  if (text.empty() || text.back() == ' ') return false;
  const char first = text.front();
  const bool negative =
      first == '-' && text.size() > 1 && absl::ascii_isdigit(text[1]);
  if (!absl::ascii_isalnum(first) && first != '_' && !negative) return false;
  if (absl::EqualsIgnoreCase(text, "null")) return false;
  return std::all_of(text.begin(), text.end(), IsWordCharacter);
}

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", std::string(1, c));
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      absl::StrAppendFormat(&out, "\\x%02x", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string ScalarText(const YamlNode& node) {
  return IsPlain(node.text) ? node.text : Quoted(node.text);
}

std::string FlowText(const YamlNode& node) {
  std::string out;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "~";
    case YamlNode::Kind::kScalar:
      return ScalarText(node);
    case YamlNode::Kind::kSequence:
      for (const YamlNode& item : node.items) {
        absl::StrAppend(&out, out.empty() ? "" : ", ", FlowText(item));
      }
      return absl::StrCat("[", out, "]");
    case YamlNode::Kind::kMap:
      for (size_t i = 0; i < node.items.size(); ++i) {
        absl::StrAppend(&out, out.empty() ? "" : ", ", ScalarText(node.keys[i]),
                        ": ", FlowText(node.items[i]));
      }
      return absl::StrCat("{", out, "}");
  }
  return out;
}

bool IsLeaf(const YamlNode& node) {
  return node.kind == YamlNode::Kind::kScalar ||
         node.kind == YamlNode::Kind::kNull || node.items.empty();
}

void PrintBlock(const YamlNode& node, size_t indent, std::string* out);

// Writes `value` after `head`, which stands at the beginning of a line: on the
// same line if it fits, else as a block below.
void PrintEntry(const std::string& head, const YamlNode& value, size_t indent,
                std::string* out) {
  const std::string line = absl::StrCat(head, " ", FlowText(value));
  if (IsLeaf(value) || line.size() <= kLineWidth) {
    absl::StrAppend(out, line, "\n");
    return;
  }
  absl::StrAppend(out, head, "\n");
  PrintBlock(value, indent + 2, out);
}

// Writes `value` as an item of a list: its block with the dash in its indent.
void PrintItem(const YamlNode& value, size_t indent, std::string* out) {
  const std::string pad(indent, ' ');
  const std::string line = absl::StrCat(pad, "- ", FlowText(value));
  if (IsLeaf(value) || line.size() <= kLineWidth) {
    absl::StrAppend(out, line, "\n");
    return;
  }
  const size_t start = out->size();
  PrintBlock(value, indent + 2, out);
  (*out)[start + indent] = '-';
}

void PrintBlock(const YamlNode& node, size_t indent, std::string* out) {
  const std::string pad(indent, ' ');
  if (node.kind == YamlNode::Kind::kMap) {
    for (size_t i = 0; i < node.items.size(); ++i) {
      PrintEntry(absl::StrCat(pad, ScalarText(node.keys[i]), ":"),
                 node.items[i], indent, out);
    }
    return;
  }
  for (const YamlNode& item : node.items) PrintItem(item, indent, out);
}

}  // namespace

std::string PrintYaml(const YamlNode& node) {
  if (IsLeaf(node)) return FlowText(node) + "\n";
  std::string out;
  PrintBlock(node, 0, &out);
  return out;
}

}  // namespace dynarch::io
