#include "server/study/names.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sim/base/status_macros.h"

namespace dynarch::server {
namespace {

constexpr size_t kLongestId = 63;

bool IsIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

std::string StudyName(absl::string_view study) {
  return absl::StrCat("studies/", study);
}

absl::Status CheckStudyId(absl::string_view id) {
  if (!id.empty() && id.size() <= kLongestId &&
      std::all_of(id.begin(), id.end(), IsIdCharacter)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("study_id: got '", id.substr(0, 100),
                   "'; allowed: lower-case letters, digits and '-', 1 to 63"));
}

absl::StatusOr<std::string> ParseStudyName(absl::string_view field,
                                           absl::string_view name) {
  absl::string_view id = name;
  if (!absl::ConsumePrefix(&id, "studies/") || !CheckStudyId(id).ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": got '", name.substr(0, 100),
                     "'; a study is named `studies/{study}`"));
  }
  return std::string(id);
}

std::string TrialName(absl::string_view study, int64_t index) {
  return absl::StrCat("studies/", study, "/trials/", index);
}

absl::StatusOr<std::pair<std::string, int64_t>> ParseTrialName(
    absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  int64_t index = 0;
  if (parts.size() == 4 && parts[0] == "studies" && parts[2] == "trials" &&
      CheckStudyId(parts[1]).ok() && absl::SimpleAtoi(parts[3], &index) &&
      index >= 0) {
    return std::make_pair(parts[1], index);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("name: got '", name.substr(0, 100),
                   "'; a trial is named `studies/{study}/trials/{index}`"));
}

absl::StatusOr<int> PageSize(int asked, int usual, int most) {
  if (asked < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("page_size: got ", asked, "; allowed: 0 to ", most));
  }
  return asked == 0 ? usual : std::min(asked, most);
}

std::string PageToken(int64_t position, int64_t version) {
  return absl::StrCat(position, ".", version);
}

absl::StatusOr<std::pair<int64_t, int64_t>> ParsePageToken(
    absl::string_view token) {
  if (token.empty()) return std::make_pair(int64_t{0}, int64_t{0});
  const std::vector<std::string> parts = absl::StrSplit(token, '.');
  int64_t position = 0;
  int64_t version = 0;
  if (parts.size() == 2 && absl::SimpleAtoi(parts[0], &position) &&
      absl::SimpleAtoi(parts[1], &version) && position >= 0) {
    return std::make_pair(position, version);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("page_token: got '", token.substr(0, 100),
                   "'; give back the next_page_token of the page before"));
}

}  // namespace dynarch::server
