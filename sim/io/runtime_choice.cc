#include "sim/io/runtime_choice.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sim/base/name_match.h"

namespace dynarch::io {
namespace {

std::vector<std::string> RuntimesOf(const v1::Platform& platform) {
  std::vector<std::string> names;
  for (const v1::ProcessingElement& element : platform.elements()) {
    for (const v1::RuntimeUse& use : element.runtimes()) {
      names.push_back(use.name());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// Keeps the use at `index` alone.
void Keep(int index, v1::ProcessingElement* element) {
  auto& uses = *element->mutable_runtimes();
  uses.SwapElements(0, index);
  uses.DeleteSubrange(1, uses.size() - 1);
}

// The element's use that the choice names, or -1.
int ChosenUse(const RuntimeChoice& choice,
              const v1::ProcessingElement& element) {
  for (int i = 0; i < element.runtimes_size(); ++i) {
    const std::string& name = element.runtimes(i).name();
    if (std::find(choice.runtimes.begin(), choice.runtimes.end(), name) !=
        choice.runtimes.end()) {
      return i;
    }
  }
  return -1;
}

absl::Status CheckNames(const RuntimeChoice& choice,
                        const v1::Platform& platform) {
  const std::vector<std::string> known = RuntimesOf(platform);
  for (const std::string& name : choice.runtimes) {
    if (std::binary_search(known.begin(), known.end(), name)) continue;
    return absl::NotFoundError(
        known.empty()
            ? absl::StrCat("platform '", choice.platform, "' has no runtimes")
            : absl::StrCat("platform '", choice.platform, "' has no runtime '",
                           name, "'; it has ", NameList(known),
                           DidYouMean(name, known)));
  }
  return absl::OkStatus();
}

std::string TextOf(const RuntimeChoice& choice) {
  std::string text = choice.platform;
  if (!choice.runtimes.empty()) {
    absl::StrAppend(&text, "@", absl::StrJoin(choice.runtimes, "+"));
  }
  if (choice.threads > 0) absl::StrAppend(&text, ":", choice.threads);
  return text;
}

}  // namespace

absl::StatusOr<RuntimeChoice> ParseRuntimeChoice(absl::string_view name) {
  RuntimeChoice choice;
  const std::vector<absl::string_view> parts =
      absl::StrSplit(name, absl::MaxSplits(':', 1));
  if (parts.size() == 2 &&
      (!absl::SimpleAtoi(parts[1], &choice.threads) || choice.threads < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("platform '", name, "': got '", parts[1],
                     "' threads; PLATFORM@RUNTIME:THREADS is meant, THREADS a "
                     "number >= 1"));
  }
  const std::vector<std::string> names =
      absl::StrSplit(parts[0], absl::MaxSplits('@', 1));
  choice.platform = names[0];
  if (names.size() == 2) choice.runtimes = absl::StrSplit(names[1], '+');
  for (const std::string& runtime : choice.runtimes) {
    if (!runtime.empty()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("platform '", name,
                     "': a runtime's name is empty; PLATFORM@RUNTIME or "
                     "PLATFORM@RUNTIME:THREADS is meant"));
  }
  return choice;
}

absl::Status ApplyRuntimeChoice(const RuntimeChoice& choice,
                                v1::Platform* platform) {
  const absl::Status known = CheckNames(choice, *platform);
  if (!known.ok()) return known;
  bool threaded = choice.threads == 0;
  for (v1::ProcessingElement& element : *platform->mutable_elements()) {
    if (element.runtimes_size() == 0) continue;
    const int chosen = ChosenUse(choice, element);
    Keep(std::max(chosen, 0), &element);
    const bool meant = chosen >= 0 || choice.runtimes.empty();
    if (choice.threads == 0 || !meant || !element.has_cpu()) continue;
    element.set_threads(choice.threads);
    threaded = true;
  }
  if (!threaded) {
    return absl::InvalidArgumentError(
        absl::StrCat("platform '", TextOf(choice),
                     "': no cpu of it runs such a runtime, so it takes no "
                     "number of threads"));
  }
  platform->set_name(TextOf(choice));
  return absl::OkStatus();
}

}  // namespace dynarch::io
