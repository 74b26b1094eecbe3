#include "server/study/work_exchange.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/status_macros.h"

namespace dynarch::server {
namespace {

using space::IndexRange;

constexpr size_t kLongestWorkerName = 200;
constexpr int kMostLeases = 16;  // of one worker
constexpr char kExhausted[] = "attempts_exhausted";

// What the rows of a batch point into.
struct BatchHolder {
  WorkExchange::Request request;
  std::vector<IndexRange> ranges;
  std::vector<absl::string_view> reasons;
};

// The same for candidates that the server itself gives up.
struct ExhaustedHolder {
  std::vector<IndexRange> ranges;
  std::string states;
  std::string reason_codes;
  std::vector<absl::string_view> reasons;
  std::vector<double> metrics;
};

absl::Status CheckStates(absl::string_view states) {
  for (const char state : states) {
    if (state == v1::Trial::SUCCEEDED || state == v1::Trial::INFEASIBLE ||
        state == v1::Trial::FAILED) {
      continue;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("batch.states: got ", static_cast<int>(state),
                     "; allowed: SUCCEEDED, INFEASIBLE, FAILED"));
  }
  return absl::OkStatus();
}

// The columns of a message as rows; nothing is copied but the ranges.
store::BatchRows RowsOf(const v1::ResultBatch& batch, const Study& study,
                        const std::string& worker, BatchHolder& holder) {
  for (const v1::IndexRange& range : batch.ranges()) {
    holder.ranges.push_back({range.begin(), range.end()});
  }
  for (const std::string& reason : batch.reasons()) {
    holder.reasons.emplace_back(reason);
  }
  store::BatchRows rows;
  rows.study = study.id();
  rows.ranges = holder.ranges;
  rows.states = batch.states();
  rows.reason_codes = batch.reason_codes();
  rows.reasons = holder.reasons;
  rows.metrics =
      absl::MakeConstSpan(batch.metrics().data(), batch.metrics_size());
  rows.metric_count = study.metric_count();
  rows.worker = worker;
  rows.lease = batch.lease_id();
  rows.epoch = batch.epoch();
  rows.cpu_time_us = batch.cpu_time_us();
  return rows;
}

v1::Lease ToProto(const queue::Lease& lease, const std::string& study,
                  absl::Duration ttl) {
  v1::Lease message;
  message.set_lease_id(lease.id);
  message.set_epoch(lease.epoch);
  message.set_study(study);
  for (const IndexRange& range : lease.work.ranges) {
    v1::IndexRange& out = *message.add_ranges();
    out.set_begin(range.begin);
    out.set_end(range.end);
  }
  message.set_ttl_ms(absl::ToInt64Milliseconds(ttl));
  return message;
}

}  // namespace

struct WorkExchange::Exchange {
  int64_t session = 0;
  int jobs_left = 0;
  v1::SynchronizeResponse response;
  std::vector<WriteJob> jobs;
};

WorkExchange::WorkExchange(Writer& writer, monitoring::Metrics& metrics,
                           Clock clock, queue::QueueOptions options)
    : writer_(writer),
      metrics_(metrics),
      clock_(std::move(clock)),
      queue_(options) {}

absl::Status WorkExchange::AddStudy(std::shared_ptr<Study> study, int64_t epoch,
                                    queue::IntervalSet recorded) {
  DYNARCH_ASSIGN_OR_RETURN(auto designer, study->MakeDesigner(recorded));
  std::vector<Outgoing> outgoing;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.AddStudy(
        study->id(), epoch, study->model_versions(),
        queue::StudyQueue(std::move(designer), std::move(recorded)));
    study_ids_[study->name()] = study->id();
    studies_[study->id()] = std::move(study);
    outgoing = Push();
  }
  SendAll(std::move(outgoing));
  return absl::OkStatus();
}

void WorkExchange::RemoveStudy(const Study& study) {
  std::vector<Outgoing> outgoing;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const std::vector<queue::Lease> ended = queue_.RemoveStudy(study.id());
    study_ids_.erase(study.name());
    studies_.erase(study.id());
    for (const auto& [id, session] : sessions_) {
      Outgoing out = {session.send, {}};
      for (const queue::Lease& lease : ended) {
        if (lease.worker == session.worker) {
          out.response.add_cancelled_lease_ids(lease.id);
        }
      }
      const bool tell = out.response.cancelled_lease_ids_size() > 0;
      if (tell && session.pushes) outgoing.push_back(std::move(out));
    }
    ShowGauges();
  }
  SendAll(std::move(outgoing));
}

