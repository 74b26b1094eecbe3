// The nearest valid name, for error messages.
#ifndef DYNARCH_SIM_BASE_NAME_MATCH_H_
#define DYNARCH_SIM_BASE_NAME_MATCH_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dynarch {

// Returns how many insertions, deletions, replacements and swaps of neighbours
// turn `a` into `b`, upper and lower case being the same letter.
int EditDistance(absl::string_view a, absl::string_view b);

// Returns the name of `allowed` nearest to `given`, the first of equals; empty
// when none is near: more than a third of the longer name differs. A name of
// which `given` is a part of at least three characters is near too.
std::string NearestName(absl::string_view given,
                        const std::vector<std::string>& allowed);

// Returns "; did you mean 'x'?", or "" when no name is near. Ends a message.
std::string DidYouMean(absl::string_view given,
                       const std::vector<std::string>& allowed);

// Returns "a, b, c", at most `limit` names and then "... (n in all)".
std::string NameList(const std::vector<std::string>& names, int limit = 20);

}  // namespace dynarch

#endif  // DYNARCH_SIM_BASE_NAME_MATCH_H_
