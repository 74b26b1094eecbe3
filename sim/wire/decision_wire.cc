#include "sim/wire/decision_wire.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/wire/field_error.h"
#include "sim/wire/field_reader.h"

namespace dynarch::wire {
namespace {

using Kind = graph::Decision::Kind;

graph::Signal SignalFrom(v1::Signal signal) {
  switch (signal) {
    case v1::ENTROPY:
      return graph::Signal::kEntropy;
    case v1::MARGIN:
      return graph::Signal::kMargin;
    case v1::SCORE:
      return graph::Signal::kScore;
    default:
      return graph::Signal::kMaxProbability;
  }
}

// The default is not written.
v1::Signal SignalTo(graph::Signal signal) {
  switch (signal) {
    case graph::Signal::kEntropy:
      return v1::ENTROPY;
    case graph::Signal::kMargin:
      return v1::MARGIN;
    case graph::Signal::kScore:
      return v1::SCORE;
    case graph::Signal::kMaxProbability:
      break;
  }
  return v1::SIGNAL_UNSPECIFIED;
}

// Each fills what its kind has beside `from` and a threshold.

void Read(const v1::Skip&, FieldReader&, graph::Decision* out) {
  out->kind = Kind::kSkip;
}
void Read(const v1::Frame&, FieldReader&, graph::Decision* out) {
  out->kind = Kind::kFrame;
}
void Read(const v1::Branch& message, FieldReader&, graph::Decision* out) {
  out->kind = Kind::kBranch;
  out->options = {message.options().begin(), message.options().end()};
}
void Read(const v1::Experts& message, FieldReader& read, graph::Decision* out) {
  out->kind = Kind::kExperts;
  out->experts = message.experts();
  out->top_k = message.top_k();
  out->of = read.Expression("tokens", message.tokens());
  out->knob = read.Number("capacity_factor", message.capacity_factor());
}
void Read(const v1::Width& message, FieldReader& read, graph::Decision* out) {
  out->kind = Kind::kWidth;
  out->values = read.DecimalList("options", message.options());
  out->knob = read.Number("value", message.value());
}
void Read(const v1::Resolution& message, FieldReader& read,
          graph::Decision* out) {
  out->kind = Kind::kResolution;
  out->values = read.DecimalList("options", message.options());
  out->knob = read.Number("value", message.value());
}
void Read(const v1::Active& message, FieldReader& read, graph::Decision* out) {
  out->kind = Kind::kActive;
  out->of = read.Expression("of", message.of());
  out->knob = read.Number("keep", message.keep());
}
void Read(const v1::Repeat& message, FieldReader& read, graph::Decision* out) {
  out->kind = Kind::kRepeat;
  out->max = message.max();
  out->knob = read.Number("value", message.value());
}

// Reads decisions of one network.
class DecisionReader {
 public:
  explicit DecisionReader(const v1::Network& message) {
    for (const auto& actor : message.actors()) actors_.push_back(actor.name());
  }

  absl::StatusOr<int> Actor(const std::string& path,
                            const std::string& name) const {
    return IndexOfName(path, "actor", name, actors_);
  }

  absl::StatusOr<graph::Exit> Exit(const v1::Decision& message) const {
    const std::string path = absl::StrCat("decisions.", message.name());
    graph::Exit exit;
    exit.name = message.name();
    exit.signal = SignalFrom(message.signal());
    DYNARCH_ASSIGN_OR_RETURN(
        exit.from, Actor(absl::StrCat(path, ".exit"), message.exit().from()));
    return exit;
  }

  absl::StatusOr<graph::Decision> Other(const v1::Decision& message) const {
    switch (message.kind_case()) {
      case v1::Decision::kSkip:
        return Of(message, message.skip());
      case v1::Decision::kBranch:
        return Of(message, message.branch());
      case v1::Decision::kExperts:
        return Of(message, message.experts());
      case v1::Decision::kWidth:
        return Of(message, message.width());
      case v1::Decision::kResolution:
        return Of(message, message.resolution());
      case v1::Decision::kActive:
        return Of(message, message.active());
      case v1::Decision::kRepeat:
        return Of(message, message.repeat());
      case v1::Decision::kFrame:
        return Of(message, message.frame());
      default:
        return FieldError(absl::StrCat("decisions.", message.name()),
                          "no kind of decision; one of exit, skip, branch, "
                          "experts, width, resolution, active, repeat, frame "
                          "is needed");
    }
  }