int64_t WorkExchange::Open(bool pushes, Send send) {
  std::lock_guard<std::mutex> lock(mutex_);
  Session& session = sessions_[next_session_];
  session.pushes = pushes;
  session.send = std::move(send);
  return next_session_++;
}

absl::Status WorkExchange::Check(const v1::SynchronizeRequest& request) {
  if (request.worker().empty() ||
      request.worker().size() > kLongestWorkerName) {
    return absl::InvalidArgumentError(
        absl::StrCat("worker: got ", request.worker().size(),
                     " characters; allowed: 1 to ", kLongestWorkerName));
  }
  if (request.capacity() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got ", request.capacity(), "; must be >= 0"));
  }
  return absl::OkStatus();
}

absl::Status WorkExchange::Receive(int64_t session, Request request) {
  DYNARCH_RETURN_IF_ERROR(Check(*request));
  const auto exchange = std::make_shared<Exchange>();
  exchange->session = session;
  bool is_new = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto it = sessions_.find(session);
    if (it == sessions_.end()) return absl::OkStatus();  // closed meanwhile
    is_new = !it->second.heard;
    TakeIn(it->second, request, *exchange);
  }
  if (is_new) NotifyStudies();
  std::vector<WriteJob> jobs = std::move(exchange->jobs);
  if (jobs.empty()) {
    Answer(exchange);
  } else {
    Submit(exchange, std::move(jobs));
  }
  return absl::OkStatus();
}

void WorkExchange::TakeIn(Session& session, const Request& request,
                          Exchange& exchange) {
  const absl::Time now = clock_();
  session.worker = request->worker();
  session.versions.assign(request->model_versions().begin(),
                          request->model_versions().end());
  session.draining = request->draining();
  session.target = std::min(request->capacity(), kMostLeases) +
                   std::min(request->held_lease_ids_size(), kMostLeases);
  session.heard = true;
  session.last_heard = now;
  const absl::Span<const int64_t> held(request->held_lease_ids().data(),
                                       request->held_lease_ids_size());
  for (const int64_t id : queue_.Renew(session.worker, held, now)) {
    exchange.response.add_cancelled_lease_ids(id);
  }
  for (const v1::ResultBatch& batch : request->completed()) {
    TakeBatch(session, batch, request, exchange);
  }
  if (session.draining) queue_.GiveUp(session.worker, held);
  metrics_.AddBatchesRefused(exchange.response.refused_size());
}

void WorkExchange::TakeBatch(const Session& session,
                             const v1::ResultBatch& batch,
                             const Request& request, Exchange& exchange) {
  const auto refuse = [&](const absl::Status& status) {
    v1::BatchRefusal& refusal = *exchange.response.add_refused();
    refusal.set_lease_id(batch.lease_id());
    refusal.set_code(static_cast<int>(status.code()));
    refusal.set_message(std::string(status.message()));
  };
  const auto id = study_ids_.find(batch.study());
  if (id == study_ids_.end()) {
    return refuse(absl::AbortedError(
        absl::StrCat(batch.study(), ": is not worked on any more")));
  }
  const std::shared_ptr<Study> study = studies_.at(id->second);
  const auto holder = std::make_shared<BatchHolder>();
  holder->request = request;
  store::BatchRows rows = RowsOf(batch, *study, session.worker, *holder);
  absl::Status status = store::CheckShape(rows);
  if (status.ok()) status = CheckStates(rows.states);
  if (!status.ok()) return refuse(status);
  const auto verdict =
      queue_.Accept(session.worker, study->id(), batch.lease_id(),
                    batch.epoch(), holder->ranges, batch.cpu_time_us());
  if (!verdict.ok()) return refuse(verdict.status());
  WriteJob job;
  job.study = study;
  if (!verdict->duplicate) {
    rows.attempt = verdict->attempt;
    rows.lease_time = verdict->given;
    job.rows = std::move(rows);
    job.keep = holder;
  }
  exchange.jobs.push_back(std::move(job));
  exchange.response.add_acknowledged_lease_ids(batch.lease_id());
}

