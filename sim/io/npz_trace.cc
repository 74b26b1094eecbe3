// Traces from NumPy archives.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/npz.h"

namespace dynarch::io {
namespace {

using behavior::Trace;
using graph::Signal;

class ArchiveReader {
 public:
  ArchiveReader(const std::vector<NpyArray>& arrays, const std::string& file,
                const graph::Network* network)
      : arrays_(arrays), file_(file), network_(network) {
    slice_.split = "select";
  }

  absl::StatusOr<Trace> Read() && {
    DYNARCH_RETURN_IF_ERROR(CheckNames());
    DYNARCH_RETURN_IF_ERROR(FindSizes());
    DYNARCH_RETURN_IF_ERROR(ReadSamples());
    const std::vector<std::pair<const char*, Signal>> signals = {
        {"confidence", Signal::kMaxProbability},
        {"max_probability", Signal::kMaxProbability},
        {"entropy", Signal::kEntropy},
        {"margin", Signal::kMargin},
        {"score", Signal::kScore}};
    for (const auto& [name, signal] : signals) {
      if (Find(name) == nullptr) continue;
      DYNARCH_RETURN_IF_ERROR(ReadSignal(*Find(name), signal));
    }
    DYNARCH_RETURN_IF_ERROR(ReadIntegers());
    DYNARCH_RETURN_IF_ERROR(ReadOutcomes());
    trace_.slices.push_back(std::move(slice_));
    return std::move(trace_);
  }

 private:
  template <typename... Parts>
  absl::Status Bad(const NpyArray& array, const Parts&... parts) const {
    return absl::InvalidArgumentError(
        absl::StrCat(file_, ": ", array.name, ": ", parts...));
  }
  template <typename... Parts>
  absl::Status BadFile(const Parts&... parts) const {
    return absl::InvalidArgumentError(absl::StrCat(file_, ": ", parts...));
  }

  const NpyArray* Find(const std::string& name) const {
    for (const NpyArray& array : arrays_) {
      if (array.name == name) return &array;
    }
    return nullptr;
  }

  absl::Status CheckNames() const {
    std::vector<std::string> known = {
        "confidence", "max_probability", "entropy", "margin",
        "score",      "predicted",       "class",   "correct",
        "exit",       "sample",          "label"};
    if (network_ != nullptr) {
      for (const graph::Decision& decision : network_->decisions()) {
        known.push_back(decision.name);
      }
    }
    for (const NpyArray& array : arrays_) {
      if (std::find(known.begin(), known.end(), array.name) != known.end()) {
        continue;
      }
      return Bad(array, "is unknown; arrays are ", NameList(known),
                 DidYouMean(array.name, known));
    }
    for (const auto& [one, other] :
         std::vector<std::pair<const char*, const char*>>{
             {"confidence", "max_probability"}, {"predicted", "class"}}) {
      if (Find(one) != nullptr && Find(other) != nullptr) {
        return Bad(*Find(other), "is there beside '", one,
                   "', which means the same");
      }
    }
    return absl::OkStatus();
  }

  static std::string ShapeOf(const NpyArray& array) {
    return absl::StrCat("[", absl::StrJoin(array.shape, ", "), "]");
  }

  // Samples and exits, from the arrays themselves.
  absl::Status FindSizes() {
    if (arrays_.empty()) return BadFile("holds no array");
    const NpyArray* by_exit = nullptr;
    for (const char* name : {"confidence", "max_probability", "entropy",
                             "margin", "score", "predicted", "class"}) {
      if (by_exit == nullptr) by_exit = Find(name);
    }
    if (Find("exit") != nullptr) {
      if (by_exit != nullptr) {
        return Bad(*by_exit,
                   "is there beside 'exit'; a trace of outcomes "
                   "holds the exit taken, no array per exit");
      }
      trace_.kind = Trace::Kind::kOutcomes;
    }
    const NpyArray& first = by_exit != nullptr        ? *by_exit
                            : Find("exit") != nullptr ? *Find("exit")
                                                      : arrays_.front();
    if (first.shape.empty() || first.shape[0] < 1) {
      return Bad(first, "has shape ", ShapeOf(first),
                 "; the first extent is the samples");
    }
    samples_ = first.shape[0];
    return FindExits(by_exit);
  }

