#include "server/store/store.h"

#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace dynarch::store {

// Rows hold the bytes of the columns as they came.
static_assert(std::endian::native == std::endian::little,
              "stored doubles are little-endian");

void CopyMetrics(absl::string_view bytes, absl::Span<double> values) {
  std::memcpy(values.data(), bytes.data(), bytes.size());
}

std::vector<double> MetricsOf(absl::string_view bytes) {
  std::vector<double> values(bytes.size() / sizeof(double));
  if (!values.empty()) CopyMetrics(bytes, absl::MakeSpan(values));
  return values;
}

std::string RangesText(absl::Span<const space::IndexRange> ranges) {
  return absl::StrJoin(ranges, ",", [](std::string* out, const auto& range) {
    absl::StrAppend(out, range.begin, "-", range.end);
  });
}

int64_t CountOf(absl::Span<const space::IndexRange> ranges) {
  int64_t count = 0;
  for (const space::IndexRange& range : ranges) count += range.size();
  return count;
}

absl::Status CheckShape(const BatchRows& batch) {
  const size_t count = CountOf(batch.ranges);
  if (batch.states.size() != count || batch.reason_codes.size() != count ||
      batch.metrics.size() != count * batch.metric_count) {
    return absl::InvalidArgumentError(
        absl::StrCat("batch: ranges name ", count, " candidates of ",
                     batch.metric_count, " metrics; got ", batch.states.size(),
                     " states, ", batch.reason_codes.size(),
                     " reason_codes and ", batch.metrics.size(), " metrics"));
  }
  for (const char code : batch.reason_codes) {
    const size_t index = static_cast<uint8_t>(code);
    if (index != 0 && index >= batch.reasons.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("batch.reason_codes: got ", index, "; there are ",
                       batch.reasons.size(), " reasons"));
    }
  }
  return absl::OkStatus();
}

}  // namespace dynarch::store