void WorkExchange::Submit(const std::shared_ptr<Exchange>& exchange,
                          std::vector<WriteJob> jobs) {
  exchange->jobs_left = static_cast<int>(jobs.size());
  int place = 0;
  for (WriteJob& job : jobs) {
    const int64_t lease = exchange->response.acknowledged_lease_ids(place++);
    const bool stores = job.rows.has_value();
    // Jobs are done one after the other, all on the writer's thread.
    job.done = [this, exchange, lease, stores](const absl::Status& status) {
      if (stores) Settle(lease, status);
      if (!status.ok()) {
        auto& acknowledged =
            *exchange->response.mutable_acknowledged_lease_ids();
        acknowledged.erase(
            std::find(acknowledged.begin(), acknowledged.end(), lease));
        v1::BatchRefusal& refusal = *exchange->response.add_refused();
        refusal.set_lease_id(lease);
        refusal.set_code(static_cast<int>(status.code()));
        refusal.set_message(std::string(status.message()));
      }
      if (--exchange->jobs_left == 0) Answer(exchange);
    };
  }
  writer_.Submit(std::move(jobs));
}

void WorkExchange::Settle(int64_t lease, const absl::Status& status) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (status.ok()) {
    queue_.Recorded(lease);
  } else {
    queue_.Unrecorded(lease);
  }
}

void WorkExchange::Answer(const std::shared_ptr<Exchange>& exchange) {
  std::vector<Outgoing> outgoing;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto it = sessions_.find(exchange->session);
    if (it == sessions_.end()) return;
    FillLeases(it->second, exchange->response);
    outgoing.push_back({it->second.send, std::move(exchange->response)});
    ShowGauges();
  }
  SendAll(std::move(outgoing));
}

void WorkExchange::FillLeases(Session& session,
                              v1::SynchronizeResponse& response) {
  const absl::Time now = clock_();
  const absl::Duration ttl = queue_.lease_ttl();
  response.set_next_sync_ms(absl::ToInt64Milliseconds(ttl / 3));
  if (session.draining || !session.heard) return;
  if (writer_.health().Pauses(now)) return;
  const int room = session.target - queue_.HeldBy(session.worker);
  const std::vector<queue::Lease> leases =
      queue_.Give(session.worker, session.versions, room, SharersOf(now), now);
  for (const queue::Lease& lease : leases) {
    *response.add_leases() =
        ToProto(lease, studies_.at(lease.study)->name(), ttl);
  }
  metrics_.AddLeasesGiven(static_cast<int64_t>(leases.size()));
}

std::vector<WorkExchange::Outgoing> WorkExchange::Push() {
  std::vector<Outgoing> outgoing;
  const absl::Time now = clock_();
  for (auto& [id, session] : sessions_) {
    // A worker that hangs would lose what it is given, again and again.
    const bool hangs = session.last_heard + queue_.lease_ttl() <= now;
    if (!session.pushes || hangs) continue;
    Outgoing out = {session.send, {}};
    FillLeases(session, out.response);
    if (out.response.leases_size() > 0) outgoing.push_back(std::move(out));
  }
  ShowGauges();
  return outgoing;
}

void WorkExchange::SendAll(std::vector<Outgoing> outgoing) {
  for (Outgoing& out : outgoing) out.send(std::move(out.response));
}

bool WorkExchange::HasOtherSession(int64_t session,
                                   const std::string& worker) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& item) {
    return item.first != session && item.second.worker == worker;
  });
}

int WorkExchange::SharersOf(absl::Time now) const {
  return static_cast<int>(
      std::count_if(sessions_.begin(), sessions_.end(), [&](const auto& item) {
        const Session& session = item.second;
        return session.heard && !session.draining &&
               session.last_heard + queue_.lease_ttl() > now;
      }));
}

void WorkExchange::Close(int64_t session) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto it = sessions_.find(session);
    if (it == sessions_.end()) return;
    const std::string worker = it->second.worker;
    // Without a stream, nothing is known of a worker between two calls: it
    // stays until it has not been heard of for too long.
    if (!it->second.pushes && it->second.heard) {
      it->second.send = [](v1::SynchronizeResponse) {};
      for (auto other = sessions_.begin(); other != sessions_.end();) {
        const bool older = other->first != session && !other->second.pushes &&
                           other->second.worker == worker;
        other = older ? sessions_.erase(other) : std::next(other);
      }
      return;
    }
    sessions_.erase(it);
    if (!HasOtherSession(session, worker)) {
      queue_.Disconnect(worker, clock_());
    }
    ShowGauges();
  }
  NotifyStudies();
}

