#include "client/report/json.h"

#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace dynarch::report {
namespace {

void AppendString(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"':
        out->append("\\\"");
        break;
      case '\\':
        out->append("\\\\");
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\t':
        out->append("\\t");
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppend(out, "\\u",
                          absl::Hex(static_cast<int>(c), absl::kZeroPad4));
        } else {
          out->push_back(c);
        }
    }
  }
  out->push_back('"');
}

void NewLine(int depth, std::string* out) {
  out->push_back('\n');
  out->append(2 * depth, ' ');
}

}  // namespace

std::string ShortestDouble(double value) {
  if (!std::isfinite(value)) return "null";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  return std::string(buffer, end);
}

Json::Json(std::optional<double> value) {
  if (value.has_value()) {
    value_ = *value;
  } else {
    value_ = nullptr;
  }
}

Json& Json::Set(absl::string_view key, Json value) {
  std::get<std::vector<Member>>(value_).emplace_back(std::string(key),
                                                     std::move(value));
  return *this;
}

Json& Json::Add(Json value) {
  std::get<std::vector<Json>>(value_).push_back(std::move(value));
  return *this;
}

const Json* Json::Find(absl::string_view key) const {
  const auto* members = std::get_if<std::vector<Member>>(&value_);
  if (members == nullptr) return nullptr;
  for (const Member& member : *members) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

bool Json::scalar() const {
  return !std::holds_alternative<std::vector<Member>>(value_) &&
         !std::holds_alternative<std::vector<Json>>(value_);
}

std::string Json::ToString() const {
  std::string out;
  Print(0, &out);
  return out;
}

void Json::Print(int depth, std::string* out) const {
  // One item: what stands before its value, and the value.
  const auto print_items = [&](const auto& items, char open, char close,
                               const auto& value_of, const auto& print_key) {
    bool flat = true;
    for (const auto& item : items) flat = flat && value_of(item).scalar();
    out->push_back(open);
    bool first = true;
    for (const auto& item : items) {
      if (!first) out->append(flat ? ", " : ",");
      if (!flat) NewLine(depth + 1, out);
      first = false;
      print_key(item);
      value_of(item).Print(depth + 1, out);
    }
    if (!flat) NewLine(depth, out);
    out->push_back(close);
  };
  if (const auto* members = std::get_if<std::vector<Member>>(&value_)) {
    print_items(
        *members, '{', '}',
        [](const Member& member) -> const Json& { return member.second; },
        [&](const Member& member) {
          AppendString(member.first, out);
          out->append(": ");
        });
  } else if (const auto* items = std::get_if<std::vector<Json>>(&value_)) {
    print_items(
        *items, '[', ']', [](const Json& item) -> const Json& { return item; },
        [](const Json&) {});
  } else if (const auto* text = std::get_if<std::string>(&value_)) {
    AppendString(*text, out);
  } else if (const auto* number = std::get_if<double>(&value_)) {
    out->append(ShortestDouble(*number));
  } else if (const auto* integer = std::get_if<int64_t>(&value_)) {
    absl::StrAppend(out, *integer);
  } else if (const auto* boolean = std::get_if<bool>(&value_)) {
    out->append(*boolean ? "true" : "false");
  } else {
    out->append("null");
  }
}

}  // namespace dynarch::report
