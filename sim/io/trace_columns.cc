#include "sim/io/trace_columns.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"

namespace dynarch::io {
namespace {

using Kind = TraceColumn::Kind;
using graph::Signal;

struct Word {
  absl::string_view text;
  Kind kind;
  Signal signal;
  bool only_plain;
};
constexpr Word kWords[] = {
    {"class", Kind::kClass, Signal::kScore, false},
    {"max_probability", Kind::kSignal, Signal::kMaxProbability, false},
    {"entropy", Kind::kSignal, Signal::kEntropy, false},
    {"margin", Kind::kSignal, Signal::kMargin, false},
    {"score", Kind::kSignal, Signal::kScore, false},
    {"correct", Kind::kCorrect, Signal::kScore, false},
    {"confidence", Kind::kSignal, Signal::kMaxProbability, true},
    {"max_prob", Kind::kSignal, Signal::kMaxProbability, true},
    {"prediction", Kind::kClass, Signal::kScore, true},
    {"predicted", Kind::kClass, Signal::kScore, true},
};

constexpr absl::string_view kSettingPrefix = "setting:";

// The rest of a name after `word`, with or without `_` between.
bool TakesWord(absl::string_view name, absl::string_view word, bool in_front,
               absl::string_view* rest) {
  *rest = name;
  if (in_front) {
    return absl::ConsumePrefix(rest, word) &&
           (absl::ConsumePrefix(rest, "_") ||
            (!rest->empty() && absl::ascii_isdigit(rest->front())));
  }
  return absl::ConsumeSuffix(rest, word) && absl::ConsumeSuffix(rest, "_");
}

class LayoutReader {
 public:
  LayoutReader(const CsvReader& csv, const CsvRow& header,
               const TraceComments& comments, const graph::Network* network,
               bool plain)
      : csv_(csv),
        header_(header),
        comments_(comments),
        network_(network),
        plain_(plain) {}

  absl::StatusOr<TraceLayout> Read() && {
    DYNARCH_RETURN_IF_ERROR(ReadKind());
    for (const CsvField& field : header_.fields) {
      DYNARCH_RETURN_IF_ERROR(ReadColumn(field));
    }
    DYNARCH_RETURN_IF_ERROR(CheckKeys());
    DYNARCH_RETURN_IF_ERROR(CheckKindOfColumns());
    DYNARCH_RETURN_IF_ERROR(CheckGroups());
    DYNARCH_RETURN_IF_ERROR(NameExits());
    DYNARCH_RETURN_IF_ERROR(CheckDecisions());
    DYNARCH_RETURN_IF_ERROR(CheckSignals());
    return std::move(out_);
  }

 private:
  absl::Status At(int column, absl::string_view what) const {
    return csv_.Error(header_.line, column, what);
  }
  absl::Status AtComment(const TraceComment& comment,
                         absl::string_view what) const {
    return csv_.Error(comment.line, 1, what);
  }
  const TraceComment* Comment(const std::string& key) const {
    const auto found = comments_.find(key);
    return found == comments_.end() ? nullptr : &found->second;
  }
  static std::vector<std::string> ListOf(const TraceComment& comment) {
    std::vector<std::string> names;
    for (absl::string_view name : absl::StrSplit(comment.value, ',')) {
      names.emplace_back(absl::StripAsciiWhitespace(name));
    }
    return names;
  }

  absl::Status ReadKind() {
    const TraceComment* kind = Comment("kind");
    if (kind == nullptr || kind->value == "signals") return absl::OkStatus();
    if (kind->value == "outcomes") {
      out_.kind = behavior::Trace::Kind::kOutcomes;
      return absl::OkStatus();
    }
    return AtComment(*kind, absl::StrCat("kind: got '", kind->value,
                                         "'; allowed: signals, outcomes"));
  }

