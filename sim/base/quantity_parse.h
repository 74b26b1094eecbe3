// Quantities as text: "33 ms", "25.6 GB/s", "512 KiB", "12 pJ/B".
//
// A quantity is read into the exact integer of its dimension's base unit, and
// printed back exactly. The one table of units is in quantity_parse.cc.
#ifndef DYNARCH_SIM_BASE_QUANTITY_PARSE_H_
#define DYNARCH_SIM_BASE_QUANTITY_PARSE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sim/base/decimal.h"

namespace dynarch {

// What a quantity measures, with its base unit (sim/base/units.h).
enum class Dimension {
  kTime,           // ps
  kFrequency,      // Hz
  kSize,           // byte
  kBandwidth,      // byte per second
  kPower,          // nW
  kEnergy,         // fJ
  kEnergyPerOp,    // aJ per operation; 1 MAC = 2 operations
  kEnergyPerByte,  // aJ per byte
  kVoltage,        // uV
  kArea,           // square micron
  kOpsPerSecond,   // operation per second
};

// "time", "energy per byte", ...
absl::string_view DimensionName(Dimension dimension);

// One way to write a quantity.
struct UnitName {
  absl::string_view text;  // "GB/s"
  Dimension dimension;
  int64_t factor;  // one of it = factor x 10^exponent base units
  int exponent;    // negative where the unit is below the base unit
  bool printed;    // FormatQuantity may use it
};

// All units, dimension by dimension.
absl::Span<const UnitName> AllUnits();

// The unit written `text`, or nullptr. "µ" and "u" are the same prefix.
const UnitName* FindUnit(absl::string_view text);

// Texts of the units of `dimension`, for messages.
std::vector<std::string> UnitNames(Dimension dimension);

// Power of ten of the base unit in SI: -12 for time (ps).
int BaseUnitExponent(Dimension dimension);

// Reads "NUMBER UNIT" (the space may be missing) into base units.
// Errors name what came and the allowed units:
//   InvalidArgument  no number, no unit, a unit of another dimension, unknown
//                    unit (with the nearest one), negative, or not a whole
//                    number of base units ("0.5 ps").
//   OutOfRange       beyond int64.
absl::StatusOr<int64_t> ParseQuantity(absl::string_view text,
                                      Dimension dimension);

// Reads a share: "0.1 %" or "0.001", exactly.
absl::StatusOr<Decimal> ParseRatio(absl::string_view text);

// The shortest exact text with a number in [1, 1000) ([1, 1024) with binary
// units) where there is one: 33'000'000'000 ps is "33 ms", 524'288 B is
// "512 KiB". ParseQuantity reads it back to the same integer.
std::string FormatQuantity(int64_t value, Dimension dimension);

}  // namespace dynarch

#endif  // DYNARCH_SIM_BASE_QUANTITY_PARSE_H_