void WorkExchange::Tick() {
  std::vector<Outgoing> outgoing;
  std::vector<WriteJob> jobs;
  bool news = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const std::string reason = writer_.health().reason();
    news = std::exchange(told_, reason) != reason;
    const absl::Time now = clock_();
    const int64_t before = queue_.active_leases();
    const std::vector<queue::Lease> exhausted = queue_.Expire(now);
    metrics_.AddLeasesLost(before - queue_.active_leases() +
                           static_cast<int64_t>(exhausted.size()));
    jobs = FailExhausted(exhausted);
    for (auto it = sessions_.begin(); it != sessions_.end();) {
      const bool gone = !it->second.pushes && it->second.heard &&
                        it->second.last_heard + queue_.lease_ttl() <= now;
      it = gone ? sessions_.erase(it) : std::next(it);
    }
    outgoing = Push();
  }
  if (!jobs.empty()) writer_.Submit(std::move(jobs));
  if (news) NotifyStudies();
  SendAll(std::move(outgoing));
}

std::vector<WriteJob> WorkExchange::FailExhausted(
    const std::vector<queue::Lease>& leases) {
  std::vector<WriteJob> jobs;
  for (const queue::Lease& lease : leases) {
    const std::shared_ptr<Study> study = studies_.at(lease.study);
    const auto holder = std::make_shared<ExhaustedHolder>();
    const size_t count = store::CountOf(lease.work.ranges);
    holder->ranges = lease.work.ranges;
    holder->states.assign(count, v1::Trial::FAILED);
    holder->reason_codes.assign(count, 1);
    holder->reasons = {"", kExhausted};
    holder->metrics.assign(count * study->metric_count(),
                           std::numeric_limits<double>::quiet_NaN());
    WriteJob job;
    job.study = study;
    job.rows = store::BatchRows{.study = study->id(),
                                .ranges = holder->ranges,
                                .states = holder->states,
                                .reason_codes = holder->reason_codes,
                                .reasons = holder->reasons,
                                .metrics = holder->metrics,
                                .metric_count = study->metric_count(),
                                .worker = lease.worker,
                                .lease = lease.id,
                                .epoch = lease.epoch,
                                .attempt = lease.attempt(),
                                .lease_time = lease.given};
    job.keep = holder;
    job.done = [this, id = lease.id](const absl::Status& status) {
      Settle(id, status);
    };
    jobs.push_back(std::move(job));
  }
  return jobs;
}

WorkExchange::Presence WorkExchange::PresenceOf(const Study& study) {
  std::lock_guard<std::mutex> lock(mutex_);
  Presence presence;
  presence.leased_count = queue_.LeasedOf(study.id());
  const Session* other = nullptr;
  for (const auto& [id, session] : sessions_) {
    if (!session.heard || session.draining) continue;
    if (session.versions == study.model_versions()) {
      ++presence.worker_count;
    } else {
      other = &session;
    }
  }
  if (studies_.count(study.id()) == 0) return presence;
  presence.waiting_reason = writer_.health().reason();
  if (!presence.waiting_reason.empty() || presence.worker_count > 0) {
    return presence;
  }
  presence.waiting_reason =
      other == nullptr
          ? "no worker is connected"
          : absl::StrCat(
                "no connected worker has the study's models: it needs ",
                absl::StrJoin(study.model_versions(), " "), "; worker ",
                other->worker, " has ", absl::StrJoin(other->versions, " "));
  return presence;
}

void WorkExchange::NotifyStudies() {
  std::vector<std::shared_ptr<Study>> studies;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [id, study] : studies_) studies.push_back(study);
  }
  for (const auto& study : studies) study->NotifyChanged();
}

void WorkExchange::ShowGauges() {
  metrics_.SetQueue(queue_.pending(), queue_.active_leases());
  metrics_.SetWorkersConnected(
      std::count_if(sessions_.begin(), sessions_.end(),
                    [](const auto& item) { return item.second.heard; }));
  metrics_.SetStudiesActive(
      std::count_if(studies_.begin(), studies_.end(), [](const auto& item) {
        return item.second->state() == v1::Study::ACTIVE;
      }));
}

}  // namespace dynarch::server
