#include "sim/io/trace_csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/csv.h"
#include "sim/io/file.h"
#include "sim/io/npz.h"
#include "sim/io/text_check.h"
#include "sim/io/trace_columns.h"

namespace dynarch::io {
namespace {

using Kind = TraceColumn::Kind;
using behavior::TraceSlice;
using graph::Signal;

constexpr absl::string_view kFormat = "dynarch-trace 1";
constexpr absl::string_view kSetting = "setting:";

// A slice under construction.
struct OpenSlice {
  int index = 0;  // Into the trace's slices.
  // Ids, as long as they ascend only the last is needed.
  bool ascends = true;
  absl::flat_hash_set<int64_t> ids;
};

class TraceReader {
 public:
  TraceReader(absl::string_view text, const std::string& file,
              const graph::Network* network)
      : csv_(text, file), network_(network) {}

  absl::StatusOr<behavior::Trace> Read() {
    DYNARCH_RETURN_IF_ERROR(ReadComments());
    if (csv_.AtEnd()) {
      return csv_.Error(csv_.line(), 1, "no line of column names");
    }
    DYNARCH_ASSIGN_OR_RETURN(const CsvRow header, csv_.Next());
    DYNARCH_ASSIGN_OR_RETURN(
        layout_, ReadTraceLayout(csv_, header, comments_, network_, plain_));
    trace_.kind = layout_.kind;
    trace_.exits = layout_.exits;
    trace_.decisions = layout_.decisions;
    words_.resize(layout_.outcome_of.size());
    outcomes_.assign(layout_.outcome_of.size(), 0);
    while (!csv_.AtEnd()) {
      DYNARCH_RETURN_IF_ERROR(csv_.NextInto(row_));
      DYNARCH_RETURN_IF_ERROR(ReadRow());
    }
    if (trace_.slices.empty()) {
      return csv_.Error(csv_.line(), 1,
                        "no sample; at least one row is needed");
    }
    DYNARCH_RETURN_IF_ERROR(CheckTypes());
    return std::move(trace_);
  }

 private:
  absl::Status ReadComments() {
    if (csv_.AtEnd()) {
      return csv_.Error(
          1, 1,
          absl::StrCat("is empty; a trace begins with '# format: ", kFormat,
                       "', or with a line of column names"));
    }
    while (!csv_.AtEnd() && csv_.Peek() == '#') {
      const int line = csv_.line();
      const absl::string_view text = csv_.NextLine().substr(1);
      const absl::string_view stripped = absl::StripAsciiWhitespace(text);
      // The path of a setting holds no colon; its key does.
      const size_t skip = absl::StartsWith(stripped, kSetting) ? 8 : 0;
      const size_t colon = std::min(stripped.find(':', skip), stripped.size());
      comments_[std::string(
          absl::StripAsciiWhitespace(stripped.substr(0, colon)))] = {
          std::string(absl::StripAsciiWhitespace(
              stripped.substr(std::min(colon + 1, stripped.size())))),
          line};
    }
    const auto format = comments_.find("format");
    plain_ = format == comments_.end();
    if (!plain_ && format->second.value != kFormat) {
      return csv_.Error(format->second.line, 1,
                        absl::StrCat("format: got '", format->second.value,
                                     "'; allowed: ", kFormat));
    }
    for (const auto& [key, comment] : comments_) {
      absl::string_view path = key;
      if (!absl::ConsumePrefix(&path, kSetting)) continue;
      settings_.push_back(
          {std::string(path), behavior::CanonicalValue(comment.value)});
    }
    return ReadWeights();
  }

  absl::Status ReadWeights() {
    const auto weights = comments_.find("weights");
    if (weights == comments_.end()) return absl::OkStatus();
    trace_.weights_sha256 = weights->second.value;
    const std::string& hex = trace_.weights_sha256;
    if (hex.size() == 64 && std::all_of(hex.begin(), hex.end(), [](char c) {
          return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
        })) {
      return absl::OkStatus();
    }
    return csv_.Error(weights->second.line, 1,
                      absl::StrCat("weights: got '", hex,
                                   "'; 64 lower-case hexadecimal digits of a "
                                   "SHA-256 are needed"));
  }

