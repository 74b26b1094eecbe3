#include "sim/io/sdf3_xml.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::io {

namespace {

constexpr size_t kBlock = 1024;

int64_t CountCharacters(absl::string_view bytes) {
  // Bytes that continue a character are 10xxxxxx.
  return std::count_if(bytes.begin(), bytes.end(),
                       [](char c) { return (c & 0xC0) != 0x80; });
}

}  // namespace

LineIndex::LineIndex(absl::string_view text) : text_(text), starts_{0} {
  for (size_t at = text.find('\n'); at != absl::string_view::npos;
       at = text.find('\n', at + 1)) {
    starts_.push_back(at + 1);
  }
  int64_t characters = 0;
  for (size_t at = 0; at <= text.size(); at += kBlock) {
    blocks_.push_back(characters);
    characters += CountCharacters(text.substr(at, kBlock));
  }
}

int64_t LineIndex::CharactersBefore(size_t offset) const {
  const size_t block = offset / kBlock;
  return blocks_[block] +
         CountCharacters(text_.substr(block * kBlock, offset % kBlock));
}

Position LineIndex::At(size_t offset) const {
  const size_t line = std::upper_bound(starts_.begin(), starts_.end(), offset) -
                      starts_.begin();
  const int64_t column =
      CharactersBefore(offset) - CharactersBefore(starts_[line - 1]) + 1;
  return {static_cast<int>(line), static_cast<int>(column)};
}

XmlDocument::XmlDocument(absl::string_view text, std::string file)
    : file_(std::move(file)), lines_(text), buffer_(text) {}

absl::StatusOr<std::unique_ptr<XmlDocument>> XmlDocument::Parse(
    absl::string_view text, std::string file) {
  DYNARCH_RETURN_IF_ERROR(CheckXml(text, file));
  auto document = absl::WrapUnique(new XmlDocument(text, std::move(file)));
  const pugi::xml_parse_result result = document->tree_.load_buffer_inplace(
      document->buffer_.data(), document->buffer_.size(), pugi::parse_default,
      pugi::encoding_utf8);
  // A text without any element is a fault of its own below.
  if (!result && result.status != pugi::status_no_document_element) {
    return absl::InvalidArgumentError(absl::StrCat(
        document->PlaceOf(document->buffer_.data() + result.offset), ": ",
        result.description()));
  }
  for (const pugi::xml_node node : document->tree_.children()) {
    if (node.type() != pugi::node_element) continue;
    if (document->root_) {
      return document->ErrorAt(
          node,
          absl::StrCat("<", node.name(), "> follows the end of <",
                       document->root_.name(), ">; one element holds all"));
    }
    document->root_ = node;
  }
  if (!document->root_) {
    return absl::InvalidArgumentError(
        absl::StrCat(document->file_,
                     ":1:1: holds no XML element; an SDF3 graph begins "
                     "with <sdf3>"));
  }
  return document;
}

std::string XmlDocument::PlaceOf(const char* pointer) const {
  // std::less orders any two pointers; an empty value points elsewhere.
  const char* begin = buffer_.data();
  const char* end = begin + buffer_.size();
  if (std::less<>()(pointer, begin) || std::less<>()(end, pointer)) {
    return file_;
  }
  const Position place = lines_.At(pointer - begin);
  return absl::StrCat(file_, ":", place.line, ":", place.column);
}

Position XmlDocument::PositionOf(pugi::xml_node node) const {
  return lines_.At(node.name() - 1 - buffer_.data());
}

std::string XmlDocument::PlaceOf(pugi::xml_node node) const {
  return PlaceOf(node.name() - 1);  // The '<'.
}

std::string XmlDocument::PlaceOf(pugi::xml_attribute attribute) const {
  return PlaceOf(attribute.value());
}

std::string XmlDocument::PlaceOfName(pugi::xml_attribute attribute) const {
  return PlaceOf(attribute.name());
}

absl::Status XmlDocument::ErrorAt(pugi::xml_node node,
                                  absl::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat(PlaceOf(node), ": ", what));
}

absl::Status XmlDocument::ErrorAt(pugi::xml_attribute attribute,
                                  absl::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrCat(PlaceOf(attribute), ": ", what));
}

absl::Status XmlDocument::ErrorAtName(pugi::xml_attribute attribute,
                                      absl::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrCat(PlaceOfName(attribute), ": ", what));
}

}  // namespace dynarch::io
