#include "server/study/study.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/study/names.h"
#include "sim/base/status_macros.h"
#include "sim/measurement/measurement.h"

namespace dynarch::server {
namespace {

using measurement::TrialState;

std::vector<pareto::Direction> DirectionsOf(const wire::StudyOutline& outline) {
  std::vector<pareto::Direction> directions;
  for (const study::Objective& objective : outline.objectives) {
    directions.push_back(objective.direction);
  }
  return directions;
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(micros / 1'000'000);
  timestamp.set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1'000);
  return timestamp;
}

}  // namespace

Study::Study(store::StudyRow row, wire::StudyOutline outline, RowFilter filter)
    : row_(std::move(row)),
      outline_(std::move(outline)),
      filter_(std::move(filter)),
      front_(DirectionsOf(outline_)),
      point_(outline_.objectives.size()) {
  for (const measurement::Metric metric : outline_.metrics) {
    metric_names_.emplace_back(measurement::InfoOf(metric).json_name);
  }
  for (const study::Objective& objective : outline_.objectives) {
    const auto it = std::find(outline_.metrics.begin(), outline_.metrics.end(),
                              objective.metric);
    objective_columns_.push_back(
        static_cast<int>(it - outline_.metrics.begin()));
  }
}

absl::StatusOr<std::shared_ptr<Study>> Study::Create(store::StudyRow row) {
  v1::StudySpec spec;
  if (!spec.ParseFromString(row.spec)) {
    return absl::DataLossError(
        absl::StrCat("study ", row.name, ": its stored spec cannot be read"));
  }
  DYNARCH_ASSIGN_OR_RETURN(wire::StudyOutline outline,
                           wire::OutlineStudy(spec));
  DYNARCH_ASSIGN_OR_RETURN(
      RowFilter filter,
      RowFilter::Create(outline.constraints, outline.metrics));
  const std::shared_ptr<Study> study(
      new Study(std::move(row), std::move(outline), std::move(filter)));
  study->versions_.assign(spec.model_versions().begin(),
                          spec.model_versions().end());
  if (spec.behavior().has_trace()) {
    study->artifacts_.push_back(spec.behavior().trace().sha256());
  }
  study->fidelity_ = spec.fidelity() == v1::EVENT ? "event" : "analytical";
  study->seed_ = spec.workload().seed();
  DYNARCH_ASSIGN_OR_RETURN(const auto designer, study->MakeDesigner({}));
  study->candidate_count_ = designer->total();
  return study;
}

std::string Study::name() const { return StudyName(row_.name); }

absl::StatusOr<std::unique_ptr<search::Designer>> Study::MakeDesigner(
    const queue::IntervalSet& recorded) const {
  if (outline_.search.kind == study::SearchPlan::Kind::kRandom) {
    return search::MakeRandom(outline_.space, outline_.search.samples,
                              outline_.search.seed, recorded.Ranges());
  }
  return search::MakeExhaustive(outline_.space, recorded.Ranges());
}

absl::StatusOr<queue::IntervalSet> Study::Load(store::Store& store) {
  std::lock_guard<std::mutex> lock(mutex_);
  queue::IntervalSet recorded;
  front_ = pareto::Front(front_.directions());
  succeeded_ = infeasible_ = failed_ = 0;
  std::vector<double> row(metric_count());
  const auto visit = [&](const store::ResultRow& result) {
    if (!result.metrics.empty()) {
      store::CopyMetrics(result.metrics, absl::MakeSpan(row));
    }
    AbsorbRow(result.candidate, result.state, row);
    recorded.Add({result.candidate, result.candidate + 1});
    return true;
  };
  DYNARCH_RETURN_IF_ERROR(store.ScanResults(id(), 0, visit));
  loaded_ = true;
  return recorded;
}

absl::Status Study::EnsureLoaded(store::Store& store) {
  // Reading twice at once is harmless: a study that ended does not change.
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (loaded_) return absl::OkStatus();
  }
  return Load(store).status();
}

void Study::AbsorbRow(int64_t candidate, int state,
                      absl::Span<const double> row) {
  switch (static_cast<TrialState>(state)) {
    case TrialState::kSucceeded:
      ++succeeded_;
      break;
    case TrialState::kInfeasible:
      ++infeasible_;
      return;
    default:
      ++failed_;
      return;
  }
  if (!filter_.Holds(row)) return;
  for (size_t i = 0; i < point_.size(); ++i) {
    point_[i] = row[objective_columns_[i]];
  }
  front_.Insert(point_, candidate);  // refuses absent values
}

void Study::Absorb(const store::BatchRows& batch) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    size_t row = 0;
    for (const space::IndexRange& range : batch.ranges) {
      for (int64_t i = range.begin; i < range.end; ++i, ++row) {
        AbsorbRow(i, static_cast<uint8_t>(batch.states[row]),
                  batch.metrics.subspan(row * batch.metric_count,
                                        batch.metric_count));
      }
    }
  }
  NotifyChanged();
}

void Study::End(const store::StudyEnd& end) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    row_.state = end.state;
    row_.end_time = end.time;
  }
  NotifyChanged();
}

v1::Study::State Study::state() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<v1::Study::State>(row_.state);
}

int64_t Study::recorded_count() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return succeeded_ + infeasible_ + failed_;
}

v1::Study Study::Snapshot() const {
  v1::Study message;
  message.set_name(name());
  for (const std::string& metric : metric_names_) message.add_metrics(metric);
  *message.mutable_create_time() = ToProto(row_.create_time);
  v1::Progress& progress = *message.mutable_progress();
  progress.set_candidate_count(candidate_count_);
  progress.set_excluded_count(outline_.space.excluded_count());
  std::lock_guard<std::mutex> lock(mutex_);
  message.set_state(static_cast<v1::Study::State>(row_.state));
  if (row_.end_time) *message.mutable_end_time() = ToProto(*row_.end_time);
  progress.set_succeeded_count(succeeded_);
  progress.set_infeasible_count(infeasible_);
  progress.set_failed_count(failed_);
  progress.set_front_count(front_.id_count());
  return message;
}

std::pair<std::vector<pareto::FrontPoint>, int64_t> Study::FrontNow() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return {front_.Sorted(), succeeded_};
}

int64_t Study::Subscribe(std::function<void()> listener) {
  std::lock_guard<std::mutex> lock(listeners_mutex_);
  listeners_.emplace(next_subscription_, std::move(listener));
  return next_subscription_++;
}

void Study::Unsubscribe(int64_t subscription) {
  std::lock_guard<std::mutex> lock(listeners_mutex_);
  listeners_.erase(subscription);
}

void Study::NotifyChanged() {
  // Called without the lock, so that a listener may unsubscribe.
  std::vector<std::function<void()>> listeners;
  {
    std::lock_guard<std::mutex> lock(listeners_mutex_);
    for (const auto& [id, listener] : listeners_) listeners.push_back(listener);
  }
  for (const auto& listener : listeners) listener();
}

}  // namespace dynarch::server
