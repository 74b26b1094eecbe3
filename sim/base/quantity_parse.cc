#include "sim/base/quantity_parse.h"

#include <array>
#include <cstddef>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"

namespace dynarch {
namespace {

constexpr int64_t kKi = 1024;
constexpr int64_t kMi = 1024 * kKi;
constexpr int64_t kGi = 1024 * kMi;
constexpr int64_t kTi = 1024 * kGi;
using D = Dimension;

// text, dimension, factor, power of ten, printed. Units that only read (hours,
// bits, MACs) are converted: 1 MAC = 2 operations, 1 byte = 8 bits.
constexpr UnitName kUnits[] = {
    {"fs", D::kTime, 1, -3, false},
    {"ps", D::kTime, 1, 0, true},
    {"ns", D::kTime, 1, 3, true},
    {"us", D::kTime, 1, 6, true},
    {"ms", D::kTime, 1, 9, true},
    {"s", D::kTime, 1, 12, true},
    {"min", D::kTime, 60, 12, false},
    {"h", D::kTime, 3600, 12, false},
    {"Hz", D::kFrequency, 1, 0, true},
    {"kHz", D::kFrequency, 1, 3, true},
    {"MHz", D::kFrequency, 1, 6, true},
    {"GHz", D::kFrequency, 1, 9, true},
    {"B", D::kSize, 1, 0, true},
    {"kB", D::kSize, 1, 3, true},
    {"MB", D::kSize, 1, 6, true},
    {"GB", D::kSize, 1, 9, true},
    {"TB", D::kSize, 1, 12, true},
    {"KiB", D::kSize, kKi, 0, true},
    {"MiB", D::kSize, kMi, 0, true},
    {"GiB", D::kSize, kGi, 0, true},
    {"TiB", D::kSize, kTi, 0, true},
    {"B/s", D::kBandwidth, 1, 0, true},
    {"kB/s", D::kBandwidth, 1, 3, true},
    {"MB/s", D::kBandwidth, 1, 6, true},
    {"GB/s", D::kBandwidth, 1, 9, true},
    {"TB/s", D::kBandwidth, 1, 12, true},
    {"KiB/s", D::kBandwidth, kKi, 0, false},
    {"MiB/s", D::kBandwidth, kMi, 0, false},
    {"GiB/s", D::kBandwidth, kGi, 0, false},
    {"kbit/s", D::kBandwidth, 125, 0, false},
    {"Mbit/s", D::kBandwidth, 125, 3, false},
    {"Gbit/s", D::kBandwidth, 125, 6, false},
    {"nW", D::kPower, 1, 0, true},
    {"uW", D::kPower, 1, 3, true},
    {"mW", D::kPower, 1, 6, true},
    {"W", D::kPower, 1, 9, true},
    {"kW", D::kPower, 1, 12, true},
    {"fJ", D::kEnergy, 1, 0, true},
    {"pJ", D::kEnergy, 1, 3, true},
    {"nJ", D::kEnergy, 1, 6, true},
    {"uJ", D::kEnergy, 1, 9, true},
    {"mJ", D::kEnergy, 1, 12, true},
    {"J", D::kEnergy, 1, 15, true},
    {"aJ/op", D::kEnergyPerOp, 1, 0, true},
    {"fJ/op", D::kEnergyPerOp, 1, 3, true},
    {"pJ/op", D::kEnergyPerOp, 1, 6, true},
    {"nJ/op", D::kEnergyPerOp, 1, 9, true},
    {"fJ/MAC", D::kEnergyPerOp, 500, 0, false},
    {"pJ/MAC", D::kEnergyPerOp, 500, 3, false},
    {"nJ/MAC", D::kEnergyPerOp, 500, 6, false},
    {"aJ/B", D::kEnergyPerByte, 1, 0, true},
    {"fJ/B", D::kEnergyPerByte, 1, 3, true},
    {"pJ/B", D::kEnergyPerByte, 1, 6, true},
    {"nJ/B", D::kEnergyPerByte, 1, 9, true},
    {"fJ/bit", D::kEnergyPerByte, 8, 3, false},
    {"pJ/bit", D::kEnergyPerByte, 8, 6, false},
    {"nJ/bit", D::kEnergyPerByte, 8, 9, false},
    {"uV", D::kVoltage, 1, 0, true},
    {"mV", D::kVoltage, 1, 3, true},
    {"V", D::kVoltage, 1, 6, true},
    {"um2", D::kArea, 1, 0, true},
    {"mm2", D::kArea, 1, 6, true},
    {"op/s", D::kOpsPerSecond, 1, 0, true},
    {"kop/s", D::kOpsPerSecond, 1, 3, true},
    {"Mop/s", D::kOpsPerSecond, 1, 6, true},
    {"Gop/s", D::kOpsPerSecond, 1, 9, true},
    {"Top/s", D::kOpsPerSecond, 1, 12, true},
};

struct DimensionInfo {
  Dimension dimension;
  absl::string_view name;
  absl::string_view zero;     // how nothing is printed
  absl::string_view example;  // for messages
  int base_exponent;          // base unit = 10^base_exponent SI units
};

constexpr DimensionInfo kDimensions[] = {
    {D::kTime, "time", "0 s", "33 ms", -12},
    {D::kFrequency, "frequency", "0 Hz", "1.3 GHz", 0},
    {D::kSize, "size", "0 B", "512 KiB", 0},
    {D::kBandwidth, "bandwidth", "0 B/s", "25.6 GB/s", 0},
    {D::kPower, "power", "0 W", "15 mW", -9},
    {D::kEnergy, "energy", "0 J", "2 mJ", -15},
    {D::kEnergyPerOp, "energy per operation", "0 pJ/op", "1.5 pJ/op", -18},
    {D::kEnergyPerByte, "energy per byte", "0 pJ/B", "12 pJ/B", -18},
    {D::kVoltage, "voltage", "0 V", "0.9 V", -6},
    {D::kArea, "area", "0 mm2", "1.2 mm2", -12},
    {D::kOpsPerSecond, "operations per second", "0 op/s", "2 Gop/s", 0},
};

const DimensionInfo& InfoOf(Dimension dimension) {
  return kDimensions[static_cast<size_t>(dimension)];
}

std::string AllowedUnits(Dimension dimension) {
  return absl::StrCat("one of ", NameList(UnitNames(dimension)), ", as in '",
                      InfoOf(dimension).example, "'");
}

// Both code points for a micro sign, and the two ways to write a square.
std::string PlainUnit(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\xC2\xB5", "u"},
                                    {"\xCE\xBC", "u"},
                                    {"m\xC2\xB2", "m2"},
                                    {"m^2", "m2"}});
}

