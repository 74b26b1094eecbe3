#include "sim/wire/trace_wire.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "dynarch/v1/trace.pb.h"
#include "sim/base/status_macros.h"
#include "sim/wire/network_wire.h"

namespace dynarch::wire {
namespace {

using behavior::Trace;
using behavior::TraceSlice;
using graph::Signal;

absl::Status Bad(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("trace artifact: ", what));
}

google::protobuf::RepeatedField<double>* ColumnOf(Signal signal,
                                                  v1::TraceSlice* message) {
  switch (signal) {
    case Signal::kMaxProbability:
      return message->mutable_max_probability();
    case Signal::kEntropy:
      return message->mutable_entropy();
    case Signal::kMargin:
      return message->mutable_margin();
    case Signal::kScore:
      return message->mutable_score();
  }
  return nullptr;
}

void WriteSlice(const TraceSlice& slice, v1::TraceSlice* message) {
  message->set_split(slice.split);
  message->set_dtype(ToMessage(slice.dtype));
  for (const behavior::Setting& setting : slice.settings) {
    v1::TraceSetting* written = message->add_settings();
    written->set_path(setting.path);
    written->set_value(setting.value);
  }
  *message->mutable_samples() = {slice.samples.begin(), slice.samples.end()};
  *message->mutable_predicted() = {slice.predicted.begin(),
                                   slice.predicted.end()};
  *message->mutable_correct() = {slice.correct.begin(), slice.correct.end()};
  for (int s = 0; s < behavior::kSignalCount; ++s) {
    const std::vector<double>& values = slice.signals[s];
    *ColumnOf(static_cast<Signal>(s), message) = {values.begin(), values.end()};
  }
  message->set_taken(slice.taken.data(), slice.taken.size());
  if (slice.outcomes.columns() == 0) return;
  const auto cells = slice.outcomes.cells();
  message->set_outcomes(cells.data(), cells.size());
  message->set_outcome_cell_bytes(slice.outcomes.cell_bytes());
}

// What every slice of a trace has to hold.
class SliceReader {
 public:
  explicit SliceReader(const Trace& trace) : trace_(trace) {
    for (const behavior::TracedDecision& decision : trace.decisions) {
      columns_ += decision.columns;
    }
  }

  absl::StatusOr<TraceSlice> Read(v1::TraceSlice& message) {
    const auto dtype = DataTypeFrom(message.dtype());
    if (!dtype.has_value()) return Bad("a slice has no data type");
    if (message.samples().empty()) return Bad("a slice has no sample");
    TraceSlice slice;
    slice.split = message.split();
    slice.dtype = *dtype;
    slice.samples.assign(message.samples().begin(), message.samples().end());
    const int64_t samples = message.samples_size();
    const auto exits = static_cast<int64_t>(trace_.exits.size());
    const bool holds_signals = trace_.kind == Trace::Kind::kSignals;
    const int64_t records = holds_signals ? samples * exits : 0;
    DYNARCH_RETURN_IF_ERROR(ReadSettings(message, slice));
    DYNARCH_RETURN_IF_ERROR(
        CheckSize(message, "predicted", message.predicted_size(), records));
    DYNARCH_RETURN_IF_ERROR(CheckSize(message, "correct",
                                      message.correct_size(),
                                      holds_signals ? records : samples));
    slice.correct.assign(message.correct().begin(), message.correct().end());
    for (const int32_t predicted : message.predicted()) {
      if (predicted < 0) return Bad("a class is negative");
      slice.predicted.push_back(predicted);
    }
    for (int s = 0; s < behavior::kSignalCount; ++s) {
      DYNARCH_RETURN_IF_ERROR(
          ReadSignal(static_cast<Signal>(s), records, message, slice));
    }
    DYNARCH_RETURN_IF_ERROR(ReadTaken(message, slice));
    DYNARCH_RETURN_IF_ERROR(ReadOutcomes(message, slice));
    return slice;
  }

 private:
  // A column is whole or not there.
  static absl::Status CheckSize(const v1::TraceSlice& message,
                                absl::string_view column, int64_t size,
                                int64_t want) {
    if (size == 0 || size == want) return absl::OkStatus();
    return Bad(absl::StrCat("slice '", message.split(), "': ", column, " has ",
                            size, " values; its ", message.samples_size(),
                            " samples need ", want));
  }

  static absl::Status ReadSettings(const v1::TraceSlice& message,
                                   TraceSlice& slice) {
    for (const v1::TraceSetting& setting : message.settings()) {
      if (!slice.settings.empty() &&
          slice.settings.back().path >= setting.path()) {
        return Bad("settings are not in order of their paths");
      }
      slice.settings.push_back({setting.path(), setting.value()});
    }
    return absl::OkStatus();
  }

