// JSON documents, for output only.
//
// Members keep the order in which they were set, doubles are the shortest
// text that reads back to the same value, and the same document always prints
// the same bytes.
#ifndef DYNARCH_CLIENT_REPORT_JSON_H_
#define DYNARCH_CLIENT_REPORT_JSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

namespace dynarch::report {

// One JSON value.
class Json {
 public:
  using Member = std::pair<std::string, Json>;

  Json() : value_(nullptr) {}  // null
  Json(bool value) : value_(value) {}
  Json(int value) : value_(int64_t{value}) {}
  Json(int64_t value) : value_(value) {}
  // NaN and infinities have no JSON form and become null.
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(absl::string_view value) : value_(std::string(value)) {}
  Json(std::optional<double> value);  // Absent is null.
  static Json Object() { return Json(std::vector<Member>{}); }
  static Json Array() { return Json(std::vector<Json>{}); }

  // Appends a member; the value must be an object. Keys are not looked for
  // again: set each once.
  Json& Set(absl::string_view key, Json value);
  // Appends an item; the value must be an array.
  Json& Add(Json value);
  // Null if this is no object or has no such member.
  const Json* Find(absl::string_view key) const;

  // The document without a final newline. Objects and arrays that hold only
  // scalars are one line; others have one member or item a line.
  std::string ToString() const;

 private:
  explicit Json(std::vector<Member> members) : value_(std::move(members)) {}
  explicit Json(std::vector<Json> items) : value_(std::move(items)) {}

  bool scalar() const;
  void Print(int depth, std::string* out) const;

  std::variant<std::nullptr_t, bool, int64_t, double, std::string,
               std::vector<Member>, std::vector<Json>>
      value_;
};

// The shortest decimal text that reads back to `value`; "null" if it is not
// finite.
std::string ShortestDouble(double value);

}  // namespace dynarch::report

#endif  // DYNARCH_CLIENT_REPORT_JSON_H_
