#include "sim/graph/decision.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"

namespace dynarch::graph {
namespace {

const std::vector<std::string>& SkipNames() {
  static const auto* names = new std::vector<std::string>{"skip", "execute"};
  return *names;
}
const std::vector<std::string>& FrameNames() {
  static const auto* names =
      new std::vector<std::string>{"process", "reuse", "skip"};
  return *names;
}

// Texts of an outcome that is an index; empty where it is a number.
std::vector<std::string> IndexTexts(const Decision& decision) {
  std::vector<std::string> texts;
  switch (decision.kind) {
    case Decision::Kind::kSkip:
      return SkipNames();
    case Decision::Kind::kFrame:
      return FrameNames();
    case Decision::Kind::kBranch:
      return decision.options;
    case Decision::Kind::kWidth:
    case Decision::Kind::kResolution:
      for (const Decimal& value : decision.values) {
        texts.push_back(value.ToString());
      }
      return texts;
    default:
      return texts;
  }
}

// The same number written in another way (0.50 for 0.5), or the text itself.
std::string Canonical(const Decision& decision, absl::string_view text) {
  if (decision.values.empty()) return std::string(text);
  const auto number = Decimal::Parse(text);
  return number.ok() ? number->ToString() : std::string(text);
}

}  // namespace

absl::string_view NameOf(Signal signal) {
  switch (signal) {
    case Signal::kMaxProbability:
      return "max_probability";
    case Signal::kEntropy:
      return "entropy";
    case Signal::kMargin:
      return "margin";
    case Signal::kScore:
      return "score";
  }
  return "";
}

absl::string_view NameOf(Decision::Kind kind) {
  static constexpr absl::string_view kNames[] = {
      "skip",       "branch", "experts", "width",
      "resolution", "active", "repeat",  "frame"};
  return kNames[static_cast<int>(kind)];
}

absl::string_view KnobOf(Decision::Kind kind) {
  switch (kind) {
    case Decision::Kind::kWidth:
    case Decision::Kind::kResolution:
    case Decision::Kind::kRepeat:
      return "value";
    case Decision::Kind::kActive:
      return "keep";
    case Decision::Kind::kExperts:
      return "capacity_factor";
    default:
      return "threshold";
  }
}

OutcomeLayout LayoutOf(absl::Span<const Decision> decisions) {
  OutcomeLayout layout;
  for (const Decision& decision : decisions) {
    const bool experts = decision.kind == Decision::Kind::kExperts;
    layout.first.push_back(layout.size);
    layout.count.push_back(experts ? static_cast<int>(decision.experts) + 1
                                   : 1);
    layout.size += layout.count.back();
  }
  return layout;
}

expression::SymbolTable OutcomeSymbols(absl::Span<const Decision> decisions) {
  using expression::Type;
  expression::SymbolTable symbols;
  for (const Decision& decision : decisions) {
    switch (decision.kind) {
      case Decision::Kind::kSkip:
        symbols.Add(decision.name, Type::Bool());
        break;
      case Decision::Kind::kBranch:
      case Decision::Kind::kFrame:
        symbols.Add(decision.name, Type::Name(IndexTexts(decision)));
        break;
      case Decision::Kind::kExperts:
        for (int64_t e = 0; e < decision.experts; ++e) {
          symbols.Add(absl::StrCat(decision.name, ".e", e), Type::Number());
        }
        symbols.Add(absl::StrCat(decision.name, ".dropped"), Type::Number());
        break;
      default:
        symbols.Add(decision.name, Type::Number());
    }
  }
  return symbols;
}

std::string OutcomeText(const Decision& decision,
                        absl::Span<const int64_t> values) {
  if (values.front() == kNotReached) return "not reached";
  const std::vector<std::string> texts = IndexTexts(decision);
  if (texts.empty()) return absl::StrJoin(values, " ");
  return texts[values.front()];
}

absl::StatusOr<int64_t> ParseOutcome(const Decision& decision,
                                     absl::string_view text) {
  const std::vector<std::string> texts = IndexTexts(decision);
  if (!texts.empty()) {
    const auto found =
        std::find(texts.begin(), texts.end(), Canonical(decision, text));
    if (found != texts.end()) return found - texts.begin();
    return absl::InvalidArgumentError(absl::StrCat(
        "got '", text, "', which is no outcome of decision '", decision.name,
        "'; allowed: ", NameList(texts), DidYouMean(text, texts)));
  }
  int64_t count = 0;
  const int64_t least = decision.kind == Decision::Kind::kRepeat ? 1 : 0;
  if (absl::SimpleAtoi(text, &count) && count >= least) return count;
  return absl::InvalidArgumentError(
      absl::StrCat("got '", text, "' for decision '", decision.name,
                   "'; a whole number >= ", least, " is allowed"));
}

}  // namespace dynarch::graph
