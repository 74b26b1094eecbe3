#include "server/study/study_registry.h"

#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/study/names.h"
#include "sim/base/status_macros.h"

namespace dynarch::server {
namespace {

constexpr int kUsualPage = 100;
constexpr int kLargestPage = 1'000;

}  // namespace

StudyRegistry::StudyRegistry(store::Store& store, Writer& writer,
                             WorkExchange& exchange, Clock clock)
    : store_(store),
      writer_(writer),
      exchange_(exchange),
      clock_(std::move(clock)) {}

absl::Status StudyRegistry::Load() {
  DYNARCH_ASSIGN_OR_RETURN(std::vector<store::StudyRow> rows,
                           store_.LoadStudies());
  for (store::StudyRow& row : rows) {
    const bool active = row.state == v1::Study::ACTIVE;
    DYNARCH_ASSIGN_OR_RETURN(const std::shared_ptr<Study> study,
                             Study::Create(std::move(row)));
    {
      std::lock_guard<std::mutex> lock(mutex_);
      by_id_[study->id_text()] = study;
      by_order_[study->id()] = study;
      if (!study->request_id().empty())
        by_request_[study->request_id()] = study;
    }
    if (!active) continue;
    DYNARCH_ASSIGN_OR_RETURN(queue::IntervalSet recorded, study->Load(store_));
    DYNARCH_ASSIGN_OR_RETURN(const int64_t epoch,
                             store_.AdvanceEpoch(study->id()));
    DYNARCH_RETURN_IF_ERROR(
        exchange_.AddStudy(study, epoch, std::move(recorded)));
  }
  return absl::OkStatus();
}

absl::StatusOr<store::StudyRow> StudyRegistry::RowFor(
    const v1::CreateStudyRequest& request) const {
  if (!request.study_id().empty()) {
    DYNARCH_RETURN_IF_ERROR(CheckStudyId(request.study_id()));
  }
  if (request.study().spec().model_versions().empty()) {
    return absl::InvalidArgumentError(
        "study.spec.model_versions: is empty; name every model that may "
        "evaluate the study, `name@version`");
  }
  store::StudyRow row;
  row.request_id = request.request_id();
  row.spec = request.study().spec().SerializeAsString();
  row.name = request.study_id().empty() ? FreshId() : request.study_id();
  row.state = v1::Study::ACTIVE;
  row.lease_epoch = 1;
  // As it will be read back.
  row.create_time = absl::FromUnixMicros(absl::ToUnixMicros(clock_()));
  return row;
}

std::string StudyRegistry::FreshId() const {
  std::lock_guard<std::mutex> lock(mutex_);
  int64_t number = static_cast<int64_t>(by_order_.size()) + 1;
  while (by_id_.count(absl::StrCat("study-", number)) > 0) ++number;
  return absl::StrCat("study-", number);
}

absl::Status StudyRegistry::CheckArtifacts(const Study& study) const {
  for (const std::string& sha256 : study.artifacts()) {
    DYNARCH_ASSIGN_OR_RETURN(const bool stored, store_.HasArtifact(sha256));
    if (stored) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "study.spec: artifact '", sha256, "' is not stored; upload it first"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Study>> StudyRegistry::EarlierRequest(
    const v1::CreateStudyRequest& request, const std::string& spec) {
  if (request.request_id().empty()) return std::shared_ptr<Study>();
  std::lock_guard<std::mutex> lock(mutex_);
  const auto it = by_request_.find(request.request_id());
  if (it == by_request_.end()) return std::shared_ptr<Study>();
  if (it->second->spec_bytes() == spec) return it->second;
  return absl::InvalidArgumentError(absl::StrCat(
      "request_id: '", request.request_id(), "' made ", it->second->name(),
      ", which is another study; use a new request_id"));
}

absl::StatusOr<v1::Study> StudyRegistry::Create(
    const v1::CreateStudyRequest& request) {
  std::lock_guard<std::mutex> create_lock(create_mutex_);
  DYNARCH_ASSIGN_OR_RETURN(store::StudyRow row, RowFor(request));
  DYNARCH_ASSIGN_OR_RETURN(const std::shared_ptr<Study> earlier,
                           EarlierRequest(request, row.spec));
  if (earlier != nullptr) {
    DYNARCH_RETURN_IF_ERROR(earlier->EnsureLoaded(store_));
    return Describe(*earlier);
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (by_id_.count(row.name) > 0) {
      return absl::AlreadyExistsError(
          absl::StrCat("study_id: ", StudyName(row.name), " exists"));
    }
  }
  DYNARCH_ASSIGN_OR_RETURN(const std::shared_ptr<Study> draft,
                           Study::Create(row));
  DYNARCH_RETURN_IF_ERROR(CheckArtifacts(*draft));
  DYNARCH_ASSIGN_OR_RETURN(row.id, store_.CreateStudy(row));
  draft->SetId(row.id);
  DYNARCH_RETURN_IF_ERROR(draft->Load(store_).status());
  {
    std::lock_guard<std::mutex> lock(mutex_);
    by_id_[draft->id_text()] = draft;
    by_order_[draft->id()] = draft;
    if (!row.request_id.empty()) by_request_[row.request_id] = draft;
  }
  DYNARCH_RETURN_IF_ERROR(exchange_.AddStudy(draft, row.lease_epoch, {}));
  return Describe(*draft);
}

absl::StatusOr<std::shared_ptr<Study>> StudyRegistry::Find(
    absl::string_view field, const std::string& name) {
  DYNARCH_ASSIGN_OR_RETURN(const std::string id, ParseStudyName(field, name));
  std::shared_ptr<Study> study;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto it = by_id_.find(id);
    if (it == by_id_.end()) {
      return absl::NotFoundError(absl::StrCat(field, ": no study ", name));
    }
    study = it->second;
  }
  DYNARCH_RETURN_IF_ERROR(study->EnsureLoaded(store_));
  return study;
}

v1::Study StudyRegistry::Describe(const Study& study) {
  v1::Study message = study.Snapshot();
  if (message.state() != v1::Study::ACTIVE) return message;
  const WorkExchange::Presence presence = exchange_.PresenceOf(study);
  message.mutable_progress()->set_leased_count(presence.leased_count);
  message.mutable_progress()->set_worker_count(presence.worker_count);
  message.mutable_progress()->set_waiting_reason(presence.waiting_reason);
  return message;
}

absl::StatusOr<v1::Study> StudyRegistry::Get(const std::string& name) {
  DYNARCH_ASSIGN_OR_RETURN(const auto study, Find("name", name));
  v1::Study message = Describe(*study);
  if (!message.mutable_spec()->ParseFromString(study->spec_bytes())) {
    return absl::DataLossError(
        absl::StrCat(name, ": its stored spec cannot be read"));
  }
  return message;
}

absl::StatusOr<v1::ListStudiesResponse> StudyRegistry::List(
    const v1::ListStudiesRequest& request) {
  DYNARCH_ASSIGN_OR_RETURN(
      const int size, PageSize(request.page_size(), kUsualPage, kLargestPage));
  DYNARCH_ASSIGN_OR_RETURN(const auto from,
                           ParsePageToken(request.page_token()));
  std::vector<std::shared_ptr<Study>> page;
  v1::ListStudiesResponse response;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    auto it =
        from.first > 0 ? by_order_.upper_bound(from.first) : by_order_.end();
    while (it != by_order_.begin()) {
      if (static_cast<int>(page.size()) == size) {
        response.set_next_page_token(PageToken(std::prev(it)->first));
        break;
      }
      page.push_back((--it)->second);
    }
  }
  for (const auto& study : page) {
    DYNARCH_RETURN_IF_ERROR(study->EnsureLoaded(store_));
    *response.add_studies() = Describe(*study);
  }
  return response;
}

absl::StatusOr<v1::Study> StudyRegistry::Cancel(const std::string& name) {
  DYNARCH_ASSIGN_OR_RETURN(const auto study, Find("name", name));
  if (study->state() != v1::Study::ACTIVE) return Describe(*study);
  exchange_.RemoveStudy(*study);
  std::promise<absl::Status> durable;
  WriteJob job;
  job.study = study;
  job.end = store::StudyEnd{
      .study = study->id(), .state = v1::Study::CANCELLED, .time = clock_()};
  job.done = [&durable](const absl::Status& status) {
    durable.set_value(status);
  };
  std::vector<WriteJob> jobs;
  jobs.push_back(std::move(job));
  writer_.Submit(std::move(jobs));
  DYNARCH_RETURN_IF_ERROR(durable.get_future().get());
  return Describe(*study);
}

absl::StatusOr<v1::WorkStudy> StudyRegistry::ForWorker(
    const std::string& name) {
  DYNARCH_ASSIGN_OR_RETURN(const auto study, Find("name", name));
  v1::WorkStudy message;
  message.set_name(study->name());
  if (!message.mutable_spec()->ParseFromString(study->spec_bytes())) {
    return absl::DataLossError(
        absl::StrCat(name, ": its stored spec cannot be read"));
  }
  for (const std::string& metric : study->metric_names()) {
    message.add_metrics(metric);
  }
  return message;
}

}  // namespace dynarch::server