  absl::Status ReadRow() {
    if (row_.count != layout_.columns.size()) {
      return csv_.Error(
          row_.line, row_.end_column,
          absl::StrCat("got ", row_.count, " fields; the columns are ",
                       layout_.columns.size()));
    }
    DYNARCH_ASSIGN_OR_RETURN(OpenSlice* const open, ReadKeys());
    TraceSlice& slice = trace_.slices[open->index];
    const size_t exits = trace_.exits.size();
    const size_t first = (slice.samples.size() - 1) * exits;
    classes_.assign(exits, -1);
    for (size_t i = 0; i < layout_.columns.size(); ++i) {
      DYNARCH_RETURN_IF_ERROR(ReadField(i, first, slice));
    }
    DYNARCH_RETURN_IF_ERROR(CheckLabel(first, slice));
    for (const int column : layout_.implied) {
      const bool reached = outcomes_[column - 1] != graph::kNotReached;
      outcomes_[column] = reached ? 0 : graph::kNotReached;
    }
    if (!outcomes_.empty()) slice.outcomes.Append(outcomes_);
    return absl::OkStatus();
  }

  // Split, type, settings, sample: finds the slice and adds the sample to it.
  absl::StatusOr<OpenSlice*> ReadKeys() {
    int64_t sample = rows_++;
    size_t sample_field = 0;
    key_.clear();
    for (size_t i = 0; i < layout_.columns.size(); ++i) {
      const Kind kind = layout_.columns[i].kind;
      if (kind == Kind::kSample) {
        DYNARCH_ASSIGN_OR_RETURN(sample, Integer(i));
        sample_field = i;
      } else if (kind == Kind::kSplit || kind == Kind::kDtype ||
                 kind == Kind::kSetting) {
        absl::StrAppend(&key_, row_.text(i), "\n");
      }
    }
    const auto known = slice_of_.find(key_);
    int slice = 0;
    if (known != slice_of_.end()) {
      slice = known->second;
    } else {
      DYNARCH_ASSIGN_OR_RETURN(slice, ReadSlice());
      slice_of_[key_] = slice;
    }
    if (AddSample(open_[slice], sample)) return &open_[slice];
    const TraceSlice& twice = trace_.slices[slice];
    return csv_.Error(
        row_.line, row_.column(sample_field),
        absl::StrCat("sample ", sample, " is there twice in split '",
                     twice.split, "' of ", NameOf(twice.dtype)));
  }

  // The slice of this row's keys, which were not written like this before.
  // Texts may differ and mean the same (0.5, 0.50).
  absl::StatusOr<int> ReadSlice() {
    TraceSlice slice;
    slice.split = "select";
    slice.settings = settings_;
    for (size_t i = 0; i < layout_.columns.size(); ++i) {
      const TraceColumn& column = layout_.columns[i];
      const absl::string_view text = row_.text(i);
      if (column.kind == Kind::kSplit) {
        if (text.empty()) return FieldError(i, "a split needs a name");
        slice.split = std::string(text);
      } else if (column.kind == Kind::kDtype) {
        const auto named = graph::DataTypeNamed(text);
        if (!named.has_value()) return FieldError(i, "fp32, fp16, int8");
        slice.dtype = *named;
      } else if (column.kind == Kind::kSetting && !text.empty()) {
        slice.settings.push_back({column.name, behavior::CanonicalValue(text)});
      }
    }
    std::sort(slice.settings.begin(), slice.settings.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    for (size_t s = 1; s < slice.settings.size(); ++s) {
      if (slice.settings[s - 1].path != slice.settings[s].path) continue;
      return csv_.Error(
          row_.line, 1,
          absl::StrCat("setting:", slice.settings[s].path, " is there twice"));
    }
    for (size_t s = 0; s < trace_.slices.size(); ++s) {
      const TraceSlice& other = trace_.slices[s];
      if (other.split == slice.split && other.dtype == slice.dtype &&
          other.settings == slice.settings) {
        return static_cast<int>(s);
      }
    }
    slice.outcomes = behavior::OutcomeRows(static_cast<int>(outcomes_.size()));
    trace_.slices.push_back(std::move(slice));
    open_.push_back({static_cast<int>(open_.size()), true, {}});
    return static_cast<int>(open_.size()) - 1;
  }

  // False if it is there already.
  bool AddSample(OpenSlice& open, int64_t sample) {
    std::vector<int64_t>& samples = trace_.slices[open.index].samples;
    const bool ascends = samples.empty() || sample > samples.back();
    if (open.ascends && !ascends) {
      open.ids.insert(samples.begin(), samples.end());
      open.ascends = false;
    }
    samples.push_back(sample);
    return open.ascends || open.ids.insert(sample).second;
  }

  absl::Status ReadField(size_t i, size_t first, TraceSlice& slice) {
    const TraceColumn& column = layout_.columns[i];
    const auto place = [&](auto& values) -> auto& {
      values.resize(first + trace_.exits.size());
      return values[first + column.index];
    };
    switch (column.kind) {
      case Kind::kClass: {
        DYNARCH_ASSIGN_OR_RETURN(const int64_t value, Integer(i));
        place(slice.predicted) = static_cast<int32_t>(value);
        classes_[column.index] = value;
        return absl::OkStatus();
      }
      case Kind::kSignal:
        return ReadSignal(i, column.signal, place(slice.signal(column.signal)));
      case Kind::kCorrect:
        return ReadFlag(i, place(slice.correct));
      case Kind::kTakenCorrect:
        slice.correct.push_back(0);
        return ReadFlag(i, slice.correct.back());
      case Kind::kTaken:
        return ReadTaken(i, slice);
      case Kind::kOutcome:
        return ReadOutcome(i, outcomes_[column.index]);
      default:
        return absl::OkStatus();
    }
  }

  absl::Status ReadSignal(size_t i, Signal signal, double& value) const {
    constexpr double kMost = std::numeric_limits<double>::max();
    const bool share =
        signal == Signal::kMaxProbability || signal == Signal::kMargin;
    const double high = share ? 1 : kMost;
    const double low = signal == Signal::kScore ? -kMost : 0;
    const absl::string_view text = row_.text(i);
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() &&
        value >= low && value <= high) {
      return absl::OkStatus();
    }
    return FieldError(i, share                      ? "a number from 0 to 1"
                         : signal == Signal::kScore ? "a number"
                                                    : "a number, 0 or more");
  }

