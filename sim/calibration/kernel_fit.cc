#include "sim/calibration/kernel_fit.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/calibration/statistics.h"
#include "sim/graph/data_type.h"
#include "sim/graph/operator.h"

namespace dynarch::calibration {
namespace {

constexpr double kLargestScale = 20;
// Prior of a coefficient, in cycles per MAC of the type as the measurements
// show it; its standard deviation is twice that. Order of proto Kernel.
constexpr std::array<double, kCoefficientCount> kPriorOfMac = {1, 2, 4,  1,
                                                               1, 2, 500};
constexpr double kPriorSpread = 2;

using Points = std::vector<KernelPoint>;

// Sum over the terms of f(term) * times.
template <typename F>
double SumTerms(const KernelPoint& point, const F& f) {
  double sum = 0;
  for (const KernelTerm& term : point.terms.terms) sum += f(term) * term.times;
  return sum;
}

// Median of measured cycles per MAC, by data type.
std::map<int, double> CyclesPerMac(const Points& points) {
  std::map<int, std::vector<double>> rates;
  for (const KernelPoint& point : points) {
    if (point.terms.terms.empty()) continue;
    const double seconds = SumTerms(
        point, [](const KernelTerm& t) { return t.slope * t.counts[0]; });
    if (seconds <= 0) continue;
    rates[point.terms.terms.front().kernel.dtype].push_back(point.measured /
                                                            seconds);
  }
  std::map<int, double> medians;
  for (auto& [dtype, values] : rates) medians[dtype] = Median(values);
  return medians;
}

std::set<std::string> NetworksOf(const Points& points,
                                 const std::string& system) {
  std::set<std::string> networks;
  for (const KernelPoint& point : points) {
    if (point.system == system) networks.insert(point.network);
  }
  return networks;
}

// Seconds of one call, if nothing but calls took time; the prior's spread of an
// overhead is a fifth of it.
double SecondsPerCall(const Points& points, const std::string& system) {
  std::vector<double> seconds;
  for (const KernelPoint& point : points) {
    if (point.system != system) continue;
    const double calls = SumTerms(point, [](const KernelTerm&) { return 1.0; });
    if (calls > 0) seconds.push_back(point.measured / calls);
  }
  return seconds.empty() ? 1 : Median(seconds);
}

// Where in the parameter vector everything is; -1: not free.
class Layout {
 public:
  explicit Layout(KernelModel start) : model_(std::move(start)) {}

  void AddCoefficients(const Points& points) {
    const std::map<int, double> rates = CyclesPerMac(points);
    for (auto& [key, cycles] : model_.cycles) {
      std::array<int, kCoefficientCount>& places = coefficients_[key];
      places.fill(-1);
      const auto rate = rates.find(key.dtype);
      if (rate == rates.end()) continue;
      for (int i = 0; i < kCoefficientCount; ++i) {
        if (cycles[i] == 0) continue;
        const double prior = kPriorOfMac[i] * rate->second;
        places[i] = Add({.name = NameOfCoefficient(key, i),
                         .start = prior,
                         .prior = prior,
                         .prior_sd = kPriorSpread * prior});
      }
    }
  }

  void AddSystem(const Points& points, const std::string& name) {
    SystemParameters& system = model_.systems[name];
    const size_t networks = NetworksOf(points, name).size();
    std::pair<int, int>& places = systems_[name];
    places = {-1, -1};
    if (networks >= 2) {
      places.first = Add({.name = absl::StrCat(name, ".cycle_scale"),
                          .start = system.cycle_scale,
                          .lower = 1 / kLargestScale,
                          .upper = kLargestScale,
                          .prior = 1,
                          .prior_sd = 0.5});
    }
    if (networks < 3) return;
    const double call = SecondsPerCall(points, name);
    places.second = Add({.name = absl::StrCat(name, ".call_overhead"),
                         .start = std::min(system.call_overhead, call),
                         .upper = call,
                         .prior = 0,
                         .prior_sd = call / 5});
  }

  const std::vector<Parameter>& parameters() const { return parameters_; }

  KernelModel At(const std::vector<double>& x) const {
    KernelModel model = model_;
    for (auto& [key, cycles] : model.cycles) {
      const auto places = coefficients_.find(key);
      if (places == coefficients_.end()) continue;
      for (int i = 0; i < kCoefficientCount; ++i) {
        if (places->second[i] >= 0) cycles[i] = x[places->second[i]];
      }
    }
    for (auto& [name, system] : model.systems) {
      const auto places = systems_.find(name);
      if (places == systems_.end()) continue;
      if (places->second.first >= 0) {
        system.cycle_scale = x[places->second.first];
      }
      if (places->second.second >= 0) {
        system.call_overhead = x[places->second.second];
      }
    }
    return model;
  }

  // Adds d seconds / d parameter to `row`, divided by what was measured.
  void Derive(const KernelPoint& point, const KernelModel& model,
              double* row) const {
    const SystemParameters system = SystemIn(point, model);
    const auto own = systems_.find(point.system);
    for (const KernelTerm& term : point.terms.terms) {
      if (own != systems_.end() && own->second.second >= 0) {
        row[own->second.second] += term.times / point.measured;
      }
      const auto cycles = model.cycles.find(term.kernel);
      if (cycles == model.cycles.end()) continue;
      double sum = 0;
      for (int i = 0; i < kCoefficientCount; ++i) {
        sum += cycles->second[i] * term.counts[i];
      }
      if (system.cycle_scale * term.slope * sum < term.floor) continue;
      const double weight = term.times * term.slope / point.measured;
      if (own != systems_.end() && own->second.first >= 0) {
        row[own->second.first] += weight * sum;
      }
      const auto places = coefficients_.find(term.kernel);
      if (places == coefficients_.end()) continue;
      for (int i = 0; i < kCoefficientCount; ++i) {
        if (places->second[i] < 0) continue;
        row[places->second[i]] += weight * system.cycle_scale * term.counts[i];
      }
    }
  }

