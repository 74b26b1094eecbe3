#include "server/study/trial_reader.h"

#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/study/names.h"
#include "sim/base/status_macros.h"

namespace dynarch::server {
namespace {

constexpr int kUsualPage = 1'000;
constexpr int kLargestPage = 10'000;

v1::Trial NewTrial(const Study& study, int64_t index) {
  v1::Trial trial;
  trial.set_name(TrialName(study.id_text(), index));
  const space::DesignSpace& space = study.outline().space;
  const space::Candidate candidate = space.At(index);
  for (size_t i = 0; i < candidate.digits.size(); ++i) {
    const space::Parameter& parameter = space.parameters()[i];
    v1::ParameterValue& value = *trial.add_values();
    value.set_path(parameter.path);
    value.set_value(parameter.values[candidate.digits[i]]);
  }
  return trial;
}

void FillMeasurement(const Study& study, absl::string_view bytes,
                     v1::Measurement& measurement) {
  const std::vector<double> values = store::MetricsOf(bytes);
  for (size_t i = 0; i < values.size(); ++i) {
    v1::MetricValue& metric = *measurement.add_metrics();
    metric.set_metric(study.metric_names()[i]);
    if (!std::isnan(values[i])) metric.set_value(values[i]);
  }
  measurement.set_fidelity(study.fidelity());
  measurement.set_seed(study.seed());
  for (const std::string& version : study.model_versions()) {
    measurement.add_model_versions(version);
  }
}

v1::Trial ToTrial(const Study& study, const store::ResultRow& row) {
  v1::Trial trial = NewTrial(study, row.candidate);
  trial.set_state(static_cast<v1::Trial::State>(row.state));
  trial.set_reason(std::string(row.reason));
  if (row.state == v1::Trial::SUCCEEDED) {
    FillMeasurement(study, row.metrics, *trial.mutable_measurement());
  }
  return trial;
}

// Ids of the front in their order, from `first` on, at most `count`.
std::vector<int64_t> IdsOf(const std::vector<pareto::FrontPoint>& front,
                           int64_t first, int64_t count) {
  std::vector<int64_t> ids;
  int64_t position = 0;
  for (const pareto::FrontPoint& point : front) {
    for (const int64_t id : point.ids) {
      if (position++ < first) continue;
      if (static_cast<int64_t>(ids.size()) == count) return ids;
      ids.push_back(id);
    }
  }
  return ids;
}

}  // namespace

absl::StatusOr<v1::Trial> ReadTrial(store::Store& store, const Study& study,
                                    int64_t index) {
  if (!study.outline().space.IsValid(index)) {
    return absl::NotFoundError(absl::StrCat(
        TrialName(study.id_text(), index),
        ": no such candidate, or only_if excludes it; there are indices 0 to ",
        study.outline().space.size() - 1));
  }
  std::optional<v1::Trial> found;
  DYNARCH_RETURN_IF_ERROR(
      store.ScanResults(study.id(), index, [&](const store::ResultRow& row) {
        if (row.candidate == index) found = ToTrial(study, row);
        return false;
      }));
  if (found) return *std::move(found);
  v1::Trial trial = NewTrial(study, index);
  trial.set_state(study.state() == v1::Study::CANCELLED ? v1::Trial::CANCELLED
                                                        : v1::Trial::PENDING);
  return trial;
}

absl::StatusOr<v1::ListTrialsResponse> ReadTrials(
    store::Store& store, const Study& study,
    const v1::ListTrialsRequest& request) {
  DYNARCH_ASSIGN_OR_RETURN(
      const int size, PageSize(request.page_size(), kUsualPage, kLargestPage));
  DYNARCH_ASSIGN_OR_RETURN(const auto from,
                           ParsePageToken(request.page_token()));
  v1::ListTrialsResponse response;
  DYNARCH_RETURN_IF_ERROR(store.ScanResults(
      study.id(), from.first, [&](const store::ResultRow& row) {
        if (response.trials_size() == size) {
          response.set_next_page_token(PageToken(row.candidate));
          return false;
        }
        *response.add_trials() = ToTrial(study, row);
        return true;
      }));
  return response;
}

absl::StatusOr<v1::QueryFrontResponse> ReadFront(
    store::Store& store, const Study& study,
    const v1::QueryFrontRequest& request) {
  DYNARCH_ASSIGN_OR_RETURN(
      const int size, PageSize(request.page_size(), kUsualPage, kLargestPage));
  DYNARCH_ASSIGN_OR_RETURN(const auto from,
                           ParsePageToken(request.page_token()));
  const auto [front, version] = study.FrontNow();
  if (from.first > 0 && from.second != version) {
    return absl::AbortedError(
        "page_token: the front has changed since the page before; begin again "
        "without a page_token");
  }
  v1::QueryFrontResponse response;
  for (const pareto::FrontPoint& point : front) {
    response.set_total_count(response.total_count() +
                             static_cast<int64_t>(point.ids.size()));
  }
  for (const int64_t id : IdsOf(front, from.first, size)) {
    DYNARCH_ASSIGN_OR_RETURN(*response.add_trials(),
                             ReadTrial(store, study, id));
  }
  const int64_t next = from.first + response.trials_size();
  if (next < response.total_count()) {
    response.set_next_page_token(PageToken(next, version));
  }
  return response;
}

}  // namespace dynarch::server