 private:
  template <typename Message>
  absl::StatusOr<graph::Decision> Of(const v1::Decision& message,
                                     const Message& kind) const {
    const std::string path = absl::StrCat("decisions.", message.name());
    graph::Decision decision;
    decision.name = message.name();
    FieldReader fields(path);
    fields.Refuse(message.signal() != v1::SIGNAL_UNSPECIFIED, "signal",
                  "only an exit reads a signal");
    const auto threshold = fields.Number("threshold", message.threshold());
    DYNARCH_RETURN_IF_ERROR(fields.status());
    const std::string below = absl::StrCat(path, ".", NameOfKind(message));
    FieldReader read(below);
    Read(kind, read, &decision);
    DYNARCH_RETURN_IF_ERROR(read.status());
    DYNARCH_RETURN_IF_ERROR(SetThreshold(path, threshold, &decision));
    if (!kind.from().empty()) {
      DYNARCH_ASSIGN_OR_RETURN(
          decision.from, Actor(absl::StrCat(below, ".from"), kind.from()));
    }
    return decision;
  }

  static const std::string& NameOfKind(const v1::Decision& message) {
    return v1::Decision::descriptor()
        ->FindFieldByNumber(message.kind_case())
        ->name();
  }

  // A decision has one knob.
  static absl::Status SetThreshold(const std::string& path,
                                   const std::optional<Decimal>& threshold,
                                   graph::Decision* decision) {
    if (!threshold.has_value()) return absl::OkStatus();
    const absl::string_view knob = KnobOf(decision->kind);
    if (knob != "threshold") {
      return FieldError(absl::StrCat(path, ".threshold"), "a decision of kind ",
                        NameOf(decision->kind), " has none; it has ", knob);
    }
    decision->knob = threshold;
    return absl::OkStatus();
  }

  std::vector<std::string> actors_;
};

absl::Status ReadOutput(const v1::Network& message,
                        const DecisionReader& reader,
                        graph::NetworkParts* parts) {
  if (message.output().empty()) {
    const int count = message.decisions_size();
    if (count > 0 && message.decisions(count - 1).has_exit()) {
      return absl::OkStatus();
    }
    return FieldError("output",
                      "missing; the last decision is an exit, or `output` "
                      "names the actor that gives the result");
  }
  graph::Exit end;
  end.name = kOutputExit;
  DYNARCH_ASSIGN_OR_RETURN(end.from, reader.Actor("output", message.output()));
  parts->exits.push_back(std::move(end));
  parts->ends_in_output = true;
  return absl::OkStatus();
}

absl::Status ReadExitRule(const v1::ExitRule& message,
                          graph::NetworkParts* parts) {
  graph::ExitRule& rule = parts->exit_rule;
  if (message.kind_case() == v1::ExitRule::kPatience) {
    rule.kind = graph::ExitRule::Kind::kPatience;
    rule.patience = message.patience();
    return absl::OkStatus();
  }
  if (!message.has_predicted()) {
    return FieldError("exit_rule", "no rule; patience or predicted is needed");
  }
  rule.kind = graph::ExitRule::Kind::kPredicted;
  std::vector<std::string> exits;
  for (const graph::Exit& exit : parts->exits) exits.push_back(exit.name);
  DYNARCH_ASSIGN_OR_RETURN(rule.at,
                           IndexOfName("exit_rule.predicted.at", "exit",
                                       message.predicted().at(), exits));
  FieldReader read("exit_rule.predicted");
  rule.bounds = read.DecimalList("bounds", message.predicted().bounds());
  return read.status();
}

}  // namespace

absl::Status ReadDecisions(const v1::Network& message,
                           graph::NetworkParts* parts) {
  const DecisionReader reader(message);
  for (const v1::Decision& decision : message.decisions()) {
    DYNARCH_RETURN_IF_ERROR(CheckName(
        absl::StrCat("decisions.", decision.name()), decision.name()));
    if (decision.has_exit()) {
      DYNARCH_ASSIGN_OR_RETURN(graph::Exit exit, reader.Exit(decision));
      parts->exits.push_back(std::move(exit));
    } else {
      DYNARCH_ASSIGN_OR_RETURN(graph::Decision other, reader.Other(decision));
      parts->decisions.push_back(std::move(other));
    }
  }
  DYNARCH_RETURN_IF_ERROR(ReadOutput(message, reader, parts));
  if (!message.has_exit_rule()) return absl::OkStatus();
  return ReadExitRule(message.exit_rule(), parts);
}

namespace {

std::string TextOf(const std::optional<Decimal>& number) {
  return number.has_value() ? number->ToString() : "";
}

template <typename Message>
void WriteChoice(const graph::Decision& decision, Message* out) {
  for (const Decimal& value : decision.values) {
    out->add_options(value.ToString());
  }
  out->set_value(TextOf(decision.knob));
}

void WriteExperts(const graph::Decision& decision, v1::Experts* out) {
  out->set_experts(decision.experts);
  out->set_top_k(decision.top_k);
  out->set_tokens(decision.of.text());
  out->set_capacity_factor(TextOf(decision.knob));
}

// Writes decisions of one network, names of actors put in.
class DecisionWriter {
 public:
  DecisionWriter(const graph::NetworkParts& parts, v1::Network* message)
      : parts_(parts), message_(message) {}

