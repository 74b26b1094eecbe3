#include "sim/base/name_match.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace dynarch {
namespace {

// Longer names are compared by their beginnings, so that a hostile input costs
// no more than a long one.
constexpr size_t kLongestCompared = 64;

constexpr size_t kShortestPart = 3;

bool Contains(absl::string_view whole, absl::string_view part) {
  return part.size() >= kShortestPart &&
         absl::StrContains(absl::AsciiStrToLower(whole),
                           absl::AsciiStrToLower(part));
}

}  // namespace

int EditDistance(absl::string_view a, absl::string_view b) {
  const std::string x = absl::AsciiStrToLower(a.substr(0, kLongestCompared));
  const std::string y = absl::AsciiStrToLower(b.substr(0, kLongestCompared));
  // Rows of the optimal string alignment table: two back, one back, this one.
  std::vector<int> before(y.size() + 1), last(y.size() + 1), now(y.size() + 1);
  for (size_t j = 0; j <= y.size(); ++j) last[j] = static_cast<int>(j);
  for (size_t i = 1; i <= x.size(); ++i) {
    now[0] = static_cast<int>(i);
    for (size_t j = 1; j <= y.size(); ++j) {
      const int replaced = last[j - 1] + (x[i - 1] == y[j - 1] ? 0 : 1);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1]) {
        now[j] = std::min(now[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[y.size()];
}

std::string NearestName(absl::string_view given,
                        const std::vector<std::string>& allowed) {
  const std::string* nearest = nullptr;
  int least = 0;
  for (const std::string& name : allowed) {
    const int distance = EditDistance(given, name);
    const int longer = static_cast<int>(
        std::min(kLongestCompared, std::max(given.size(), name.size())));
    const bool near = 3 * distance <= longer || Contains(name, given);
    if (near && (nearest == nullptr || distance < least)) {
      nearest = &name;
      least = distance;
    }
  }
  return nearest == nullptr ? std::string() : *nearest;
}

std::string DidYouMean(absl::string_view given,
                       const std::vector<std::string>& allowed) {
  const std::string nearest = NearestName(given, allowed);
  if (nearest.empty()) return std::string();
  return absl::StrCat("; did you mean '", nearest, "'?");
}

std::string NameList(const std::vector<std::string>& names, int limit) {
  const size_t shown = std::min(names.size(), static_cast<size_t>(limit));
  std::string list = absl::StrJoin(names.begin(), names.begin() + shown, ", ");
  if (shown < names.size()) {
    absl::StrAppend(&list, ", ... (", names.size(), " in all)");
  }
  return list;
}

}  // namespace dynarch
