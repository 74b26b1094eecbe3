#include "server/monitoring/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <exception>

#include "absl/strings/str_cat.h"

namespace dynarch::monitoring {

namespace {

prometheus::Counter& NewCounter(prometheus::Registry& registry,
                                const std::string& name,
                                const std::string& help) {
  return prometheus::BuildCounter()
      .Name(name)
      .Help(help)
      .Register(registry)
      .Add({});
}

prometheus::Gauge& NewGauge(prometheus::Registry& registry,
                            const std::string& name, const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(
      {});
}

prometheus::Histogram& NewHistogram(
    prometheus::Registry& registry, const std::string& name,
    const std::string& help, prometheus::Histogram::BucketBoundaries buckets) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(registry)
      .Add({}, std::move(buckets));
}

}  // namespace

struct Metrics::Impl {
  std::shared_ptr<prometheus::Registry> registry =
      std::make_shared<prometheus::Registry>();
  prometheus::Family<prometheus::Counter>& results =
      prometheus::BuildCounter()
          .Name("dynarch_results_total")
          .Help("Results stored durably, by state.")
          .Register(*registry);
  prometheus::Counter& leases_given = NewCounter(
      *registry, "dynarch_leases_given_total", "Leases handed to workers.");
  prometheus::Counter& leases_lost =
      NewCounter(*registry, "dynarch_leases_lost_total",
                 "Leases that expired before their results came.");
  prometheus::Counter& batches_refused =
      NewCounter(*registry, "dynarch_batches_refused_total",
                 "Result batches refused, e.g. of a lost lease.");
  prometheus::Counter& commit_failures =
      NewCounter(*registry, "dynarch_commit_failures_total",
                 "Batches of results that could not be stored.");
  prometheus::Counter& worker_cpu =
      NewCounter(*registry, "dynarch_worker_cpu_seconds_total",
                 "CPU time that workers spent on stored results.");
  prometheus::Histogram& commit_seconds = NewHistogram(
      *registry, "dynarch_commit_seconds",
      "Time of one transaction of the writer, disk included.",
      {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5});
  prometheus::Histogram& batch_rows = NewHistogram(
      *registry, "dynarch_batch_rows", "Results written by one transaction.",
      {1, 10, 100, 1'000, 5'000, 10'000, 20'000, 50'000});
  prometheus::Gauge& pending = NewGauge(*registry, "dynarch_queue_pending",
                                        "Candidates that wait for a worker.");
  prometheus::Gauge& leases =
      NewGauge(*registry, "dynarch_leases_active", "Leases held by workers.");
  prometheus::Gauge& workers = NewGauge(*registry, "dynarch_workers_connected",
                                        "Workers heard of recently.");
  prometheus::Gauge& studies =
      NewGauge(*registry, "dynarch_studies_active", "Studies with work to do.");
  // Last member: it reads the registry until it is gone.
  std::unique_ptr<prometheus::Exposer> exposer;

  Impl() {
    for (const char* state : {"succeeded", "infeasible", "failed"}) {
      results.Add({{"state", state}});  // shown as 0 from the start
    }
  }
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::AddResults(absl::string_view state, int64_t count) {
  impl_->results.Add({{"state", std::string(state)}})
      .Increment(static_cast<double>(count));
}

void Metrics::ObserveCommit(int64_t rows, absl::Duration time) {
  impl_->batch_rows.Observe(static_cast<double>(rows));
  impl_->commit_seconds.Observe(absl::ToDoubleSeconds(time));
}

void Metrics::AddCommitFailures(int64_t count) {
  impl_->commit_failures.Increment(static_cast<double>(count));
}

void Metrics::AddWorkerCpuTime(absl::Duration time) {
  impl_->worker_cpu.Increment(absl::ToDoubleSeconds(time));
}

void Metrics::AddLeasesGiven(int64_t count) {
  impl_->leases_given.Increment(static_cast<double>(count));
}

void Metrics::AddLeasesLost(int64_t count) {
  impl_->leases_lost.Increment(static_cast<double>(count));
}

void Metrics::AddBatchesRefused(int64_t count) {
  impl_->batches_refused.Increment(static_cast<double>(count));
}

void Metrics::SetQueue(int64_t pending_candidates, int64_t active_leases) {
  impl_->pending.Set(static_cast<double>(pending_candidates));
  impl_->leases.Set(static_cast<double>(active_leases));
}

void Metrics::SetWorkersConnected(int64_t count) {
  impl_->workers.Set(static_cast<double>(count));
}

void Metrics::SetStudiesActive(int64_t count) {
  impl_->studies.Set(static_cast<double>(count));
}

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(impl_->registry->Collect());
}

absl::StatusOr<int> Metrics::Serve(const std::string& address) {
  // prometheus-cpp reports a port in use by an exception; it ends here.
  try {
    impl_->exposer = std::make_unique<prometheus::Exposer>(address, 1);
    impl_->exposer->RegisterCollectable(impl_->registry);
    return impl_->exposer->GetListeningPorts().at(0);
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat(
        "--metrics-listen ", address,
        ": cannot listen there; is the port in use? (", error.what(), ")"));
  }
}

}  // namespace dynarch::monitoring