  absl::Status ReadFlag(size_t i, uint8_t& value) const {
    const absl::string_view text = row_.text(i);
    if (text != "0" && text != "1") return FieldError(i, "0, 1");
    value = text == "1" ? 1 : 0;
    return absl::OkStatus();
  }

  absl::Status ReadTaken(size_t i, TraceSlice& slice) const {
    const absl::string_view text = row_.text(i);
    const auto found =
        std::find(trace_.exits.begin(), trace_.exits.end(), text);
    if (found != trace_.exits.end()) {
      slice.taken.push_back(static_cast<uint8_t>(found - trace_.exits.begin()));
      return absl::OkStatus();
    }
    const auto number = Integer(i);
    const auto exits = static_cast<int64_t>(trace_.exits.size());
    if (layout_.exits_by_number && number.ok() && *number >= 1 &&
        *number <= exits) {
      slice.taken.push_back(static_cast<uint8_t>(*number - 1));
      return absl::OkStatus();
    }
    return FieldError(
        i, absl::StrCat(NameList(trace_.exits),
                        layout_.exits_by_number
                            ? absl::StrCat(", or a number from 1 to ", exits)
                            : "",
                        DidYouMean(text, trace_.exits)));
  }

  absl::Status ReadOutcome(size_t i, int64_t& value) {
    const absl::string_view text = row_.text(i);
    if (text.empty()) {
      value = graph::kNotReached;
      return absl::OkStatus();
    }
    const int column = layout_.columns[i].index;
    auto& words = words_[column];
    const auto known = words.find(text);
    if (known != words.end()) {
      value = known->second;
      return absl::OkStatus();
    }
    DYNARCH_ASSIGN_OR_RETURN(value, OutcomeOf(i, column));
    // Of counts there may be as many as rows; words are few.
    if (words.size() < 4096) words.emplace(std::string(text), value);
    return absl::OkStatus();
  }

  absl::StatusOr<int64_t> OutcomeOf(size_t i, int column) const {
    const absl::string_view text = row_.text(i);
    if (!layout_.outcome_of[column].has_value()) return Integer(i);
    const graph::Decision& decision =
        network_->decisions()[*layout_.outcome_of[column]];
    // What programs write for a gate.
    if (decision.kind == graph::Decision::Kind::kSkip &&
        (text == "0" || text == "1")) {
      return text == "1" ? 1 : 0;
    }
    auto value = graph::ParseOutcome(decision, text);
    if (value.ok()) return value;
    return csv_.Error(
        row_.line, row_.column(i),
        absl::StrCat(layout_.columns[i].name, ": ", value.status().message()));
  }