  absl::Status FindExits(const NpyArray* by_exit) {
    if (network_ != nullptr) {
      for (const graph::Exit& exit : network_->exits()) {
        trace_.exits.push_back(exit.name);
      }
    } else {
      int64_t count = 1;
      if (by_exit != nullptr && by_exit->shape.size() == 2) {
        count = by_exit->shape[1];
      }
      if (const NpyArray* exit = Find("exit"); exit != nullptr) {
        for (const int64_t taken : exit->integers) {
          count = std::max(count, taken < graph::kMaxExits ? taken + 1 : count);
        }
      }
      if (count < 1 || count > graph::kMaxExits) {
        return BadFile("has ", count, " exits; 1 to ", graph::kMaxExits,
                       " are allowed");
      }
      for (int64_t e = 1; e <= count; ++e) {
        trace_.exits.push_back(absl::StrCat("exit", e));
      }
    }
    exits_ = static_cast<int64_t>(trace_.exits.size());
    return absl::OkStatus();
  }

  // [samples, exits]; [samples] where there is one exit.
  absl::Status CheckByExit(const NpyArray& array) const {
    const std::vector<int64_t> want = {samples_, exits_};
    const bool fits = array.shape == want ||
                      (exits_ == 1 && array.shape == std::vector{samples_});
    if (fits) return absl::OkStatus();
    return Bad(array, "has shape ", ShapeOf(array), "; [samples, exits] = [",
               samples_, ", ", exits_, "] is needed",
               network_ == nullptr
                   ? ""
                   : absl::StrCat(": network '", network_->name(), "' has ",
                                  exits_, " exits"));
  }

  absl::Status CheckBySample(const NpyArray& array) const {
    if (array.shape == std::vector{samples_}) return absl::OkStatus();
    return Bad(array, "has shape ", ShapeOf(array), "; [samples] = [", samples_,
               "] is needed");
  }

  // `ARRAY[3, 1]: got ...`
  absl::Status BadElement(const NpyArray& array, size_t i,
                          const std::string& got,
                          absl::string_view allowed) const {
    const auto place = static_cast<int64_t>(i);
    const std::string index = array.shape.size() < 2
                                  ? absl::StrCat(place)
                                  : absl::StrCat(place / array.shape[1], ", ",
                                                 place % array.shape[1]);
    return absl::InvalidArgumentError(absl::StrCat(file_, ": ", array.name, "[",
                                                   index, "]: got ", got,
                                                   "; allowed: ", allowed));
  }

  absl::Status CheckIntegers(const NpyArray& array, int64_t low,
                             int64_t high) const {
    if (!array.is_integer) return Bad(array, "integers or bool are needed");
    for (size_t i = 0; i < array.integers.size(); ++i) {
      const int64_t value = array.integers[i];
      if (value >= low && value <= high) continue;
      return BadElement(array, i, absl::StrCat(value),
                        absl::StrCat(low, " to ", high));
    }
    return absl::OkStatus();
  }

  absl::Status ReadSamples() {
    const NpyArray* array = Find("sample");
    if (array == nullptr) {
      for (int64_t i = 0; i < samples_; ++i) slice_.samples.push_back(i);
      return absl::OkStatus();
    }
    DYNARCH_RETURN_IF_ERROR(CheckBySample(*array));
    DYNARCH_RETURN_IF_ERROR(
        CheckIntegers(*array, 0, std::numeric_limits<int32_t>::max()));
    slice_.samples = array->integers;
    std::vector<int64_t> sorted = array->integers;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice == sorted.end()) return absl::OkStatus();
    return Bad(*array, "sample ", *twice, " is there twice");
  }

