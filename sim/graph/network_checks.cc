#include "sim/graph/network_checks.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::graph {
namespace {

template <typename... Parts>
absl::Status Error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

absl::Status AddName(absl::string_view field, const std::string& name,
                     std::set<std::string>& names) {
  if (name.empty()) return Error(field, ": a name is empty");
  if (!names.insert(name).second) {
    return Error(field, ".", name, ": the name is used twice");
  }
  return absl::OkStatus();
}

// A knob that fixes the outcome, and what its kind needs.
absl::Status CheckKind(const Decision& decision) {
  const std::string path = absl::StrCat("decisions.", decision.name);
  const Decimal zero, one = Decimal::FromInt(1);
  const auto& knob = decision.knob;
  switch (decision.kind) {
    case Decision::Kind::kBranch:
      if (decision.options.size() >= 2) return absl::OkStatus();
      return Error(path, ".options: got ", decision.options.size(),
                   "; two or more are allowed");
    case Decision::Kind::kWidth:
    case Decision::Kind::kResolution: {
      const auto& values = decision.values;
      if (values.empty())
        return Error(path, ".options: at least one is needed");
      if (*std::min_element(values.begin(), values.end()) <= zero) {
        return Error(path, ".options: numbers > 0 are allowed");
      }
      if (!knob.has_value() ||
          std::find(values.begin(), values.end(), *knob) != values.end()) {
        return absl::OkStatus();
      }
      return Error(path, ".value: got ", knob->ToString(),
                   ", which is none of its options");
    }
    case Decision::Kind::kExperts:
      if (decision.experts < 1 || decision.experts > kMaxExperts) {
        return Error(path, ".experts: got ", decision.experts, "; 1 to ",
                     kMaxExperts, " is allowed");
      }
      if (decision.top_k < 1 || decision.top_k > decision.experts) {
        return Error(path, ".top_k: got ", decision.top_k, "; 1 to ",
                     decision.experts, " is allowed");
      }
      if (!knob.has_value() || zero < *knob) return absl::OkStatus();
      return Error(path, ".capacity_factor: a number > 0 is allowed");
    case Decision::Kind::kActive:
      if (!knob.has_value() || (zero < *knob && *knob <= one)) {
        return absl::OkStatus();
      }
      return Error(path, ".keep: got ", knob->ToString(),
                   "; a share > 0 and <= 1 is allowed");
    case Decision::Kind::kRepeat:
      if (decision.max < 1 || decision.max > kMaxRounds) {
        return Error(path, ".max: got ", decision.max, "; 1 to ", kMaxRounds,
                     " is allowed");
      }
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

// Names of decisions into numbers, in every expression.
class Binder {
 public:
  explicit Binder(NetworkParts& parts) : parts_(parts) {}

  absl::Status Run() {
    for (Decision& decision : parts_.decisions) {
      DYNARCH_RETURN_IF_ERROR(
          Bind(decision.of, false,
               absl::StrCat("decisions.", decision.name, ".of")));
    }
    for (NetworkInput& input : parts_.inputs) {
      for (ExtentExpression& extent : input.extents) {
        DYNARCH_RETURN_IF_ERROR(
            Bind(extent.expression, false,
                 absl::StrCat("inputs.", input.name, ".shape")));
      }
    }
    for (Actor& actor : parts_.actors)
      DYNARCH_RETURN_IF_ERROR(BindActor(actor));
    return absl::OkStatus();
  }

 private:
  absl::Status BindActor(Actor& actor) {
    const std::string path = absl::StrCat("actors.", actor.name, ".");
    for (ExtentExpression& extent : actor.extents) {
      DYNARCH_RETURN_IF_ERROR(Bind(
          extent.expression, false,
          absl::StrCat(path, NameOf(actor.op), ".", NameOf(extent.field))));
    }
    if (actor.when.has_value()) {
      DYNARCH_RETURN_IF_ERROR(
          Bind(*actor.when, true, absl::StrCat(path, "when")));
    }
    if (actor.times.has_value()) {
      DYNARCH_RETURN_IF_ERROR(
          Bind(*actor.times, false, absl::StrCat(path, "times")));
    }
    return absl::OkStatus();
  }

  absl::Status Bind(OutcomeExpression& expression, bool condition,
                    const std::string& path) {
    const absl::Status status = expression.Bind(parts_.decisions, condition);
    if (status.ok()) return status;
    return Error(path, ": ", status.message());
  }

  NetworkParts& parts_;
};

// How many outcomes a decision has, from 0 on; none if there are too many.
absl::StatusOr<int64_t> OutcomeCount(const Decision& decision,
                                     const Outcomes& nominal) {
  switch (decision.kind) {
    case Decision::Kind::kSkip:
      return 2;
    case Decision::Kind::kFrame:
      return 3;
    case Decision::Kind::kBranch:
      return static_cast<int64_t>(decision.options.size());
    case Decision::Kind::kWidth:
    case Decision::Kind::kResolution:
      return static_cast<int64_t>(decision.values.size());
    case Decision::Kind::kRepeat:
      return decision.max + 1;
    case Decision::Kind::kActive: {
      DYNARCH_ASSIGN_OR_RETURN(const int64_t of, decision.of.Count(nominal));
      return of + 1;
    }
    case Decision::Kind::kExperts:
      break;
  }
  return kMaxTried + 1;
}

// Whether `condition` holds for some outcomes of the decisions it names; true
// if there are too many to try.
absl::StatusOr<bool> CanHold(const NetworkParts& parts,
                             const OutcomeLayout& layout,
                             const OutcomeExpression& condition,
                             Outcomes outcomes) {
  std::vector<int64_t> counts;
  int64_t combinations = 1;
  for (const int decision : condition.decisions()) {
    DYNARCH_ASSIGN_OR_RETURN(const int64_t count,
                             OutcomeCount(parts.decisions[decision], outcomes));
    counts.push_back(count);
    if (count > kMaxTried / combinations) return true;
    combinations *= count;
  }
  for (int64_t index = 0; index < combinations; ++index) {
    int64_t rest = index;
    for (size_t i = 0; i < counts.size(); ++i) {
      outcomes[layout.first[condition.decisions()[i]]] = rest % counts[i];
      rest /= counts[i];
    }
    DYNARCH_ASSIGN_OR_RETURN(const bool holds, condition.Holds(outcomes));
    if (holds) return true;
  }
  return false;
}

}  // namespace

absl::Status CheckNames(const NetworkParts& parts) {
  if (parts.inputs.empty()) return Error("inputs: at least one is needed");
  if (parts.actors.empty()) return Error("actors: at least one is needed");
  if (parts.exits.empty()) {
    return Error(
        "output: missing; the last decision is an exit, or `output` "
        "names the actor that gives the result");
  }
  if (parts.exits.size() > kMaxExits) {
    return Error("decisions: got ", parts.exits.size(), " exits; at most ",
                 kMaxExits, " are allowed");
  }
  if (parts.decisions.size() > kMaxDecisions) {
    return Error("decisions: got ", parts.decisions.size(), "; at most ",
                 kMaxDecisions, " are allowed");
  }
  if (parts.actors.size() > kMaxActors) {
    return Error("actors: got ", parts.actors.size(), "; at most ", kMaxActors,
                 " are allowed");
  }
  std::set<std::string> names, decision_names;
  for (const NetworkInput& input : parts.inputs) {
    DYNARCH_RETURN_IF_ERROR(AddName("inputs", input.name, names));
  }
  for (const Actor& actor : parts.actors) {
    DYNARCH_RETURN_IF_ERROR(AddName("actors", actor.name, names));
  }
  for (const Exit& exit : parts.exits) {
    DYNARCH_RETURN_IF_ERROR(AddName("decisions", exit.name, decision_names));
  }
  for (const Decision& decision : parts.decisions) {
    DYNARCH_RETURN_IF_ERROR(
        AddName("decisions", decision.name, decision_names));
  }
  return absl::OkStatus();
}

absl::Status CheckChannels(const NetworkParts& parts) {
  const int actors = static_cast<int>(parts.actors.size());
  const int inputs = static_cast<int>(parts.inputs.size());
  for (const Actor& actor : parts.actors) {
    for (size_t i = 0; i < actor.inputs.size(); ++i) {
      const Channel& channel = actor.inputs[i];
      const int limit = channel.from.is_input ? inputs : actors;
      if (channel.from.index < 0 || channel.from.index >= limit) {
        return Error("actors.", actor.name, ".inputs[", i,
                     "]: comes from nowhere: ",
                     channel.from.is_input ? "input" : "actor", " number ",
                     channel.from.index, " of ", limit);
      }
      if (channel.initial_tokens < 0) {
        return Error("actors.", actor.name, ".inputs[", i,
                     "].initial_tokens: got ", channel.initial_tokens,
                     "; allowed: 0 or more");
      }
    }
  }
  const auto check_from = [&](const std::string& name, int from) {
    if (from >= 0 && from < actors) return absl::OkStatus();
    return Error("decisions.", name, ".from: comes from nowhere: actor number ",
                 from, " of ", actors);
  };
  for (const Exit& exit : parts.exits) {
    DYNARCH_RETURN_IF_ERROR(check_from(exit.name, exit.from));
  }
  for (const Decision& decision : parts.decisions) {
    if (!decision.from.has_value()) continue;
    DYNARCH_RETURN_IF_ERROR(check_from(decision.name, *decision.from));
  }
  return absl::OkStatus();
}

absl::Status BindExpressions(NetworkParts& parts) {
  return Binder(parts).Run();
}

absl::Status CheckDecisions(const NetworkParts& parts) {
  std::set<std::string> names;
  for (const Decision& decision : parts.decisions) names.insert(decision.name);
  for (const Decision& decision : parts.decisions) {
    DYNARCH_RETURN_IF_ERROR(CheckKind(decision));
    for (const std::string& option : decision.options) {
      if (names.count(option) == 0) continue;
      return Error("decisions.", decision.name, ".options: '", option,
                   "' is a decision, too; a condition could mean either");
    }
  }
  std::vector<bool> used(parts.decisions.size(), false);
  const auto use = [&](const OutcomeExpression& expression) {
    for (const int decision : expression.decisions()) used[decision] = true;
  };
  for (const NetworkInput& input : parts.inputs) {
    for (const ExtentExpression& extent : input.extents) use(extent.expression);
  }
  for (const Actor& actor : parts.actors) {
    for (const ExtentExpression& extent : actor.extents) use(extent.expression);
    if (actor.when.has_value()) use(*actor.when);
    if (actor.times.has_value()) use(*actor.times);
  }
  for (size_t d = 0; d < parts.decisions.size(); ++d) {
    const Decision& decision = parts.decisions[d];
    for (const int other : decision.of.decisions()) {
      if (other >= static_cast<int>(d)) {
        return Error("decisions.", decision.name, ".of: '",
                     parts.decisions[other].name,
                     "' is reached later; decisions come in the order in "
                     "which they are reached");
      }
      used[other] = true;
    }
  }
  for (size_t d = 0; d < parts.decisions.size(); ++d) {
    if (used[d]) continue;
    return Error("decisions.", parts.decisions[d].name,
                 ": nothing depends on it; name it in a `when`, in `times` or "
                 "in an extent, or remove it");
  }
  return absl::OkStatus();
}

absl::Status CheckExitRule(const NetworkParts& parts) {
  const ExitRule& rule = parts.exit_rule;
  const int exits = static_cast<int>(parts.exits.size());
  if (rule.kind == ExitRule::Kind::kPatience && rule.patience < 1) {
    return Error("exit_rule.patience: got ", rule.patience,
                 "; 1 or more is allowed");
  }
  if (rule.kind != ExitRule::Kind::kPredicted) return absl::OkStatus();
  if (rule.at < 0 || rule.at + 1 >= exits) {
    return Error("exit_rule.predicted.at: an exit before the last is allowed");
  }
  const int wanted = exits - rule.at - 2;
  if (static_cast<int>(rule.bounds.size()) != wanted) {
    return Error("exit_rule.predicted.bounds: got ", rule.bounds.size(),
                 " numbers; ", wanted,
                 ", one less than there are exits after '",
                 parts.exits[rule.at].name, "', are allowed");
  }
  const bool entropy = parts.exits[rule.at].signal == Signal::kEntropy;
  for (size_t i = 1; i < rule.bounds.size(); ++i) {
    const bool ordered = entropy ? rule.bounds[i - 1] < rule.bounds[i]
                                 : rule.bounds[i] < rule.bounds[i - 1];
    if (ordered) continue;
    return Error("exit_rule.predicted.bounds: must be ",
                 entropy ? "ascending for entropy" : "descending", ", got ",
                 rule.bounds[i - 1].ToString(), " before ",
                 rule.bounds[i].ToString());
  }
  return absl::OkStatus();
}

// Actors of one loop follow each other and are of one stage.
absl::Status CheckConditions(const NetworkParts& parts,
                             const OutcomeLayout& layout,
                             const Outcomes& nominal) {
  std::set<std::string> seen;
  for (const Actor& actor : parts.actors) {
    if (!actor.when.has_value() || !seen.insert(actor.when->text()).second) {
      continue;
    }
    DYNARCH_ASSIGN_OR_RETURN(const bool possible,
                             CanHold(parts, layout, *actor.when, nominal));
    if (possible) continue;
    return Error("actors.", actor.name, ".when: '", actor.when->text(),
                 "' never holds: the actor cannot be reached");
  }
  return absl::OkStatus();
}

absl::Status CheckLoops(const NetworkParts& parts,
                        const std::vector<int>& order,
                        const std::vector<int>& stage_of) {
  std::map<std::string, size_t> last;  // Place in the order, by loop.
  for (size_t place = 0; place < order.size(); ++place) {
    const Actor& actor = parts.actors[order[place]];
    if (!actor.times.has_value() || actor.times->constant()) continue;
    const auto [found, first] = last.insert({actor.times->text(), place});
    if (!first && (found->second + 1 != place ||
                   stage_of[order[place]] != stage_of[order[place - 1]])) {
      return Error("actors.", actor.name, ".times: the loop '",
                   actor.times->text(), "' is interrupted by actor '",
                   parts.actors[order[place - 1]].name,
                   "'; its actors follow each other in one stage");
    }
    found->second = place;
  }
  return absl::OkStatus();
}

}  // namespace dynarch::graph
