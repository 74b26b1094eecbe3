// Whether the database can be written, and when to try again.
#ifndef DYNARCH_SERVER_STUDY_COMMIT_HEALTH_H_
#define DYNARCH_SERVER_STUDY_COMMIT_HEALTH_H_

#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace dynarch::server {

// What clients wait for when it does not come: a study's waiting reason starts
// with this.
inline constexpr char kDatabaseFails[] = "the database cannot be written";

// A failure pauses leasing, for one second at first. What fails within the
// pause was under way before it and changes nothing; what fails after it
// doubles the pause, up to thirty seconds. A success ends all that.
// Thread-safe.
class CommitHealth {
 public:
  // A transaction failed. Logs the first of a row of failures. What only says
  // that the rows are wrong (AlreadyExists, InvalidArgument) says nothing about
  // the database: it is logged, no more.
  void Failed(const absl::Status& status, absl::Time now);
  void Succeeded();

  // No leases: their results could not be stored.
  bool Pauses(absl::Time now) const;
  // "the database cannot be written: ..."; empty since the last success.
  std::string reason() const;

 private:
  mutable std::mutex mutex_;
  std::string reason_;
  absl::Duration pause_;
  absl::Time pause_end_ = absl::InfinitePast();
};

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_STUDY_COMMIT_HEALTH_H_