  absl::Status ReadSignal(const NpyArray& array, Signal signal) {
    DYNARCH_RETURN_IF_ERROR(CheckByExit(array));
    std::vector<double> values = array.numbers;
    if (array.is_integer) {
      values.assign(array.integers.begin(), array.integers.end());
    }
    constexpr double kMost = std::numeric_limits<double>::max();
    const bool share =
        signal == Signal::kMaxProbability || signal == Signal::kMargin;
    const double high = share ? 1 : kMost;
    const double low = signal == Signal::kScore ? -kMost : 0;
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] >= low && values[i] <= high) continue;
      return BadElement(array, i, absl::StrCat(values[i]),
                        share                      ? "a number from 0 to 1"
                        : signal == Signal::kScore ? "a number"
                                                   : "a number, 0 or more");
    }
    slice_.signal(signal) = std::move(values);
    return absl::OkStatus();
  }

  absl::Status ReadIntegers() {
    const NpyArray* predicted = Find("predicted");
    if (predicted == nullptr) predicted = Find("class");
    if (predicted != nullptr) {
      DYNARCH_RETURN_IF_ERROR(CheckByExit(*predicted));
      DYNARCH_RETURN_IF_ERROR(
          CheckIntegers(*predicted, 0, std::numeric_limits<int32_t>::max()));
      slice_.predicted.assign(predicted->integers.begin(),
                              predicted->integers.end());
    }
    if (const NpyArray* exit = Find("exit"); exit != nullptr) {
      DYNARCH_RETURN_IF_ERROR(CheckBySample(*exit));
      DYNARCH_RETURN_IF_ERROR(CheckIntegers(*exit, 0, exits_ - 1));
      slice_.taken.assign(exit->integers.begin(), exit->integers.end());
    }
    if (const NpyArray* correct = Find("correct"); correct != nullptr) {
      DYNARCH_RETURN_IF_ERROR(trace_.kind == Trace::Kind::kOutcomes
                                  ? CheckBySample(*correct)
                                  : CheckByExit(*correct));
      DYNARCH_RETURN_IF_ERROR(CheckIntegers(*correct, 0, 1));
      slice_.correct.assign(correct->integers.begin(), correct->integers.end());
    }
    return ReadLabel();
  }

  absl::Status ReadLabel() {
    const NpyArray* label = Find("label");
    if (label == nullptr) return absl::OkStatus();
    DYNARCH_RETURN_IF_ERROR(CheckBySample(*label));
    DYNARCH_RETURN_IF_ERROR(
        CheckIntegers(*label, 0, std::numeric_limits<int32_t>::max()));
    if (slice_.predicted.empty()) return absl::OkStatus();
    std::vector<uint8_t> right;
    for (size_t i = 0; i < slice_.predicted.size(); ++i) {
      right.push_back(slice_.predicted[i] == label->integers[i / exits_]);
    }
    if (slice_.correct.empty()) slice_.correct = right;
    for (size_t i = 0; i < right.size(); ++i) {
      if (right[i] == slice_.correct[i]) continue;
      return BadElement(
          *Find("correct"), i, absl::StrCat(slice_.correct[i]),
          absl::StrCat(right[i], ", for the class is ", slice_.predicted[i],
                       " and the label ", label->integers[i / exits_]));
    }
    return absl::OkStatus();
  }

  absl::Status ReadOutcomes() {
    if (network_ == nullptr) return absl::OkStatus();
    std::vector<const NpyArray*> columns;
    for (size_t d = 0; d < network_->decisions().size(); ++d) {
      const graph::Decision& decision = network_->decisions()[d];
      const NpyArray* array = Find(decision.name);
      if (array == nullptr) continue;
      const int count = network_->layout().count[d];
      const bool one = count == 1 && array->shape == std::vector{samples_};
      const bool all = array->shape == std::vector<int64_t>{samples_, count};
      const bool drops_none =
          count > 1 &&
          array->shape == std::vector<int64_t>{samples_, count - 1};
      if (!one && !all && !drops_none) {
        return Bad(*array, "has shape ", ShapeOf(*array), "; [", samples_, ", ",
                   count, "] is needed");
      }
      DYNARCH_RETURN_IF_ERROR(
          CheckIntegers(*array, graph::kNotReached, graph::kMaxElements));
      trace_.decisions.push_back({decision.name, count});
      columns.push_back(array);
    }
    if (columns.empty()) return absl::OkStatus();
    return Join(columns);
  }

  absl::Status Join(const std::vector<const NpyArray*>& columns) {
    int width = 0;
    for (const auto& decision : trace_.decisions) width += decision.columns;
    slice_.outcomes = behavior::OutcomeRows(width);
    graph::Outcomes row;
    for (int64_t i = 0; i < samples_; ++i) {
      row.clear();
      for (size_t d = 0; d < columns.size(); ++d) {
        const auto& values = columns[d]->integers;
        const auto given = static_cast<int64_t>(values.size()) / samples_;
        for (int64_t c = 0; c < given; ++c) {
          row.push_back(values[i * given + c]);
        }
        const bool reached = row.back() != graph::kNotReached;
        if (given < trace_.decisions[d].columns) {
          row.push_back(reached ? 0 : graph::kNotReached);
        }
      }
      slice_.outcomes.Append(row);
    }
    return absl::OkStatus();
  }

  const std::vector<NpyArray>& arrays_;
  const std::string& file_;
  const graph::Network* network_;
  int64_t samples_ = 0, exits_ = 0;
  Trace trace_;
  behavior::TraceSlice slice_;
};

}  // namespace

absl::StatusOr<Trace> ReadTraceNpz(absl::string_view bytes,
                                   const std::string& file,
                                   const graph::Network* network) {
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<NpyArray> arrays,
                           ReadNpz(bytes, file));
  return ArchiveReader(arrays, file, network).Read();
}

}  // namespace dynarch::io
