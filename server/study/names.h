// Resource names and page tokens.
#ifndef DYNARCH_SERVER_STUDY_NAMES_H_
#define DYNARCH_SERVER_STUDY_NAMES_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dynarch::server {

// `studies/{study}`.
std::string StudyName(absl::string_view study);
// The `{study}` of it; InvalidArgument names `field`.
absl::StatusOr<std::string> ParseStudyName(absl::string_view field,
                                           absl::string_view name);
// Lower-case letters, digits and '-', 1 to 63.
absl::Status CheckStudyId(absl::string_view id);

// `studies/{study}/trials/{index}`.
std::string TrialName(absl::string_view study, int64_t index);
absl::StatusOr<std::pair<std::string, int64_t>> ParseTrialName(
    absl::string_view name);

// A page size within 1 and `most`; 0 asks for `usual`. InvalidArgument if
// negative.
absl::StatusOr<int> PageSize(int asked, int usual, int most);
// A token is opaque to clients; here it is one or two numbers. An empty token
// is (0, 0).
std::string PageToken(int64_t position, int64_t version = 0);
absl::StatusOr<std::pair<int64_t, int64_t>> ParsePageToken(
    absl::string_view token);

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_STUDY_NAMES_H_
