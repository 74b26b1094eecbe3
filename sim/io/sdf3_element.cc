#include "sim/io/sdf3_element.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"

namespace dynarch::io {
namespace {

using dataflow::Rational;

constexpr size_t kMaxWarnings = 20;
constexpr size_t kMaxShown = 60;

// A value as a message shows it: a list of thousands is cut.
std::string Shown(absl::string_view text) {
  if (text.size() <= kMaxShown) return absl::StrCat("'", text, "'");
  return absl::StrCat("'", text.substr(0, kMaxShown), "...'");
}

bool Holds(std::initializer_list<const char*> names, absl::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const char* other) { return name == other; });
}

std::vector<std::string> Strings(std::initializer_list<const char*> names) {
  return {names.begin(), names.end()};
}

// "1 entry", "7 entries".
std::string EntriesText(int64_t count) {
  return absl::StrCat(count, count == 1 ? " entry" : " entries");
}

absl::StatusOr<int64_t> ParseCount(absl::string_view text) {
  int64_t value = 0;
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return absl::ascii_isdigit(c);
      });
  if (digits && absl::SimpleAtoi(text, &value)) return value;
  return absl::InvalidArgumentError(
      absl::StrCat("got ", Shown(text),
                   "; allowed: a whole number from 0 to 9223372036854775807"));
}

absl::StatusOr<Rational> ParseTime(absl::string_view text) {
  int64_t whole = 0;
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return absl::ascii_isdigit(c);
      });
  if (digits && absl::SimpleAtoi(text, &whole)) return Rational(whole);
  const auto value = Rational::Parse(text);
  if (value.ok() && !value->negative()) return *value;
  return absl::InvalidArgumentError(absl::StrCat(
      "got ", Shown(text),
      "; allowed: a number >= 0 such as 7, 2.1, 1e-3 or "
      "13/2",
      value.ok() ? "" : absl::StrCat(" (", value.status().message(), ")")));
}

// One entry of a list: "2" or "16*2", sixteen times two.
struct Entry {
  int64_t repeat = 1;
  absl::string_view value;
};

absl::StatusOr<Entry> EntryOf(absl::string_view text) {
  const size_t star = text.find('*');
  if (star == absl::string_view::npos) {
    return Entry{1, absl::StripAsciiWhitespace(text)};
  }
  DYNARCH_ASSIGN_OR_RETURN(
      const int64_t repeat,
      ParseCount(absl::StripAsciiWhitespace(text.substr(0, star))));
  if (repeat < 1 || repeat > kMaxPhases) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", repeat, "*': an entry repeats 1 to ", kMaxPhases, " times"));
  }
  return Entry{repeat, absl::StripAsciiWhitespace(text.substr(star + 1))};
}

// What an entry counts as against kMaxListEntries.
template <typename T>
constexpr int64_t Weight() {
  return std::is_same_v<T, Rational> ? kTimeEntries : 1;
}

}  // namespace

bool IsName(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes &&
         std::none_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_iscntrl(static_cast<unsigned char>(c));
         });
}

std::vector<std::string> ElementReader::Warnings() const {
  std::vector<std::string> warnings = warnings_;
  if (more_warnings_ > 0) {
    warnings.push_back(absl::StrCat("and ", more_warnings_, " more warnings"));
  }
  return warnings;
}

void ElementReader::AddWarning(std::string text) {
  if (warnings_.size() == kMaxWarnings) {
    ++more_warnings_;
  } else {
    warnings_.push_back(std::move(text));
  }
}

void ElementReader::Warn(pugi::xml_node node, absl::string_view what) {
  AddWarning(absl::StrCat(document_.PlaceOf(node), ": ", what));
}

void ElementReader::Warn(pugi::xml_attribute attribute,
                         absl::string_view what) {
  AddWarning(absl::StrCat(document_.PlaceOf(attribute), ": ", what));
}

