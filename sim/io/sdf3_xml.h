// XML as the SDF3 reader needs it: elements and attributes that know their line
// and column, over pugixml, and the defences that any outside file needs.
//
// Refused before a tree is built: what is not UTF-8, a document type (and with
// it every entity but the five of XML), elements nested deeper than
// kMaxXmlDepth, more than kMaxXmlNodes elements and attributes, an element
// closed by another's name, an attribute given twice. So the tree needs at most
// some 100 bytes per node, whatever the file holds.
#ifndef DYNARCH_SIM_IO_SDF3_XML_H_
#define DYNARCH_SIM_IO_SDF3_XML_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/io/source_map.h"

namespace dynarch::io {

inline constexpr int kMaxXmlDepth = 64;
inline constexpr int64_t kMaxXmlNodes = int64_t{4} << 20;
inline constexpr int kMaxXmlAttributes = 64;  // Of one element.

// InvalidArgument, `FILE:LINE:COL: ...`, for what is refused as said above.
// One pass; no memory but the names of the elements that are open.
absl::Status CheckXml(absl::string_view text, const std::string& file);

// Lines and columns (in characters, from 1) of a text. A look-up takes the same
// time wherever it is, also where a file is one long line.
class LineIndex {
 public:
  // `text` must outlive the index.
  explicit LineIndex(absl::string_view text);
  Position At(size_t offset) const;

 private:
  // Characters that begin before the offset.
  int64_t CharactersBefore(size_t offset) const;

  absl::string_view text_;
  std::vector<size_t> starts_;   // Offset of the first byte of every line.
  std::vector<int64_t> blocks_;  // CharactersBefore every kBlock bytes.
};

// A document and all that its elements point into; never moves.
class XmlDocument {
 public:
  // `text` must outlive the document. Errors as CheckXml's, and where the text
  // is not well-formed XML.
  static absl::StatusOr<std::unique_ptr<XmlDocument>> Parse(
      absl::string_view text, std::string file);

  XmlDocument(const XmlDocument&) = delete;
  XmlDocument& operator=(const XmlDocument&) = delete;

  // The only element that is in no other.
  pugi::xml_node root() const { return root_; }

  // `FILE:LINE:COL: what` at an element's name or an attribute's value.
  absl::Status ErrorAt(pugi::xml_node node, absl::string_view what) const;
  absl::Status ErrorAt(pugi::xml_attribute attribute,
                       absl::string_view what) const;
  // At an attribute's name.
  absl::Status ErrorAtName(pugi::xml_attribute attribute,
                           absl::string_view what) const;
  // Of an element's '<'.
  Position PositionOf(pugi::xml_node node) const;
  // The same text without a status, for warnings.
  std::string PlaceOf(pugi::xml_node node) const;
  std::string PlaceOf(pugi::xml_attribute attribute) const;
  std::string PlaceOfName(pugi::xml_attribute attribute) const;

 private:
  XmlDocument(absl::string_view text, std::string file);
  std::string PlaceOf(const char* pointer) const;

  std::string file_;
  LineIndex lines_;
  std::string buffer_;  // pugixml parses in place, and points into it.
  pugi::xml_document tree_;
  pugi::xml_node root_;
};

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_SDF3_XML_H_
