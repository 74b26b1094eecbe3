#include "sim/wire/trace_wire.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <cmath>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "dynarch/v1/trace.pb.h"
#include "sim/base/status_macros.h"
#include "sim/wire/network_wire.h"

namespace dynarch::wire {
namespace {

absl::Status Bad(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("trace artifact: ", what));
}

void WriteSlice(const behavior::TraceSlice& slice, v1::TraceSlice* message) {
  message->set_split(slice.split);
  message->set_dtype(ToMessage(slice.dtype));
  for (const int64_t sample : slice.samples) message->add_samples(sample);
  for (const behavior::ExitRecord& record : slice.records) {
    message->add_predicted(record.predicted);
    message->add_max_probability(record.max_probability);
    message->add_entropy(record.entropy);
    message->add_margin(record.margin);
    message->add_correct(record.correct);
  }
}

absl::Status CheckSizes(const v1::TraceSlice& message, int exits) {
  const int64_t want = int64_t{message.samples_size()} * exits;
  if (message.predicted_size() == want &&
      message.max_probability_size() == want &&
      message.entropy_size() == want && message.margin_size() == want &&
      message.correct_size() == want) {
    return absl::OkStatus();
  }
  return Bad(absl::StrCat("slice '", message.split(),
                          "': ", message.samples_size(), " samples of ", exits,
                          " exits need ", want, " records in every column"));
}

absl::Status CheckRecord(const behavior::ExitRecord& record) {
  const auto is_share = [](double x) { return x >= 0 && x <= 1; };
  if (is_share(record.max_probability) && is_share(record.margin) &&
      std::isfinite(record.entropy) && record.entropy >= 0 &&
      record.predicted >= 0) {
    return absl::OkStatus();
  }
  return Bad("a signal is outside its range");
}

absl::StatusOr<behavior::TraceSlice> ReadSlice(const v1::TraceSlice& message,
                                               int exits) {
  DYNARCH_RETURN_IF_ERROR(CheckSizes(message, exits));
  const auto dtype = DataTypeFrom(message.dtype());
  if (!dtype.has_value()) return Bad("a slice has no data type");
  if (message.samples().empty()) return Bad("a slice has no sample");
  behavior::TraceSlice slice;
  slice.split = message.split();
  slice.dtype = *dtype;
  slice.samples.assign(message.samples().begin(), message.samples().end());
  slice.records.reserve(message.predicted_size());
  for (int i = 0; i < message.predicted_size(); ++i) {
    slice.records.push_back({.predicted = message.predicted(i),
                             .max_probability = message.max_probability(i),
                             .entropy = message.entropy(i),
                             .margin = message.margin(i),
                             .correct = message.correct(i)});
    DYNARCH_RETURN_IF_ERROR(CheckRecord(slice.records.back()));
  }
  return slice;
}

}  // namespace

std::string EncodeTrace(const behavior::Trace& trace) {
  v1::Trace message;
  for (const std::string& name : trace.exits) message.add_exits(name);
  message.set_weights_sha256(trace.weights_sha256);
  for (const behavior::TraceSlice& slice : trace.slices) {
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

absl::StatusOr<behavior::Trace> DecodeTrace(absl::string_view bytes) {
  v1::Trace message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Bad("the bytes are not a trace message");
  }
  if (message.exits().empty()) return Bad("it has no exit");
  if (message.slices().empty()) return Bad("it has no sample");
  behavior::Trace trace;
  trace.exits.assign(message.exits().begin(), message.exits().end());
  trace.weights_sha256 = message.weights_sha256();
  std::set<std::pair<std::string, int>> seen;
  for (const v1::TraceSlice& slice : message.slices()) {
    if (!seen.emplace(slice.split(), slice.dtype()).second) {
      return Bad(absl::StrCat("slice '", slice.split(), "' is there twice"));
    }
    DYNARCH_ASSIGN_OR_RETURN(behavior::TraceSlice read,
                             ReadSlice(slice, message.exits_size()));
    trace.slices.push_back(std::move(read));
  }
  return trace;
}

}  // namespace dynarch::wire