  static absl::Status ReadSignal(Signal signal, int64_t records,
                                 v1::TraceSlice& message, TraceSlice& slice) {
    const auto& column = *ColumnOf(signal, &message);
    DYNARCH_RETURN_IF_ERROR(
        CheckSize(message, NameOf(signal), column.size(), records));
    double low = 0, high = 1;
    if (signal == Signal::kEntropy) high = std::numeric_limits<double>::max();
    if (signal == Signal::kScore) {
      high = std::numeric_limits<double>::max();
      low = -high;
    }
    for (const double value : column) {
      if (value >= low && value <= high) continue;
      return Bad("a signal is outside its range");
    }
    slice.signal(signal).assign(column.begin(), column.end());
    return absl::OkStatus();
  }

  absl::Status ReadTaken(const v1::TraceSlice& message,
                         TraceSlice& slice) const {
    const bool is_needed = trace_.kind == Trace::Kind::kOutcomes;
    if (message.taken().size() != (is_needed ? slice.samples.size() : 0)) {
      return Bad(absl::StrCat("slice '", message.split(), "': exits taken are ",
                              message.taken().size(), ", samples ",
                              slice.samples.size()));
    }
    for (const char taken : message.taken()) {
      slice.taken.push_back(static_cast<uint8_t>(taken));
      if (slice.taken.back() < trace_.exits.size()) continue;
      return Bad("an exit taken is beyond the exits");
    }
    return absl::OkStatus();
  }

  absl::Status ReadOutcomes(const v1::TraceSlice& message,
                            TraceSlice& slice) const {
    if (columns_ == 0 && message.outcomes().empty()) return absl::OkStatus();
    const auto* bytes =
        reinterpret_cast<const uint8_t*>(message.outcomes().data());
    auto outcomes = behavior::OutcomeRows::FromCells(
        columns_, message.outcome_cell_bytes(), message.samples_size(),
        {bytes, message.outcomes().size()});
    if (!outcomes.ok()) return Bad(outcomes.status().message());
    slice.outcomes = *std::move(outcomes);
    return absl::OkStatus();
  }

  const Trace& trace_;
  int columns_ = 0;
};

absl::Status ReadDecisions(const v1::Trace& message, Trace& trace) {
  // Beyond this a row of outcomes is no longer addressed by an int.
  constexpr int64_t kMaxColumns = 1 << 20;
  int64_t columns = 0;
  for (const v1::TracedDecision& decision : message.decisions()) {
    columns += decision.columns();
    if (decision.columns() < 1 || columns > kMaxColumns) {
      return Bad("a decision has no column, or too many");
    }
    trace.decisions.push_back({decision.name(), decision.columns()});
  }
  return absl::OkStatus();
}

// Slices with the same settings, split and type.
bool IsSame(const TraceSlice& a, const TraceSlice& b) {
  return a.split == b.split && a.dtype == b.dtype && a.settings == b.settings;
}

}  // namespace

std::string EncodeTrace(const Trace& trace) {
  v1::Trace message;
  for (const std::string& name : trace.exits) message.add_exits(name);
  message.set_weights_sha256(trace.weights_sha256);
  // Signals are what an absent kind means, so that artifacts keep their
  // address.
  if (trace.kind == Trace::Kind::kOutcomes)
    message.set_kind(v1::Trace::OUTCOMES);
  for (const behavior::TracedDecision& decision : trace.decisions) {
    v1::TracedDecision* written = message.add_decisions();
    written->set_name(decision.name);
    written->set_columns(decision.columns);
  }
  for (const TraceSlice& slice : trace.slices) {
    WriteSlice(slice, message.add_slices());
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream out(&bytes);
    google::protobuf::io::CodedOutputStream coded(&out);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

absl::StatusOr<Trace> DecodeTrace(absl::string_view bytes) {
  v1::Trace message;
  if (bytes.size() > std::numeric_limits<int>::max() ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Bad("the bytes are not a trace message");
  }
  if (message.exits().empty()) return Bad("it has no exit");
  if (message.exits_size() > graph::kMaxExits) return Bad("too many exits");
  if (message.slices().empty()) return Bad("it has no sample");
  Trace trace;
  trace.kind = message.kind() == v1::Trace::OUTCOMES ? Trace::Kind::kOutcomes
                                                     : Trace::Kind::kSignals;
  trace.exits.assign(message.exits().begin(), message.exits().end());
  trace.weights_sha256 = message.weights_sha256();
  DYNARCH_RETURN_IF_ERROR(ReadDecisions(message, trace));
  SliceReader reader(trace);
  for (v1::TraceSlice& slice : *message.mutable_slices()) {
    DYNARCH_ASSIGN_OR_RETURN(TraceSlice read, reader.Read(slice));
    for (const TraceSlice& other : trace.slices) {
      if (IsSame(other, read)) {
        return Bad(absl::StrCat("slice '", read.split, "' is there twice"));
      }
    }
    trace.slices.push_back(std::move(read));
  }
  return trace;
}

}  // namespace dynarch::wire