  absl::Status ReadColumn(const CsvField& field) {
    const std::string& name = field.text;
    if (!seen_.insert(name).second) {
      return At(field.column,
                absl::StrCat("column '", name, "' is there twice"));
    }
    static const auto& keys = *new std::map<std::string, Kind>{
        {"sample", Kind::kSample}, {"split", Kind::kSplit},
        {"dtype", Kind::kDtype},   {"label", Kind::kLabel},
        {"exit", Kind::kTaken},    {"correct", Kind::kTakenCorrect}};
    const auto key = keys.find(name);
    if (key != keys.end()) {
      out_.columns.push_back({key->second, name, 0, {}});
      return absl::OkStatus();
    }
    absl::string_view path = name;
    if (absl::ConsumePrefix(&path, kSettingPrefix)) {
      out_.columns.push_back({Kind::kSetting, std::string(path), 0, {}});
      return absl::OkStatus();
    }
    if (ReadsDecision(name)) return absl::OkStatus();
    const auto exit = ReadExitColumnName(name, plain_);
    if (!exit.has_value()) return Unknown(field);
    auto& labels = labels_of_[{exit->kind, exit->signal}];
    out_.columns.push_back({exit->kind, name, 0, exit->signal});
    if (!plain_) {
      const auto known = std::find(labels_.begin(), labels_.end(), exit->exit);
      out_.columns.back().index = static_cast<int>(known - labels_.begin());
      if (known == labels_.end()) labels_.push_back(exit->exit);
    } else {
      out_.columns.back().index = static_cast<int>(labels.size());
    }
    labels.push_back(exit->exit);
    return absl::OkStatus();
  }

  // `NAME`, or `NAME_e0`, ..., `NAME_dropped` of experts. Where neither network
  // nor file says which decisions there are, any other name is one.
  bool ReadsDecision(const std::string& name) {
    std::vector<std::string> known;
    if (network_ != nullptr) {
      for (const graph::Decision& decision : network_->decisions()) {
        known.push_back(decision.name);
      }
    }
    const TraceComment* listed = Comment("decisions");
    if (listed != nullptr) known = ListOf(*listed);
    std::string base = name;
    int part = 0;
    const size_t cut = name.rfind('_');
    const bool is_known =
        std::find(known.begin(), known.end(), name) != known.end();
    if (!is_known && cut != std::string::npos) {
      const absl::string_view tail = absl::string_view(name).substr(cut + 1);
      int number = 0;
      const bool is_expert = tail.size() > 1 && tail[0] == 'e' &&
                             absl::SimpleAtoi(tail.substr(1), &number) &&
                             number >= 0;
      if (is_expert || tail == "dropped") {
        base = name.substr(0, cut);
        part = is_expert ? number : -1;
        if (std::find(known.begin(), known.end(), base) == known.end() &&
            !known.empty()) {
          return false;
        }
        return AddOutcome(base, part, name, /*experts=*/true);
      }
    }
    if (is_known) return AddOutcome(name, 0, name, /*experts=*/false);
    if (!known.empty() || network_ != nullptr || plain_) return false;
    if (ReadExitColumnName(name, plain_).has_value()) return false;
    const bool is_name =
        !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
          return absl::ascii_isalnum(c) || c == '_';
        });
    return is_name && AddOutcome(name, 0, name, /*experts=*/false);
  }

  // Experts in order, then the dropped tokens, which may be left out.
  bool AddOutcome(const std::string& decision, int part,
                  const std::string& name, bool experts) {
    auto& decisions = out_.decisions;
    const bool continues =
        !decisions.empty() && decisions.back().name == decision && experts;
    if (!continues) {
      if (part != 0) return false;
      decisions.push_back({decision, 0});
      dropped_.push_back(false);
      is_experts_.push_back(experts);
    }
    if (part == -1) {
      dropped_.back() = true;
    } else if (decisions.back().columns != part || dropped_.back()) {
      return false;
    }
    const int index = static_cast<int>(out_.outcome_of.size());
    out_.columns.push_back({Kind::kOutcome, name, index, {}});
    out_.outcome_of.emplace_back();
    ++decisions.back().columns;
    return true;
  }

  absl::Status Unknown(const CsvField& field) const {
    std::vector<std::string> known = {"sample", "split", "dtype",
                                      "label",  "exit",  "correct"};
    for (const std::string& exit : labels_) {
      for (const Word& word : kWords) {
        if (!word.only_plain)
          known.push_back(absl::StrCat(exit, "_", word.text));
      }
    }
    if (network_ != nullptr) {
      for (const graph::Decision& decision : network_->decisions()) {
        known.push_back(decision.name);
      }
    }
    return At(field.column,
              absl::StrCat("column '", field.text,
                           "' is unknown; a column is sample, split, dtype, "
                           "label, exit, correct, setting:PATH, a decision, or "
                           "EXIT_SIGNAL of class, max_probability, entropy, "
                           "margin, score, correct",
                           DidYouMean(field.text, known)));
  }