absl::Status UnitError(absl::string_view text, absl::string_view unit,
                       Dimension dimension) {
  const absl::string_view name = InfoOf(dimension).name;
  if (unit.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' has no unit; a value of ", name, " needs ",
                     AllowedUnits(dimension)));
  }
  if (const UnitName* other = FindUnit(unit); other != nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "': ", unit, " is a unit of ",
                     DimensionName(other->dimension), ", but ", name,
                     " is needed, in ", AllowedUnits(dimension)));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "'", text, "': unknown unit '", unit, "'; ", name, " is written in ",
      AllowedUnits(dimension), DidYouMean(unit, UnitNames(dimension))));
}

// Number and unit of "33 ms".
std::pair<absl::string_view, absl::string_view> Split(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  const size_t length = NumberPrefixLength(text);
  return {text.substr(0, length),
          absl::StripAsciiWhitespace(text.substr(length))};
}

absl::StatusOr<int64_t> ToBaseUnits(absl::string_view text,
                                    const Decimal& number,
                                    const UnitName& unit) {
  DYNARCH_ASSIGN_OR_RETURN(const Decimal product, number.Times(unit.factor));
  const auto value = product.ToScaledInt(unit.exponent);
  if (value.ok()) return value;
  const DimensionInfo& info = InfoOf(unit.dimension);
  if (absl::IsOutOfRange(value.status())) {
    return absl::OutOfRangeError(
        absl::StrCat("'", text, "' is too large; ", info.name, " is at most ",
                     FormatQuantity(INT64_MAX, unit.dimension)));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "'", text, "' is finer than the smallest ", info.name, ", ",
      FormatQuantity(1, unit.dimension), "; give a whole number of those"));
}