  void Write(const graph::Exit& exit) {
    v1::Decision* out = message_->add_decisions();
    out->set_name(exit.name);
    out->mutable_exit()->set_from(parts_.actors[exit.from].name);
    out->set_signal(SignalTo(exit.signal));
  }

  void Write(const graph::Decision& decision) {
    v1::Decision* out = message_->add_decisions();
    out->set_name(decision.name);
    switch (decision.kind) {
      case Kind::kSkip:
        return WriteThreshold(decision, out, out->mutable_skip());
      case Kind::kFrame:
        return WriteThreshold(decision, out, out->mutable_frame());
      case Kind::kBranch:
        for (const std::string& option : decision.options) {
          out->mutable_branch()->add_options(option);
        }
        return WriteThreshold(decision, out, out->mutable_branch());
      case Kind::kExperts:
        WriteExperts(decision, out->mutable_experts());
        return WriteFrom(decision, out->mutable_experts());
      case Kind::kWidth:
        WriteChoice(decision, out->mutable_width());
        return WriteFrom(decision, out->mutable_width());
      case Kind::kResolution:
        WriteChoice(decision, out->mutable_resolution());
        return WriteFrom(decision, out->mutable_resolution());
      case Kind::kActive:
        out->mutable_active()->set_of(decision.of.text());
        out->mutable_active()->set_keep(TextOf(decision.knob));
        return WriteFrom(decision, out->mutable_active());
      case Kind::kRepeat:
        out->mutable_repeat()->set_max(decision.max);
        out->mutable_repeat()->set_value(TextOf(decision.knob));
        return WriteFrom(decision, out->mutable_repeat());
    }
  }

 private:
  template <typename Message>
  void WriteFrom(const graph::Decision& decision, Message* out) {
    if (decision.from.has_value()) {
      out->set_from(parts_.actors[*decision.from].name);
    }
  }
  template <typename Message>
  void WriteThreshold(const graph::Decision& decision, v1::Decision* out,
                      Message* kind) {
    out->set_threshold(TextOf(decision.knob));
    WriteFrom(decision, kind);
  }

  const graph::NetworkParts& parts_;
  v1::Network* message_;
};

void WriteExitRule(const graph::NetworkParts& parts, v1::Network* message) {
  const graph::ExitRule& rule = parts.exit_rule;
  if (rule.kind == graph::ExitRule::Kind::kPatience) {
    message->mutable_exit_rule()->set_patience(rule.patience);
  }
  if (rule.kind == graph::ExitRule::Kind::kPredicted) {
    v1::PredictedExit* out = message->mutable_exit_rule()->mutable_predicted();
    out->set_at(parts.exits[rule.at].name);
    for (const Decimal& bound : rule.bounds) {
      out->add_bounds(bound.ToString());
    }
  }
}

}  // namespace

void WriteDecisions(const graph::NetworkParts& parts, v1::Network* message) {
  DecisionWriter writer(parts, message);
  size_t next = 0;  // Decision.
  for (size_t e = 0; e < parts.exits.size(); ++e) {
    const graph::Exit& exit = parts.exits[e];
    const bool last = e + 1 == parts.exits.size();
    while (next < parts.decisions.size() &&
           (last || parts.decisions[next].from.value_or(-1) <= exit.from)) {
      writer.Write(parts.decisions[next++]);
    }
    if (!last || !parts.ends_in_output) writer.Write(exit);
  }
  if (parts.ends_in_output) {
    message->set_output(parts.actors[parts.exits.back().from].name);
  }
  WriteExitRule(parts, message);
}

}  // namespace dynarch::wire
