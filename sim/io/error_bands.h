// How far the predictions of each model were off, as `dynarch validate` found
// it: the table that is printed beside predictions (docs/semantics.md, 8).
#ifndef DYNARCH_SIM_IO_ERROR_BANDS_H_
#define DYNARCH_SIM_IO_ERROR_BANDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dynarch::io {

// Points that a band needs; with fewer, a model is `unvalidated`.
inline constexpr int kLeastBandPoints = 8;

// 10th and 90th percentile of measured / predicted latency over measurements
// not used for fitting.
struct ErrorBand {
  std::string model;          // `mcu@1`
  std::string element_class;  // `cpu`, `mcu`, `gpu`, ...
  std::string dtype;
  int points = 0;
  double p10 = 0;
  double p90 = 0;
};

// Of a CSV file with the columns model, element_class, dtype, points, p10, p90
// in that order. None if there is no such file. InvalidArgument, with the
// line: other columns, a number that is none, percentiles that are not > 0 and
// ascending, a key twice.
absl::StatusOr<std::vector<ErrorBand>> ReadErrorBands(const std::string& path);

// `0.91 to 1.13 (23 points)`; `unvalidated` without a row or with too few
// points.
std::string BandText(const std::vector<ErrorBand>& bands,
                     absl::string_view model, absl::string_view element_class,
                     absl::string_view dtype);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_ERROR_BANDS_H_
