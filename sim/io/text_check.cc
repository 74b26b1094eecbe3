#include "sim/io/text_check.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace dynarch::io {
namespace {

// What YAML and CSV do not hold; white space is allowed.
bool IsControl(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

// Bytes of the character that `text` begins with, or 0 if it is malformed: cut
// short, longer than needed, a surrogate or past U+10FFFF (RFC 3629).
size_t CharacterSize(absl::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return 1;
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((static_cast<uint8_t>(text[i]) & 0xC0) != 0x80) return 0;
  }
  const auto second = static_cast<uint8_t>(text[1]);
  const bool is_wrong =
      (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  return is_wrong ? 0 : size;
}

}  // namespace

absl::Status CheckText(absl::string_view text, const std::string& file) {
  int line = 1;
  int column = 1;
  while (!text.empty()) {
    const size_t size = CharacterSize(text);
    if (size == 0) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%s:%d:%d: the byte 0x%02x is not UTF-8; save the file as UTF-8",
          file, line, column, static_cast<uint8_t>(text[0])));
    }
    if (IsControl(text[0])) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%s:%d:%d: the control character 0x%02x is not allowed in a text",
          file, line, column, static_cast<uint8_t>(text[0])));
    }
    const bool ends_line = text[0] == '\n';
    line += ends_line;
    column = ends_line ? 1 : column + 1;
    text.remove_prefix(size);
  }
  return absl::OkStatus();
}

}  // namespace dynarch::io