absl::Status ElementReader::CheckAttributes(
    pugi::xml_node node, std::initializer_list<const char*> allowed) {
  for (const pugi::xml_attribute attribute : node.attributes()) {
    const absl::string_view name = attribute.name();
    if (Holds(allowed, name) || absl::StartsWith(name, "xmlns") ||
        absl::StartsWith(name, "xsi:")) {
      continue;
    }
    const std::string near = NearestName(name, Strings(allowed));
    if (!near.empty() && !node.attribute(near.c_str())) {
      return document_.ErrorAtName(
          attribute, absl::StrCat("<", node.name(), "> has no attribute '",
                                  name, "'; did you mean '", near, "'?"));
    }
    AddWarning(absl::StrCat(document_.PlaceOfName(attribute),
                            ": the attribute '", name, "' of <", node.name(),
                            "> is not known, and ignored"));
  }
  return absl::OkStatus();
}

absl::Status ElementReader::CheckChildren(
    pugi::xml_node node, std::initializer_list<const char*> allowed,
    std::initializer_list<const char*> ignored) {
  for (const pugi::xml_node child : node.children()) {
    const absl::string_view name = child.name();
    if (child.type() != pugi::node_element || Holds(allowed, name) ||
        Holds(ignored, name)) {
      continue;
    }
    const std::string near = NearestName(name, Strings(allowed));
    if (!near.empty()) {
      return ErrorAt(child, absl::StrCat("<", node.name(), "> holds no <", name,
                                         ">; did you mean '", near, "'?"));
    }
    Warn(child, absl::StrCat("<", name, "> in <", node.name(),
                             "> is not known, and ignored"));
  }
  return absl::OkStatus();
}

absl::StatusOr<pugi::xml_node> ElementReader::AtMostOneChild(
    pugi::xml_node node, const char* name) const {
  const pugi::xml_node first = node.child(name);
  const pugi::xml_node second = first.next_sibling(name);
  if (second) {
    return ErrorAt(second, absl::StrCat("a second <", name, "> in <",
                                        node.name(), ">; one is allowed"));
  }
  return first;
}

absl::StatusOr<pugi::xml_node> ElementReader::OneChild(pugi::xml_node node,
                                                       const char* name) const {
  DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_node child,
                           AtMostOneChild(node, name));
  if (child) return child;
  return ErrorAt(node,
                 absl::StrCat("<", node.name(), "> needs a <", name, ">"));
}

absl::StatusOr<pugi::xml_attribute> ElementReader::Required(
    pugi::xml_node node, const char* name) const {
  const pugi::xml_attribute attribute = node.attribute(name);
  if (attribute) return attribute;
  return ErrorAt(node, absl::StrCat("<", node.name(), "> needs the attribute '",
                                    name, "'"));
}

absl::StatusOr<std::string> ElementReader::NameIn(
    pugi::xml_attribute attribute) const {
  std::string name = attribute.value();
  if (!IsName(name)) {
    return ErrorAt(attribute,
                   absl::StrCat(attribute.name(), ": got ", Shown(name),
                                "; a name has 1 to ", kMaxNameBytes,
                                " bytes and no control character"));
  }
  return name;
}

absl::StatusOr<std::string> ElementReader::Name(pugi::xml_node node,
                                                const char* attribute) const {
  DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_attribute found,
                           Required(node, attribute));
  return NameIn(found);
}

absl::StatusOr<int64_t> ElementReader::Count(
    pugi::xml_attribute attribute) const {
  const auto value = ParseCount(absl::StripAsciiWhitespace(attribute.value()));
  if (value.ok()) return *value;
  return ErrorAt(attribute, absl::StrCat(attribute.name(), ": ",
                                         value.status().message()));
}

absl::StatusOr<Rational> ElementReader::NonNegative(
    pugi::xml_attribute attribute) const {
  const auto value = ParseTime(absl::StripAsciiWhitespace(attribute.value()));
  if (value.ok()) return *value;
  return ErrorAt(attribute, absl::StrCat(attribute.name(), ": ",
                                         value.status().message()));
}

absl::StatusOr<bool> ElementReader::Flag(pugi::xml_attribute attribute) const {
  const absl::string_view text = attribute.value();
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return ErrorAt(attribute,
                 absl::StrCat(attribute.name(), ": got ", Shown(text),
                              "; allowed: true, false"));
}

