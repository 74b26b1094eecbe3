// What the readers of SDF, CSDF and SADF share: elements with the attributes
// and children that they may have, and the texts that attributes hold.
//
// Every error is InvalidArgument, `FILE:LINE:COL: what; what is allowed`.
#ifndef DYNARCH_SIM_IO_SDF3_ELEMENT_H_
#define DYNARCH_SIM_IO_SDF3_ELEMENT_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/dataflow/rational.h"
#include "sim/io/sdf3_xml.h"

namespace dynarch::io {

// Most phases of one actor, and entries of all lists of a file together, a
// time counting as kTimeEntries: a list like "1000000*1" is short in the file
// only.
inline constexpr int64_t kMaxPhases = int64_t{1} << 20;
inline constexpr int64_t kMaxListEntries = int64_t{1} << 24;
inline constexpr int64_t kTimeEntries = 8;
inline constexpr size_t kMaxNameBytes = 4096;

// Whether a text can be a name: 1 to kMaxNameBytes bytes, no control character.
bool IsName(absl::string_view text);

class ElementReader {
 public:
  // `document` must outlive the reader.
  explicit ElementReader(const XmlDocument& document) : document_(document) {}

  const XmlDocument& document() const { return document_; }

  // What was read past: at most 20, and then how many more.
  std::vector<std::string> Warnings() const;
  void Warn(pugi::xml_node node, absl::string_view what);
  void Warn(pugi::xml_attribute attribute, absl::string_view what);

  // An attribute that is none of `allowed` is a warning, or an error if its
  // name is near one of them: then it is misspelt. `xmlns` and `xsi:` pass.
  absl::Status CheckAttributes(pugi::xml_node node,
                               std::initializer_list<const char*> allowed);
  // The same for the elements inside; `ignored` ones pass without a word.
  absl::Status CheckChildren(pugi::xml_node node,
                             std::initializer_list<const char*> allowed,
                             std::initializer_list<const char*> ignored = {});

  // The child of that name, which must be there; more than one is an error.
  absl::StatusOr<pugi::xml_node> OneChild(pugi::xml_node node,
                                          const char* name) const;
  // The child of that name, empty if there is none; two are an error.
  absl::StatusOr<pugi::xml_node> AtMostOneChild(pugi::xml_node node,
                                                const char* name) const;

  // An attribute that must be there.
  absl::StatusOr<pugi::xml_attribute> Required(pugi::xml_node node,
                                               const char* name) const;
  // A required attribute that names something: IsName.
  absl::StatusOr<std::string> Name(pugi::xml_node node,
                                   const char* attribute = "name") const;
  absl::StatusOr<std::string> NameIn(pugi::xml_attribute attribute) const;

  // 0 to 2^63 - 1, decimal digits only.
  absl::StatusOr<int64_t> Count(pugi::xml_attribute attribute) const;
  // An exact number >= 0: 2.1, 1.86614e+06, 13/2.
  absl::StatusOr<dataflow::Rational> NonNegative(
      pugi::xml_attribute attribute) const;
  // true, false, 1, 0.
  absl::StatusOr<bool> Flag(pugi::xml_attribute attribute) const;

  // Lists: "1,0,2", and "3*1,2" for "1,1,1,2".
  absl::StatusOr<std::vector<int64_t>> Counts(pugi::xml_attribute attribute);
  absl::StatusOr<std::vector<dataflow::Rational>> Times(
      pugi::xml_attribute attribute);
  // `list` with one entry becomes `phases` equal ones; otherwise it must have
  // `phases` entries, of the actor that `owner` names.
  template <typename T>
  absl::Status Expand(pugi::xml_attribute attribute, absl::string_view owner,
                      int64_t phases, std::vector<T>* list);

  // Counts entries against kMaxListEntries.
  absl::Status Take(int64_t entries);

  absl::Status ErrorAt(pugi::xml_node node, absl::string_view what) const {
    return document_.ErrorAt(node, what);
  }
  absl::Status ErrorAt(pugi::xml_attribute attribute,
                       absl::string_view what) const {
    return document_.ErrorAt(attribute, what);
  }

 private:
  // Reads a list with `parse`, which makes a T of one entry's text.
  template <typename T>
  absl::StatusOr<std::vector<T>> List(
      pugi::xml_attribute attribute,
      absl::StatusOr<T> (*parse)(absl::string_view));
  void AddWarning(std::string text);

  const XmlDocument& document_;
  std::vector<std::string> warnings_;
  int64_t more_warnings_ = 0;
  int64_t entries_ = 0;
};

// Names in the order of the file, each with its index; for look-ups by name
// with a message that lists what there is.
class NameTable {
 public:
  // `kind`: "actor", "channel".
  explicit NameTable(std::string kind) : kind_(std::move(kind)) {}

  const std::string& kind() const { return kind_; }
  int size() const { return static_cast<int>(names_.size()); }
  const std::string& name(int index) const { return names_[index]; }

  // An error at `node` if the name is taken.
  absl::Status Add(const ElementReader& reader, pugi::xml_node node,
                   const std::string& name);
  // Index of the name that `attribute` holds; an error there if it is unknown.
  absl::StatusOr<int> Find(const ElementReader& reader,
                           pugi::xml_attribute attribute) const;
  std::optional<int> Find(absl::string_view name) const;

 private:
  std::string kind_;
  std::vector<std::string> names_;
  std::map<std::string, int, std::less<>> index_;
};

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_SDF3_ELEMENT_H_