// `value` in `unit` as an exact decimal of at most three more places than a
// whole number of base units needs; nullopt-like false if there is none.
bool ExactIn(const UnitName& unit, int64_t value, Decimal& number) {
  absl::int128 scaled = value;
  for (int places = 0; places <= 3; ++places) {
    if (scaled % unit.factor == 0) {
      const absl::int128 quotient = scaled / unit.factor;
      if (quotient > INT64_MAX || quotient < INT64_MIN) return false;
      const auto exact =
          Decimal::Of(static_cast<int64_t>(quotient), -places - unit.exponent);
      if (!exact.ok()) return false;
      number = *exact;
      return true;
    }
    scaled *= 10;
  }
  return false;
}

// Whether the number is one that people like to read.
bool InReadableRange(const UnitName& unit, int64_t value) {
  absl::int128 magnitude = value;
  if (magnitude < 0) magnitude = -magnitude;
  absl::int128 one = unit.factor;
  for (int i = 0; i < unit.exponent; ++i) one *= 10;
  return magnitude >= one && magnitude < one * (unit.factor == 1 ? 1000 : 1024);
}

}  // namespace

absl::string_view DimensionName(Dimension dimension) {
  return InfoOf(dimension).name;
}

int BaseUnitExponent(Dimension dimension) {
  return InfoOf(dimension).base_exponent;
}

absl::Span<const UnitName> AllUnits() { return kUnits; }

const UnitName* FindUnit(absl::string_view text) {
  const std::string plain = PlainUnit(text);
  for (const UnitName& unit : kUnits) {
    if (unit.text == plain) return &unit;
  }
  return nullptr;
}

std::vector<std::string> UnitNames(Dimension dimension) {
  std::vector<std::string> names;
  for (const UnitName& unit : kUnits) {
    if (unit.dimension == dimension) names.emplace_back(unit.text);
  }
  return names;
}

absl::StatusOr<int64_t> ParseQuantity(absl::string_view text,
                                      Dimension dimension) {
  const auto [digits, unit_text] = Split(text);
  if (digits.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is no ", DimensionName(dimension),
                     "; write a number and a unit, ", AllowedUnits(dimension)));
  }
  const UnitName* unit = FindUnit(unit_text);
  if (unit == nullptr || unit->dimension != dimension) {
    return UnitError(text, unit_text, dimension);
  }
  DYNARCH_ASSIGN_OR_RETURN(const Decimal number, Decimal::Parse(digits));
  if (number.negative()) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is negative; ",
                                                   DimensionName(dimension),
                                                   " is 0 or more"));
  }
  return ToBaseUnits(text, number, *unit);
}

absl::StatusOr<Decimal> ParseRatio(absl::string_view text) {
  const auto [digits, unit] = Split(text);
  if (digits.empty() || (!unit.empty() && unit != "%")) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is no share; write '0.1 %' or '0.001'"));
  }
  DYNARCH_ASSIGN_OR_RETURN(const Decimal number, Decimal::Parse(digits));
  if (unit.empty()) return number;
  return Decimal::Of(number.mantissa(), number.exponent() - 2);
}

std::string FormatQuantity(int64_t value, Dimension dimension) {
  if (value == 0) return std::string(InfoOf(dimension).zero);
  std::string best;
  bool best_readable = false;
  for (const UnitName& unit : kUnits) {
    Decimal number;
    if (unit.dimension != dimension || !unit.printed ||
        !ExactIn(unit, value, number)) {
      continue;
    }
    const std::string text = absl::StrCat(number.ToString(), " ", unit.text);
    const bool readable = InReadableRange(unit, value);
    // Where no unit is readable the value is large: the larger unit wins ties.
    const bool shorter =
        text.size() < best.size() || (!readable && text.size() == best.size());
    const bool better = best.empty() || (readable && !best_readable) ||
                        (readable == best_readable && shorter);
    if (better) {
      best = text;
      best_readable = readable;
    }
  }
  return best;
}

}  // namespace dynarch
