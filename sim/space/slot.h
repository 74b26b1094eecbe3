// Where a parameter's value goes: a typed field path, resolved once.
#ifndef DYNARCH_SIM_SPACE_SLOT_H_
#define DYNARCH_SIM_SPACE_SLOT_H_

#include <cstdint>

namespace dynarch::space {

struct Slot {
  enum class Target : uint8_t {
    kPlatform,        // `platform`
    kDataType,        // `network.dtype`
    kThreshold,       // `decisions.NAME.threshold`; index: decision
    kStageElement,    // `mapping.stages.NAME`; index: stage
    kOperatingPoint,  // `policy.operating_point`
    kPower,           // `policy.power`
  };
  Target target = Target::kPlatform;
  int index = 0;
  bool operator==(const Slot&) const = default;
};

}  // namespace dynarch::space

#endif  // DYNARCH_SIM_SPACE_SLOT_H_
