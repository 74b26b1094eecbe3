#include "sim/cost/transfer.h"

#include <cstdint>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/mul_div.h"
#include "sim/base/reason.h"
#include "sim/cost/all_models.h"

namespace dynarch::cost {
namespace {

constexpr int64_t kPicosecondsPerSecond = 1'000'000'000'000;
constexpr int64_t kAttojoulesPerFemtojoule = 1000;

}  // namespace

ModelVersion LinkModelVersion() { return {.name = "link", .version = 1}; }

absl::StatusOr<Cost> TransferCost(const platform::Link& link, Bytes bytes) {
  int64_t moving = 0;
  if (link.bandwidth.has_value()) {
    moving = MulDivCeil(bytes.value(), kPicosecondsPerSecond,
                        link.bandwidth->value());
  }
  const int64_t energy = MulDivCeil(bytes.value(), link.energy_per_byte.value(),
                                    kAttojoulesPerFemtojoule);
  if (moving > kMaxActivity || energy > kMaxActivity) {
    return Infeasible(
        reason::kActivityLimit,
        absl::StrCat(bytes.value(), " B over link '", link.name,
                     "' take more than 2^53 ps (2.5 h) or fJ (9 J)"));
  }
  return Cost{.time = link.latency + Picoseconds(moving),
              .energy = Femtojoules(energy),
              .bytes = bytes,
              .bound = Bound::kLink};
}

Cost SynchronizeCost(const platform::ProcessingElement& element) {
  Cost cost{.energy = Femtojoules(0), .bound = Bound::kOverhead};
  if (element.runtime.has_value() && element.runtime->synchronize.has_value()) {
    cost.time = *element.runtime->synchronize;
  } else if (const auto* mcu = std::get_if<platform::Mcu>(&element.kind)) {
    cost.time = mcu->roofline.synchronize;
  } else if (const auto* gpu = std::get_if<platform::Gpu>(&element.kind)) {
    cost.time = gpu->roofline.synchronize;
  } else if (const auto* array =
                 std::get_if<platform::Systolic>(&element.kind)) {
    cost.time = array->synchronize;
  }
  return cost;
}

int64_t CheckOps(graph::Signal signal, int64_t classes) {
  switch (signal) {
    case graph::Signal::kMaxProbability:
      return classes;
    case graph::Signal::kMargin:
      return 2 * classes;
    case graph::Signal::kEntropy:
      return 4 * classes;
    case graph::Signal::kScore:
      return classes;
  }
  return classes;
}

int64_t DecisionOps(const graph::Decision& decision, int64_t elements) {
  const bool experts = decision.kind == graph::Decision::Kind::kExperts;
  return experts ? elements * decision.top_k : elements;
}

absl::StatusOr<Cost> CheckCost(graph::Signal signal, int64_t classes,
                               const platform::Platform& platform,
                               int operating_point) {
  return CheckCost(CheckOps(signal, classes), classes, platform,
                   operating_point);
}

absl::StatusOr<Cost> CheckCost(int64_t ops, int64_t elements,
                               const platform::Platform& platform,
                               int operating_point) {
  graph::OperatorWork work;
  work.operator_class = graph::OperatorClass::kOther;
  work.vector_ops = ops;
  work.input_elements = elements;
  return FiringCost({.work = work,
                     .dtype = graph::DataType::kFp32,
                     .platform = platform,
                     .element = platform.host(),
                     .operating_point = operating_point});
}

}  // namespace dynarch::cost
