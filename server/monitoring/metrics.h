// What the server counts, and the endpoint that Prometheus reads it from.
#ifndef DYNARCH_SERVER_MONITORING_METRICS_H_
#define DYNARCH_SERVER_MONITORING_METRICS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dynarch::monitoring {

// Counters, gauges and histograms, all named dynarch_*. Thread-safe; lives as
// long as the server.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Results that became durable, by state: `succeeded`, `infeasible`,
  // `failed`.
  void AddResults(absl::string_view state, int64_t count);
  // One transaction of the writer.
  void ObserveCommit(int64_t rows, absl::Duration time);
  // Batches that could not be stored, e.g. because the disk is full.
  void AddCommitFailures(int64_t count);
  // CPU time that workers reported.
  void AddWorkerCpuTime(absl::Duration time);
  void AddLeasesGiven(int64_t count);
  void AddLeasesLost(int64_t count);
  // Batches refused, e.g. of a lost lease.
  void AddBatchesRefused(int64_t count);
  // The present.
  void SetQueue(int64_t pending_candidates, int64_t active_leases);
  void SetWorkersConnected(int64_t count);
  void SetStudiesActive(int64_t count);

  // All of it in the Prometheus text format.
  std::string Text() const;

  // Serves /metrics at `address` (HOST:PORT; port 0: any free one) until the
  // Metrics end. Returns the port. Unavailable if the address is in use.
  absl::StatusOr<int> Serve(const std::string& address);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dynarch::monitoring

#endif  // DYNARCH_SERVER_MONITORING_METRICS_H_
