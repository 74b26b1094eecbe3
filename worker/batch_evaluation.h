// One lease into one batch of results.
#ifndef DYNARCH_WORKER_BATCH_EVALUATION_H_
#define DYNARCH_WORKER_BATCH_EVALUATION_H_

#include <atomic>

#include "dynarch/v1/work_service.pb.h"
#include "worker/candidate_evaluator.h"

namespace dynarch::worker {

// Evaluates the lease's candidates in order into `batch`, whose buffers are
// reused. Returns false, the batch being useless, once `stop` is set.
bool EvaluateLease(const v1::Lease& lease, CandidateEvaluator& evaluator,
                   const std::atomic<bool>& stop, v1::ResultBatch& batch);

}  // namespace dynarch::worker

#endif  // DYNARCH_WORKER_BATCH_EVALUATION_H_