  absl::Status Missing(const std::string& column) const {
    return At(header_.end_column,
              absl::StrCat("column '", column, "' is missing"));
  }

  absl::Status CheckKeys() const {
    if (plain_) return absl::OkStatus();
    for (const char* key : {"sample", "split", "dtype"}) {
      if (seen_.count(key) == 0) return Missing(key);
    }
    return absl::OkStatus();
  }

  absl::Status CheckKindOfColumns() {
    const bool taken = out_.Has(Kind::kTaken);
    if (plain_ && taken) out_.kind = behavior::Trace::Kind::kOutcomes;
    const bool outcomes = out_.kind == behavior::Trace::Kind::kOutcomes;
    if (outcomes && !labels_of_.empty()) {
      return At(1,
                "a trace of outcomes holds the exit taken and no column per "
                "exit");
    }
    const bool has_choice = network_ == nullptr || network_->exits().size() > 1;
    if (outcomes && !taken) {
      return has_choice ? Missing("exit") : absl::OkStatus();
    }
    if (taken && !outcomes) {
      return At(1, "column 'exit' needs '# kind: outcomes'");
    }
    if (!outcomes && out_.Has(Kind::kTakenCorrect)) {
      if (network_ == nullptr || has_choice) {
        return At(1,
                  "column 'correct' needs '# kind: outcomes'; a trace of "
                  "signals has one per exit");
      }
    }
    if (!outcomes && labels_of_.empty() && has_choice && plain_) {
      return Missing("exit' or 'SIGNAL_EXIT");
    }
    return absl::OkStatus();
  }

  // Every kind of column is there for every exit.
  absl::Status CheckGroups() {
    if (labels_of_.empty()) return absl::OkStatus();
    const auto& first = labels_of_.begin()->second;
    if (plain_) {
      labels_ = first;
      for (const auto& [kind, labels] : labels_of_) {
        if (labels.size() == first.size()) continue;
        return At(header_.end_column,
                  absl::StrCat("got ", first.size(),
                               " columns of one kind and ", labels.size(),
                               " of another; every exit has one "
                               "of each"));
      }
      return absl::OkStatus();
    }
    for (const std::string& exit : labels_) {
      for (const auto& [kind, labels] : labels_of_) {
        if (std::find(labels.begin(), labels.end(), exit) != labels.end()) {
          continue;
        }
        for (const Word& word : kWords) {
          if (word.kind == kind.first && word.signal == kind.second) {
            return Missing(absl::StrCat(exit, "_", word.text));
          }
        }
      }
    }
    return absl::OkStatus();
  }

  std::vector<std::string> NetworkExits() const {
    std::vector<std::string> names;
    if (network_ == nullptr) return names;
    for (const graph::Exit& exit : network_->exits()) {
      names.push_back(exit.name);
    }
    return names;
  }

  absl::Status NameExits() {
    const std::vector<std::string> network = NetworkExits();
    const TraceComment* listed = Comment("exits");
    std::vector<std::string> given =
        listed != nullptr ? ListOf(*listed) : std::vector<std::string>();
    if (!labels_of_.empty() && listed != nullptr && given != labels_) {
      return At(1, absl::StrCat("the columns are of exits ", NameList(labels_),
                                "; '# exits' in line ", listed->line, " says ",
                                listed->value));
    }
    out_.exits_by_number = plain_ && listed == nullptr;
    if (!labels_of_.empty()) {
      out_.exits = labels_;
      if (!plain_ || labels_ == network || network.empty()) {
        return CheckCount();
      }
      if (labels_.size() != network.size()) {
        return At(1,
                  absl::StrCat("got columns for ", labels_.size(),
                               " exits; network '", network_->name(), "' has ",
                               network.size(), ": ", NameList(network)));
      }
      out_.exits = network;
      return absl::OkStatus();
    }
    out_.exits = listed != nullptr ? given : network;
    if (!out_.exits.empty()) return CheckCount();
    if (out_.Has(Kind::kTaken)) {
      return At(1,
                "which exits there are is not known; '# exits: a, b' names "
                "them in order");
    }
    out_.exits = {"output"};
    return absl::OkStatus();
  }

