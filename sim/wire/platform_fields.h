// Fields that the conversions of platforms and runtimes share. Internal to
// `wire`.
#ifndef DYNARCH_SIM_WIRE_PLATFORM_FIELDS_H_
#define DYNARCH_SIM_WIRE_PLATFORM_FIELDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dynarch/v1/network.pb.h"
#include "sim/platform/platform.h"
#include "sim/wire/field_error.h"

namespace dynarch::wire {

// A decimal as a fraction. InvalidArgument, naming `path`, for what is no
// number, has more than 12 digits after the point or passes int64.
absl::StatusOr<platform::PerCycle> PerCycleFrom(const std::string& text,
                                                const std::string& path);
// Back again, exactly: denominators are powers of ten.
std::string DecimalText(const platform::PerCycle& rate);

// Messages number data types, operator and kernel classes from 1, in the order
// of the domain's enums, which number them from 0.
template <typename Enum>
absl::StatusOr<int> IndexOfEnum(Enum value, int count,
                                const std::string& path) {
  const int index = static_cast<int>(value) - 1;
  if (index < 0 || index >= count) return FieldError(path, "missing");
  return index;
}
template <typename Enum, typename Value>
Enum EnumOf(Value value) {
  return static_cast<Enum>(static_cast<int>(value) + 1);
}

// `rates.fp32` and the like: the path of an element of a list by enum.
inline std::string EnumPath(const std::string& path, absl::string_view name) {
  return absl::StrCat(path, ".", name);
}

// `int8`; `unspecified` for what is no type.
std::string NameOfType(v1::DataType dtype);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_PLATFORM_FIELDS_H_