absl::Status ElementReader::Take(int64_t entries) {
  if (entries_ + entries > kMaxListEntries) {
    return absl::InvalidArgumentError(
        absl::StrCat("the lists of this file have more than ", kMaxListEntries,
                     " entries; no more are read"));
  }
  entries_ += entries;
  return absl::OkStatus();
}

template <typename T>
absl::StatusOr<std::vector<T>> ElementReader::List(
    pugi::xml_attribute attribute,
    absl::StatusOr<T> (*parse)(absl::string_view)) {
  std::vector<T> list;
  const auto append = [&](absl::string_view text) -> absl::Status {
    DYNARCH_ASSIGN_OR_RETURN(const Entry entry, EntryOf(text));
    if (static_cast<int64_t>(list.size()) + entry.repeat > kMaxPhases) {
      return absl::InvalidArgumentError(
          absl::StrCat("a list has at most ", kMaxPhases, " entries"));
    }
    DYNARCH_RETURN_IF_ERROR(Take(entry.repeat * Weight<T>()));
    DYNARCH_ASSIGN_OR_RETURN(const T value, parse(entry.value));
    list.insert(list.end(), entry.repeat, value);
    return absl::OkStatus();
  };
  for (const absl::string_view text : absl::StrSplit(attribute.value(), ',')) {
    if (const absl::Status status = append(text); !status.ok()) {
      return ErrorAt(attribute,
                     absl::StrCat(attribute.name(), ", entry ", list.size() + 1,
                                  ": ", status.message()));
    }
  }
  return list;
}

absl::StatusOr<std::vector<int64_t>> ElementReader::Counts(
    pugi::xml_attribute attribute) {
  return List<int64_t>(attribute, ParseCount);
}

absl::StatusOr<std::vector<Rational>> ElementReader::Times(
    pugi::xml_attribute attribute) {
  return List<Rational>(attribute, ParseTime);
}

template <typename T>
absl::Status ElementReader::Expand(pugi::xml_attribute attribute,
                                   absl::string_view owner, int64_t phases,
                                   std::vector<T>* list) {
  const auto size = static_cast<int64_t>(list->size());
  if (size == phases) return absl::OkStatus();
  if (size != 1) {
    return ErrorAt(attribute,
                   absl::StrCat(attribute.name(), " has ", EntriesText(size),
                                ", actor '", owner, "' has ", phases,
                                " phases; allowed: one entry for all phases, "
                                "or one for each"));
  }
  if (const absl::Status status = Take((phases - 1) * Weight<T>());
      !status.ok()) {
    return ErrorAt(attribute, status.message());
  }
  const T value = list->front();
  list->assign(phases, value);
  return absl::OkStatus();
}

template absl::Status ElementReader::Expand(pugi::xml_attribute,
                                            absl::string_view, int64_t,
                                            std::vector<int64_t>*);
template absl::Status ElementReader::Expand(pugi::xml_attribute,
                                            absl::string_view, int64_t,
                                            std::vector<Rational>*);

absl::Status NameTable::Add(const ElementReader& reader, pugi::xml_node node,
                            const std::string& name) {
  const bool added = index_.emplace(name, size()).second;
  if (!added) {
    return reader.ErrorAt(node,
                          absl::StrCat("a second ", kind_, " is named '", name,
                                       "'; each needs a name of its own"));
  }
  names_.push_back(name);
  return absl::OkStatus();
}

absl::StatusOr<int> NameTable::Find(const ElementReader& reader,
                                    pugi::xml_attribute attribute) const {
  if (const auto found = Find(absl::string_view(attribute.value()))) {
    return *found;
  }
  return reader.ErrorAt(
      attribute,
      absl::StrCat(attribute.name(), ": there is no ", kind_, " ",
                   Shown(attribute.value()), "; ",
                   names_.empty()
                       ? absl::StrCat("there are no ", kind_, "s")
                       : absl::StrCat("there are: ", NameList(names_)),
                   DidYouMean(attribute.value(), names_)));
}

std::optional<int> NameTable::Find(absl::string_view name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

}  // namespace dynarch::io
