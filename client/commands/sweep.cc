#include "client/commands/sweep.h"

#include <sys/resource.h>

#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "client/commands/study_progress.h"
#include "client/commands/submit_study.h"
#include "client/connection/study_client.h"
#include "client/embedded/interrupt.h"
#include "client/report/progress.h"
#include "sim/base/status_macros.h"

namespace dynarch::commands {
namespace {

using connection::StudyClient;

constexpr absl::Duration kConnectPatience = absl::Seconds(20);
// How the server's reason begins when its disk is full.
constexpr char kNoDatabase[] = "the database cannot be written";
constexpr absl::Duration kTick = absl::Milliseconds(20);

// Follows a study in a thread of its own, so that this one can look after the
// children and the user.
class Watcher {
 public:
  Watcher(StudyClient& client, std::string name)
      : client_(client), thread_([this, name = std::move(name)] {
          const absl::Status status =
              client_.Watch(name, [this](const v1::Study& study) {
                const std::lock_guard lock(mutex_);
                latest_ = study;
                return true;
              });
          const std::lock_guard lock(mutex_);
          end_ = status;
        }) {}
  ~Watcher() {
    // The call may not have begun when it is first cancelled.
    while (!end().has_value()) {
      client_.CancelWatches();
      absl::SleepFor(absl::Milliseconds(1));
    }
    thread_.join();
  }

  // Since the last call; nullopt if there is nothing new.
  std::optional<v1::Study> News() {
    const std::lock_guard lock(mutex_);
    return std::exchange(latest_, std::nullopt);
  }
  // How the call ended; nullopt while it goes on.
  std::optional<absl::Status> end() {
    const std::lock_guard lock(mutex_);
    return end_;
  }

 private:
  StudyClient& client_;
  std::mutex mutex_;
  std::optional<v1::Study> latest_;
  std::optional<absl::Status> end_;
  std::thread thread_;  // Last: it uses the others.
};

absl::Duration OwnCpu() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) +
         absl::DurationFromTimeval(usage.ru_stime);
}

bool Ended(const v1::Study& study) {
  return study.state() == v1::Study::DONE ||
         study.state() == v1::Study::CANCELLED;
}

// Waits for the end of the study while it keeps the workers alive.
absl::StatusOr<v1::Study> WaitForEnd(const Context& context,
                                     embedded::EmbeddedSystem& system,
                                     StudyClient& client,
                                     const v1::Study& created,
                                     const embedded::InterruptGuard& guard) {
  if (Ended(created)) return created;
  report::ProgressPrinter printer(context.err, context.terminal);
  Watcher watcher(client, created.name());
  v1::Study study = created;
  while (true) {
    const auto end = watcher.end();  // Before the news: they come first.
    if (auto news = watcher.News(); news.has_value()) {
      study = *std::move(news);
      const std::string& reason = study.progress().waiting_reason();
      if (absl::StartsWith(reason, kNoDatabase)) {
        printer.Finish();
        return absl::ResourceExhaustedError(reason);
      }
      printer.Update(ProgressOf(
          study, absl::ToDoubleSeconds(absl::Now() - context.start)));
    }
    if (Ended(study)) break;
    if (end.has_value()) {
      printer.Finish();
      DYNARCH_RETURN_IF_ERROR(*end);
      return absl::UnavailableError(
          "the server stopped reporting before the study's end");
    }
    absl::Status status = CheckInterrupt(guard);
    if (status.ok()) status = system.Supervise();
    if (!status.ok()) {
      printer.Finish();
      return status;
    }
    absl::SleepFor(kTick);
  }
  printer.Finish();
  return study;
}

}  // namespace

absl::StatusOr<Sweep> RunSweep(const Context& context,
                               const embedded::SystemOptions& options,
                               const LocalStudy& study,
                               const embedded::InterruptGuard& guard) {
  DYNARCH_RETURN_IF_ERROR(CheckInterrupt(guard));
  DYNARCH_ASSIGN_OR_RETURN(const auto system,
                           embedded::EmbeddedSystem::Start(options));
  DYNARCH_RETURN_IF_ERROR(CheckInterrupt(guard));
  DYNARCH_RETURN_IF_ERROR(system->StartWorkers());
  DYNARCH_ASSIGN_OR_RETURN(
      std::unique_ptr<StudyClient> client,
      connection::Connect(system->address(), kConnectPatience));
  DYNARCH_ASSIGN_OR_RETURN(const v1::Study created,
                           SubmitStudy(*client, study));
  Sweep sweep;
  sweep.done_before = DoneCount(created.progress());
  DYNARCH_ASSIGN_OR_RETURN(
      sweep.study, WaitForEnd(context, *system, *client, created, guard));
  sweep.wall = absl::Now() - context.start;
  sweep.client_cpu = OwnCpu();
  DYNARCH_ASSIGN_OR_RETURN(sweep.front, client->QueryFront(sweep.study.name()));
  client.reset();  // A draining server waits for open connections.
  sweep.usage = system->Stop();
  return sweep;
}

}  // namespace dynarch::commands