  static SystemParameters SystemIn(const KernelPoint& point,
                                   const KernelModel& model) {
    const auto system = model.systems.find(point.system);
    return system == model.systems.end() ? SystemParameters{} : system->second;
  }

 private:
  static std::string NameOfCoefficient(const KernelKey& key, int i) {
    return absl::StrCat(
        NameOf(static_cast<graph::DataType>(key.dtype)), ".",
        NameOf(static_cast<graph::KernelClass>(key.kernel_class)), ".",
        CoefficientName(i));
  }
  int Add(Parameter parameter) {
    parameters_.push_back(std::move(parameter));
    return static_cast<int>(parameters_.size()) - 1;
  }

  KernelModel model_;
  std::vector<Parameter> parameters_;
  std::map<KernelKey, std::array<int, kCoefficientCount>> coefficients_;
  std::map<std::string, std::pair<int, int>> systems_;
};

absl::StatusOr<LibraryFit> Fit(const Points& points, const Layout& layout,
                               const FitOptions& options) {
  if (layout.parameters().empty()) return LibraryFit{layout.At({}), {}};
  const size_t columns = layout.parameters().size();
  DYNARCH_ASSIGN_OR_RETURN(
      FitResult fit,
      Minimise(
          layout.parameters(), static_cast<int>(points.size()),
          [&](const std::vector<double>& x, std::vector<double>& r,
              std::vector<double>& jacobian) {
            const KernelModel model = layout.At(x);
            for (size_t i = 0; i < points.size(); ++i) {
              r[i] =
                  SignedError(SecondsOf(points[i], model), points[i].measured);
              layout.Derive(points[i], model, &jacobian[i * columns]);
            }
          },
          options));
  KernelModel model = layout.At(fit.Values());
  return LibraryFit{std::move(model), std::move(fit)};
}

}  // namespace

double SecondsOf(const KernelPoint& point, const KernelModel& model) {
  const SystemParameters system = Layout::SystemIn(point, model);
  return point.terms.fixed + SumTerms(point, [&](const KernelTerm& term) {
           double cycles = 0;
           const auto own = model.cycles.find(term.kernel);
           if (own != model.cycles.end()) {
             for (int i = 0; i < kCoefficientCount; ++i) {
               cycles += own->second[i] * term.counts[i];
             }
           }
           return system.call_overhead + term.base +
                  std::max(system.cycle_scale * term.slope * cycles,
                           term.floor);
         });
}

absl::StatusOr<LibraryFit> FitLibrary(const Points& points,
                                      const Coefficients& structure,
                                      const FitOptions& options) {
  if (points.empty()) {
    return absl::InvalidArgumentError(
        "fit: no measurement of the kernel library is left");
  }
  Layout layout(KernelModel{structure, {}});
  layout.AddCoefficients(points);
  std::set<std::string> systems;
  for (const KernelPoint& point : points) systems.insert(point.system);
  for (const std::string& system : systems) layout.AddSystem(points, system);
  return Fit(points, layout, options);
}

absl::StatusOr<LibraryFit> FitSystem(const Points& points,
                                     const KernelModel& start,
                                     const FitOptions& options) {
  std::set<std::string> systems, networks;
  for (const KernelPoint& point : points) {
    systems.insert(point.system);
    networks.insert(point.network);
  }
  if (systems.size() != 1 || networks.size() < 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "fit: got measurements of ", networks.size(), " networks on ",
        systems.size(),
        " systems; must be of one system, and of 2 networks for its cycle "
        "scale, of 3 for its call overhead too: never as many parameters as "
        "networks"));
  }
  Layout layout(start);
  layout.AddSystem(points, *systems.begin());
  return Fit(points, layout, options);
}

absl::StatusOr<std::vector<double>> LeaveOneNetworkOut(
    const Points& points, const Coefficients& structure, LeftOut left_out,
    const FitOptions& options) {
  const auto group = [left_out](const KernelPoint& point) {
    return left_out == LeftOut::kNetwork
               ? std::make_pair(std::string(), point.network)
               : std::make_pair(point.platform, point.network);
  };
  std::set<std::pair<std::string, std::string>> groups;
  for (const KernelPoint& point : points) groups.insert(group(point));
  std::vector<double> predicted(points.size());
  for (const auto& own : groups) {
    Points others;
    std::copy_if(points.begin(), points.end(), std::back_inserter(others),
                 [&](const KernelPoint& p) { return group(p) != own; });
    DYNARCH_ASSIGN_OR_RETURN(const LibraryFit fit,
                             FitLibrary(others, structure, options));
    for (size_t i = 0; i < points.size(); ++i) {
      if (group(points[i]) != own) continue;
      predicted[i] = SecondsOf(points[i], fit.model);
    }
  }
  return predicted;
}

}  // namespace dynarch::calibration
