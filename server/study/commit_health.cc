#include "server/study/commit_health.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace dynarch::server {
namespace {

const absl::Duration kFirstPause = absl::Seconds(1);
const absl::Duration kLongestPause = absl::Seconds(30);

}  // namespace

void CommitHealth::Failed(const absl::Status& status, absl::Time now) {
  const std::string message(status.message());
  if (absl::IsAlreadyExists(status) || absl::IsInvalidArgument(status)) {
    spdlog::error("results cannot be recorded: {}", message);
    return;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  const bool first = reason_.empty();
  reason_ = absl::StrCat(kDatabaseFails, ": ", message);
  if (first) {
    spdlog::error("{}; no work is given until it can", reason_);
  }
  if (!first && now < pause_end_) return;
  pause_ = first ? kFirstPause : std::min(2 * pause_, kLongestPause);
  pause_end_ = now + pause_;
}

void CommitHealth::Succeeded() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (reason_.empty()) return;
  spdlog::warn("the database can be written again");
  reason_.clear();
  pause_end_ = absl::InfinitePast();
}

bool CommitHealth::Pauses(absl::Time now) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return now < pause_end_;
}

std::string CommitHealth::reason() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return reason_;
}

}  // namespace dynarch::server
