// Where a parameter's value goes: a typed field path, resolved once.
#ifndef DYNARCH_SIM_SPACE_SLOT_H_
#define DYNARCH_SIM_SPACE_SLOT_H_

#include <cstdint>

namespace dynarch::space {

struct Slot {
  enum class Target : uint8_t {
    kPlatform,        // `platform`
    kDataType,        // `network.dtype`
    kThreshold,       // `decisions.NAME.threshold`; index: exit, or kAll
    kKnob,            // `decisions.NAME.KNOB`; index: decision that is no exit
    kPatience,        // `network.exit_rule.patience`
    kControl,         // `behavior.control`
    kStageElement,    // `mapping.stages.NAME`; index: stage
    kOperatingPoint,  // `policy.operating_point`
    kPower,           // `policy.power`
  };
  // Every exit but the last: `decisions.*.threshold`.
  static constexpr int kAll = -1;
  Target target = Target::kPlatform;
  int index = 0;
  bool operator==(const Slot&) const = default;
};

}  // namespace dynarch::space

#endif  // DYNARCH_SIM_SPACE_SLOT_H_