  absl::Status CheckCount() const {
    if (out_.exits.size() <= graph::kMaxExits) return absl::OkStatus();
    return At(1, absl::StrCat("got ", out_.exits.size(), " exits; at most ",
                              graph::kMaxExits, " are allowed"));
  }

  // Dropped tokens that are left out are none; the network says which decision
  // a column is of.
  absl::Status CheckDecisions() {
    const TraceComment* listed = Comment("decisions");
    std::vector<std::string> names;
    for (const auto& decision : out_.decisions) names.push_back(decision.name);
    if (listed != nullptr && ListOf(*listed) != names) {
      return AtComment(*listed,
                       absl::StrCat("decisions: the columns are of ",
                                    names.empty() ? "none" : NameList(names)));
    }
    size_t column = 0;
    for (size_t d = 0; d < out_.decisions.size(); ++d) {
      std::optional<int> index;
      if (network_ != nullptr) index = network_->DecisionNamed(names[d]);
      for (int c = 0; c < out_.decisions[d].columns; ++c) {
        out_.outcome_of[column++] = index;
      }
      if (!is_experts_[d] || dropped_[d]) continue;
      out_.outcome_of.insert(out_.outcome_of.begin() + column, index);
      for (TraceColumn& other : out_.columns) {
        if (other.kind == Kind::kOutcome &&
            other.index >= static_cast<int>(column)) {
          ++other.index;
        }
      }
      out_.implied.push_back(static_cast<int>(column));
      ++out_.decisions[d].columns;
      ++column;
    }
    return absl::OkStatus();
  }

  // `# signals` promises what there is.
  absl::Status CheckSignals() const {
    const TraceComment* listed = Comment("signals");
    if (listed == nullptr) return absl::OkStatus();
    std::set<std::string> columns;
    for (const TraceColumn& column : out_.columns) {
      if (column.kind == Kind::kSignal) {
        columns.emplace(NameOf(column.signal));
      }
    }
    const std::vector<std::string> names = ListOf(*listed);
    if (std::set<std::string>(names.begin(), names.end()) == columns) {
      return absl::OkStatus();
    }
    return AtComment(
        *listed,
        absl::StrCat("signals: got '", listed->value, "'; the columns are of ",
                     columns.empty()
                         ? "none"
                         : NameList({columns.begin(), columns.end()})));
  }

  const CsvReader& csv_;
  const CsvRow& header_;
  const TraceComments& comments_;
  const graph::Network* network_;
  bool plain_;
  TraceLayout out_;
  std::set<std::string> seen_;
  std::vector<std::string> labels_;  // Exits, in order of first appearance.
  std::map<std::pair<Kind, Signal>, std::vector<std::string>> labels_of_;
  std::vector<bool> dropped_, is_experts_;  // By decision.
};

}  // namespace

bool TraceLayout::Has(TraceColumn::Kind kind) const {
  return std::any_of(
      columns.begin(), columns.end(),
      [kind](const TraceColumn& column) { return column.kind == kind; });
}

std::optional<ExitColumnName> ReadExitColumnName(absl::string_view name,
                                                 bool plain) {
  for (const Word& word : kWords) {
    if (word.only_plain && !plain) continue;
    absl::string_view exit;
    const bool found =
        TakesWord(name, word.text, /*in_front=*/false, &exit) ||
        (plain && TakesWord(name, word.text, /*in_front=*/true, &exit));
    if (!found || exit.empty()) continue;
    return ExitColumnName{word.kind, word.signal, std::string(exit)};
  }
  return std::nullopt;
}

absl::StatusOr<TraceLayout> ReadTraceLayout(const CsvReader& csv,
                                            const CsvRow& header,
                                            const TraceComments& comments,
                                            const graph::Network* network,
                                            bool plain) {
  return LayoutReader(csv, header, comments, network, plain).Read();
}

}  // namespace dynarch::io
