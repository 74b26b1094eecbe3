// A long-run rate from one simulated run: batch means of a ratio.
#ifndef DYNARCH_SIM_DATAFLOW_BATCH_MEANS_H_
#define DYNARCH_SIM_DATAFLOW_BATCH_MEANS_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dynarch::dataflow {

// Counts per time over kBatches batches of one run; the batches stand for
// independent samples (Law, "Simulation modeling and analysis", 9.5.3).
class BatchMeans {
 public:
  static constexpr int kBatches = 32;

  explicit BatchMeans(int counters) : counts_(counters), batch_(counters) {}

  // Within the batch.
  void Count(int counter, int64_t count) { batch_[counter] += count; }
  void Time(int64_t time) { batch_time_ += time; }
  void EndBatch() {
    for (size_t c = 0; c < counts_.size(); ++c) counts_[c].push_back(batch_[c]);
    times_.push_back(batch_time_);
    batch_.assign(batch_.size(), 0);
    batch_time_ = 0;
  }

  int64_t total_time() const {
    int64_t sum = 0;
    for (const int64_t time : times_) sum += time;
    return sum;
  }
  int64_t total(int counter) const {
    int64_t sum = 0;
    for (const int64_t count : counts_[counter]) sum += count;
    return sum;
  }

  // Total count per total time; 0 if no time passed.
  std::vector<double> Rates() const {
    const double time = static_cast<double>(total_time());
    std::vector<double> rates;
    for (size_t c = 0; c < counts_.size(); ++c) {
      const double count = static_cast<double>(total(static_cast<int>(c)));
      rates.push_back(time > 0 ? count / time : 0);
    }
    return rates;
  }

  // Half the width of the 95 % interval of each rate: ratio estimator,
  // Student's t with 31 degrees of freedom. 0 with fewer than two batches.
  std::vector<double> HalfWidths() const {
    const std::vector<double> rates = Rates();
    const double time = static_cast<double>(total_time());
    const double batches = static_cast<double>(times_.size());
    std::vector<double> widths(counts_.size(), 0.0);
    if (batches < 2 || time == 0) return widths;
    for (size_t c = 0; c < counts_.size(); ++c) {
      double squares = 0;
      for (size_t b = 0; b < times_.size(); ++b) {
        const double off = static_cast<double>(counts_[c][b]) -
                           rates[c] * static_cast<double>(times_[b]);
        squares += off * off;
      }
      widths[c] =
          kStudent * std::sqrt(squares / (batches - 1) * batches) / time;
    }
    return widths;
  }

 private:
  // 97.5 % point of Student's t with kBatches - 1 degrees of freedom.
  static constexpr double kStudent = 2.0395;

  std::vector<std::vector<int64_t>> counts_;  // [counter][batch]
  std::vector<int64_t> times_;                // by batch
  std::vector<int64_t> batch_;                // by counter, of this batch
  int64_t batch_time_ = 0;
};

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_BATCH_MEANS_H_