  // Correctness and classes must agree, or follow from one another.
  absl::Status CheckLabel(size_t first, TraceSlice& slice) {
    if (!layout_.Has(Kind::kLabel)) return absl::OkStatus();
    const bool has_classes = layout_.Has(Kind::kClass);
    const bool has_correct = layout_.Has(Kind::kCorrect);
    int64_t label = 0;
    for (size_t i = 0; i < layout_.columns.size(); ++i) {
      if (layout_.columns[i].kind != Kind::kLabel) continue;
      DYNARCH_ASSIGN_OR_RETURN(label, Integer(i));
    }
    if (!has_classes) return absl::OkStatus();
    if (!has_correct) {
      slice.correct.resize(first + trace_.exits.size());
      for (size_t e = 0; e < trace_.exits.size(); ++e) {
        slice.correct[first + e] = classes_[e] == label ? 1 : 0;
      }
      return absl::OkStatus();
    }
    for (size_t i = 0; i < layout_.columns.size(); ++i) {
      const TraceColumn& column = layout_.columns[i];
      if (column.kind != Kind::kCorrect) continue;
      const bool right = classes_[column.index] == label;
      if (right == (slice.correct[first + column.index] != 0)) continue;
      return FieldError(
          i, absl::StrCat(right ? "1" : "0", ", for the class is ",
                          classes_[column.index], " and the label ", label));
    }
    return absl::OkStatus();
  }

  // A whole number in [0, 2^31).
  absl::StatusOr<int64_t> Integer(size_t i) const {
    const absl::string_view text = row_.text(i);
    int64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0 ||
        value > std::numeric_limits<int32_t>::max()) {
      return FieldError(i, "a whole number, 0 or more");
    }
    return value;
  }

  absl::Status FieldError(size_t i, absl::string_view allowed) const {
    return csv_.Error(row_.line, row_.column(i),
                      absl::StrCat(layout_.columns[i].name, ": got '",
                                   row_.text(i), "'; allowed: ", allowed));
  }

  // Types that the comment promises must be there.
  absl::Status CheckTypes() {
    const auto found = comments_.find("dtypes");
    if (found == comments_.end()) return absl::OkStatus();
    for (absl::string_view part : absl::StrSplit(found->second.value, ',')) {
      const absl::string_view name = absl::StripAsciiWhitespace(part);
      const bool is_there = std::any_of(
          trace_.slices.begin(), trace_.slices.end(),
          [name](const auto& slice) { return NameOf(slice.dtype) == name; });
      if (is_there) continue;
      return csv_.Error(
          found->second.line, 1,
          absl::StrCat("dtypes: names '", name, "', of which no row is there"));
    }
    return absl::OkStatus();
  }

  CsvReader csv_;
  const graph::Network* network_;
  bool plain_ = false;
  TraceComments comments_;
  std::vector<behavior::Setting> settings_;  // Of all rows.
  TraceLayout layout_;
  behavior::Trace trace_;
  // Of the row that is read.
  CsvFields row_;
  std::string key_;
  std::vector<int64_t> outcomes_;
  std::vector<int64_t> classes_;  // By exit.
  int64_t rows_ = 0;
  std::vector<OpenSlice> open_;                     // By slice.
  absl::flat_hash_map<std::string, int> slice_of_;  // Only looked up.
  // By column of outcomes: numbers of words.
  std::vector<absl::flat_hash_map<std::string, int64_t>> words_;
};

}  // namespace

absl::StatusOr<behavior::Trace> ReadTraceCsv(absl::string_view text,
                                             const std::string& file,
                                             const graph::Network* network) {
  DYNARCH_RETURN_IF_ERROR(CheckText(text, file));
  return TraceReader(text, file, network).Read();
}

absl::StatusOr<behavior::Trace> ReadTraceFile(const std::string& path,
                                              const graph::Network* network) {
  DYNARCH_ASSIGN_OR_RETURN(const std::string bytes,
                           ReadFile(path, kMaxTraceBytes));
  if (absl::EndsWith(path, ".npz")) return ReadTraceNpz(bytes, path, network);
  return ReadTraceCsv(bytes, path, network);
}

}  // namespace dynarch::io
