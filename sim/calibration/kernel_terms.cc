#include "sim/calibration/kernel_terms.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/cost/kernels.h"

namespace dynarch::calibration {
namespace {

constexpr double kPicosecond = 1e-12;
constexpr double kPicocycle = 1e-12;
// Coefficients of the probes: so large that no memory keeps up, so small that
// no firing passes the largest activity.
constexpr platform::Picocycles kLarge{100'000'000'000'000};
constexpr platform::Picocycles kHalf{50'000'000'000'000};

std::array<platform::Picocycles*, kCoefficientCount> FieldsOf(
    platform::Kernel* kernel) {
  return {&kernel->per_mac,    &kernel->per_op,    &kernel->per_output,
          &kernel->per_window, &kernel->per_input, &kernel->per_weight,
          &kernel->per_call};
}

// The situation with every coefficient the same and no overhead.
absl::StatusOr<Situation> Probe(const Situation& situation,
                                platform::Picocycles coefficient) {
  platform::PlatformParts parts = situation.platform->parts();
  platform::Runtime& runtime =
      *parts.elements[situation.placement.element].runtime;
  runtime.call_overhead = Picoseconds(0);
  for (platform::RuntimeType& type : runtime.types) {
    for (platform::Kernel& kernel : type.kernels) {
      for (platform::Picocycles* field : FieldsOf(&kernel)) {
        *field = coefficient;
      }
    }
  }
  Situation probe = situation;
  DYNARCH_ASSIGN_OR_RETURN(platform::Platform platform,
                           platform::Platform::Create(std::move(parts)));
  probe.platform =
      std::make_shared<const platform::Platform>(std::move(platform));
  return probe;
}

double Seconds(const cost::ActorCost& actor) {
  return static_cast<double>(actor.one.time.value()) * kPicosecond;
}

std::array<double, kCoefficientCount> Counts(const cost::KernelCounts& counts) {
  return {static_cast<double>(counts.macs),
          static_cast<double>(counts.ops),
          static_cast<double>(counts.outputs),
          static_cast<double>(counts.windows),
          static_cast<double>(counts.inputs),
          static_cast<double>(counts.weights),
          1.0};
}

double Sum(const std::array<double, kCoefficientCount>& counts) {
  double sum = 0;
  for (const double count : counts) sum += count;
  return sum;
}

const platform::Kernel& KernelOf(const Situation& situation,
                                 const graph::OperatorWork& work) {
  const platform::Runtime& runtime =
      *situation.platform->elements()[situation.placement.element].runtime;
  // KernelFor has found it when the actor was costed.
  return *runtime.Find(static_cast<int>(situation.placement.dtype))
              ->Find(static_cast<int>(work.kernel_class));
}

// Time of the term at the situation's own coefficients (scale included).
double TimeNow(const KernelTerm& term, const platform::Kernel& kernel,
               double overhead) {
  platform::Kernel copy = kernel;
  const auto fields = FieldsOf(&copy);
  double cycles = 0;
  for (int i = 0; i < kCoefficientCount; ++i) {
    cycles +=
        static_cast<double>(fields[i]->value()) * kPicocycle * term.counts[i];
  }
  return overhead + term.base + std::max(term.slope * cycles, term.floor);
}

// But for the rounding of the probes.
bool SameSlope(const KernelTerm& a, const KernelTerm& b) {
  return std::fabs(a.slope - b.slope) <= 1e-6 * a.slope;
}

void Add(KernelTerm term, std::vector<KernelTerm>* terms) {
  const auto same = term.floor > 0
                        ? terms->end()
                        : std::find_if(terms->begin(), terms->end(),
                                       [&](const KernelTerm& known) {
                                         return known.kernel == term.kernel &&
                                                known.floor <= 0 &&
                                                SameSlope(known, term);
                                       });
  if (same == terms->end()) {
    terms->push_back(term);
    return;
  }
  const double times = same->times + term.times;
  for (int i = 0; i < kCoefficientCount; ++i) {
    same->counts[i] =
        (same->counts[i] * same->times + term.counts[i] * term.times) / times;
  }
  same->base = (same->base * same->times + term.base * term.times) / times;
  same->times = times;
}

// The actors of a situation, costed once for each probe.
struct Probes {
  std::vector<MeasuredWork> works;
  std::vector<cost::ActorCost> large, half, none, now;
};

absl::StatusOr<Probes> ProbesOf(const Situation& situation) {
  Probes probes;
  DYNARCH_ASSIGN_OR_RETURN(probes.works, WorkOf(situation));
  DYNARCH_ASSIGN_OR_RETURN(probes.now, MeasuredActors(situation));
  DYNARCH_ASSIGN_OR_RETURN(const Situation large, Probe(situation, kLarge));
  DYNARCH_ASSIGN_OR_RETURN(probes.large, MeasuredActors(large));
  DYNARCH_ASSIGN_OR_RETURN(const Situation half, Probe(situation, kHalf));
  DYNARCH_ASSIGN_OR_RETURN(probes.half, MeasuredActors(half));
  DYNARCH_ASSIGN_OR_RETURN(const Situation none,
                           Probe(situation, platform::Picocycles(0)));
  DYNARCH_ASSIGN_OR_RETURN(probes.none, MeasuredActors(none));
  return probes;
}

absl::StatusOr<KernelTerm> TermOf(const Situation& situation,
                                  const Probes& probes, size_t i,
                                  const platform::Kernel& kernel,
                                  double seconds_per_cycle) {
  const graph::OperatorWork& work = probes.works[i].work;
  KernelTerm term;
  term.kernel = {static_cast<int>(situation.placement.dtype),
                 kernel.kernel_class};
  term.counts = Counts(cost::CountsOf(work, kernel));
  term.times = static_cast<double>(probes.works[i].times);
  const double cycles =
      Sum(term.counts) * static_cast<double>(kLarge.value()) * kPicocycle;
  term.slope = seconds_per_cycle;
  const double none = Seconds(probes.none[i]);
  // Rounding of the large probe hides what is below a billionth of it.
  const double base = Seconds(probes.large[i]) - cycles * term.slope;
  term.base = std::fabs(base) < 1e-9 * Seconds(probes.large[i])
                  ? 0
                  : std::min(base, none);
  term.floor = std::max(0.0, none - term.base);
  const double overhead =
      static_cast<double>(
          situation.platform->elements()[situation.placement.element]
              .runtime->call_overhead.value()) *
      kPicosecond;
  const double model = Seconds(probes.now[i]);
  if (std::fabs(TimeNow(term, kernel, overhead) - model) <=
      1e-4 * model + 1e-9) {
    return term;
  }
  return absl::UnimplementedError(
      "the element's cost model is not linear in a kernel's coefficients");
}

}  // namespace

std::string CoefficientName(int coefficient) {
  constexpr std::array<absl::string_view, kCoefficientCount> kNames = {
      "cycles_per_mac",    "cycles_per_op",    "cycles_per_output",
      "cycles_per_window", "cycles_per_input", "cycles_per_weight",
      "cycles_per_call"};
  return std::string(kNames[coefficient]);
}

absl::StatusOr<TermsOf> KernelTerms(const Situation& situation) {
  const auto& element =
      situation.platform->elements()[situation.placement.element];
  if (!element.runtime.has_value()) {
    return absl::UnimplementedError(
        absl::StrCat("element '", element.name, "' has no kernel library"));
  }
  DYNARCH_ASSIGN_OR_RETURN(const Probes probes, ProbesOf(situation));
  TermsOf result;
  DYNARCH_ASSIGN_OR_RETURN(result.fixed, FixedSeconds(situation));
  for (size_t i = 0; i < probes.works.size(); ++i) {
    const double rise = Seconds(probes.large[i]) - Seconds(probes.half[i]);
    if (rise <= 0) continue;  // Folded into another actor, or moves nothing.
    const platform::Kernel& kernel = KernelOf(situation, probes.works[i].work);
    const double cycles =
        Sum(Counts(cost::CountsOf(probes.works[i].work, kernel))) *
        static_cast<double>(kLarge.value() - kHalf.value()) * kPicocycle;
    DYNARCH_ASSIGN_OR_RETURN(
        const KernelTerm term,
        TermOf(situation, probes, i, kernel, rise / cycles));
    Add(term, &result.terms);
  }
  return result;
}

std::vector<KernelStart> KernelsOf(const Situation& situation,
                                   double cycle_scale) {
  std::vector<KernelStart> kernels;
  const auto& runtime =
      *situation.platform->elements()[situation.placement.element].runtime;
  for (const platform::RuntimeType& type : runtime.types) {
    for (platform::Kernel kernel : type.kernels) {
      KernelStart start{{type.dtype, kernel.kernel_class}, {}};
      const auto fields = FieldsOf(&kernel);
      for (int i = 0; i < kCoefficientCount; ++i) {
        start.cycles[i] =
            static_cast<double>(fields[i]->value()) * kPicocycle / cycle_scale;
      }
      kernels.push_back(start);
    }
  }
  return kernels;
}

}  // namespace dynarch::calibration
