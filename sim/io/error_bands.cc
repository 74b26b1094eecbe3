#include "sim/io/error_bands.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "sim/base/status_macros.h"
#include "sim/io/csv.h"
#include "sim/io/file.h"

namespace dynarch::io {
namespace {

constexpr absl::string_view kColumns =
    "model,element_class,dtype,points,p10,p90";
constexpr size_t kColumnCount = 6;

absl::Status CheckHeading(const CsvReader& reader, const CsvRow& row) {
  const std::string heading = absl::StrJoin(
      row.fields, ",",
      [](std::string* out, const CsvField& f) { out->append(f.text); });
  if (heading == kColumns) return absl::OkStatus();
  return reader.Error(row.line, 1,
                      absl::StrCat("the columns are '", heading,
                                   "'; they must be '", kColumns, "'"));
}

absl::StatusOr<ErrorBand> BandOf(const CsvReader& reader, const CsvRow& row) {
  const auto& fields = row.fields;
  if (fields.size() != kColumnCount) {
    return reader.Error(
        row.line, row.end_column,
        absl::StrCat("got ", fields.size(), " fields; must be ", kColumnCount));
  }
  ErrorBand band{fields[0].text, fields[1].text, fields[2].text};
  if (!absl::SimpleAtoi(fields[3].text, &band.points) || band.points < 0) {
    return reader.Error(row.line, fields[3].column,
                        absl::StrCat("points: got '", fields[3].text,
                                     "'; must be a whole number >= 0"));
  }
  const bool numbers = absl::SimpleAtod(fields[4].text, &band.p10) &&
                       absl::SimpleAtod(fields[5].text, &band.p90);
  if (!numbers || !(band.p10 > 0) || !(band.p90 >= band.p10)) {
    return reader.Error(
        row.line, fields[4].column,
        absl::StrCat("p10 and p90: got '", fields[4].text, "' and '",
                     fields[5].text, "'; must be 0 < p10 <= p90"));
  }
  return band;
}

}  // namespace

absl::StatusOr<std::vector<ErrorBand>> ReadErrorBands(const std::string& path) {
  std::vector<ErrorBand> bands;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return bands;
  DYNARCH_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  CsvReader reader(text, path);
  std::set<std::tuple<std::string, std::string, std::string>> keys;
  bool heading = true;
  while (!reader.AtEnd()) {
    DYNARCH_ASSIGN_OR_RETURN(const CsvRow row, reader.Next());
    if (std::exchange(heading, false)) {
      DYNARCH_RETURN_IF_ERROR(CheckHeading(reader, row));
      continue;
    }
    DYNARCH_ASSIGN_OR_RETURN(ErrorBand band, BandOf(reader, row));
    if (!keys.emplace(band.model, band.element_class, band.dtype).second) {
      return reader.Error(row.line, 1,
                          absl::StrCat(band.model, ", ", band.element_class,
                                       ", ", band.dtype, ": is given twice"));
    }
    bands.push_back(std::move(band));
  }
  return bands;
}

std::string BandText(const std::vector<ErrorBand>& bands,
                     absl::string_view model, absl::string_view element_class,
                     absl::string_view dtype) {
  const auto band =
      std::find_if(bands.begin(), bands.end(), [&](const ErrorBand& row) {
        return row.model == model && row.element_class == element_class &&
               row.dtype == dtype;
      });
  if (band == bands.end() || band->points < kLeastBandPoints) {
    return "unvalidated";
  }
  return absl::StrFormat("%.2f to %.2f (%d points)", band->p10, band->p90,
                         band->points);
}

}  // namespace dynarch::io
