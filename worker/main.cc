// dynarch-worker: evaluates candidates for a server.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "sim/base/status_macros.h"
#include "sim/evaluator.h"
#include "worker/connection/server_connection.h"
#include "worker/study_evaluator.h"
#include "worker/work_loop.h"

namespace dynarch::worker {
namespace {

constexpr int kFailed = 1;
constexpr int kBadInput = 2;
const absl::Duration kFirstBackoff = absl::Milliseconds(50);
const absl::Duration kLongestBackoff = absl::Seconds(2);
const absl::Duration kGlance = absl::Milliseconds(100);

struct Flags {
  std::string server;
  std::string name;
  double connect_timeout_s = 10;
  int reconnect_attempts = 100;
  double exit_when_idle_s = 0;
  bool parent_death = false;
};

void Define(CLI::App& app, Flags& flags) {
  app.add_option("--server", flags.server, "HOST:PORT or unix:PATH")
      ->required();
  app.add_option("--name", flags.name,
                 "unique name of this worker; default: HOST-PID");
  app.add_option("--connect-timeout", flags.connect_timeout_s,
                 "seconds to wait for the server at the start")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--reconnect-attempts", flags.reconnect_attempts,
                 "how often to try again when the server goes away")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--exit-when-idle", flags.exit_when_idle_s,
                 "end after so many seconds without work; 0: never")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--parent-death", flags.parent_death,
               "end when the process that started this one ends");
  app.footer(
      "Exit codes: 0 ended by SIGTERM, SIGINT or --exit-when-idle, 1 the "
      "server cannot be reached or used, 2 wrong command line.");
}

std::string DefaultName() {
  char host[256] = "worker";
  gethostname(host, sizeof(host) - 1);
  return absl::StrCat(host, "-", getpid());
}

// Call it before any thread is made: they inherit the mask.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Drains the loop on a stop signal or after too much idle time.
class Watcher {
 public:
  Watcher(WorkLoop& loop, absl::Duration longest_idle, sigset_t signals)
      : loop_(loop), longest_idle_(longest_idle), signals_(signals) {
    thread_ = std::thread([this] { Run(); });
  }
  ~Watcher() {
    done_ = true;
    thread_.join();
  }
  bool draining() const { return draining_; }

 private:
  void Run() {
    const timespec interval = {.tv_sec = 0, .tv_nsec = 100'000'000};
    while (!done_) {
      const bool signalled = sigtimedwait(&signals_, nullptr, &interval) > 0;
      const bool idle = longest_idle_ > absl::ZeroDuration() &&
                        loop_.IdleTime() >= longest_idle_;
      if (!signalled && !idle) continue;
      if (draining_.exchange(true) && signalled) loop_.Stop();  // asked twice
      loop_.Drain();
    }
  }

  WorkLoop& loop_;
  const absl::Duration longest_idle_;
  const sigset_t signals_;
  std::atomic<bool> draining_ = false;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

// Sleeps, but not once the loop drains.
void Pause(absl::Duration time, const Watcher& watcher) {
  const absl::Time end = absl::Now() + time;
  while (!watcher.draining() && absl::Now() < end) {
    absl::SleepFor(std::min(end - absl::Now(), kGlance));
  }
}

// Exchanges until the loop has ended; comes back after a broken stream.
absl::Status StayConnected(const Flags& flags, ServerConnection& connection,
                           WorkLoop& loop, const Watcher& watcher) {
  DYNARCH_RETURN_IF_ERROR(
      connection.WaitUntilReachable(absl::Seconds(flags.connect_timeout_s),
                                    [&watcher] { return watcher.draining(); }));
  absl::Duration backoff = kFirstBackoff;
  int attempts = 0;
  while (true) {
    const absl::Time begin = absl::Now();
    const absl::Status status = connection.Exchange(loop);
    // Without its server, a draining worker has nobody to give its work to.
    if (loop.ended() || watcher.draining()) return absl::OkStatus();
    if (absl::IsInvalidArgument(status) || absl::IsUnimplemented(status)) {
      return status;
    }
    if (absl::Now() - begin > kLongestBackoff) {  // it had been up
      backoff = kFirstBackoff;
      attempts = 0;
    }
    if (++attempts > flags.reconnect_attempts) {
      return absl::UnavailableError(absl::StrCat(
          "--server ", flags.server, ": gone after ", flags.reconnect_attempts,
          " attempts to reconnect (", status.message(), ")"));
    }
    Pause(backoff, watcher);
    if (watcher.draining()) return absl::OkStatus();
    backoff = std::min(2 * backoff, kLongestBackoff);
  }
}

absl::Status Run(const Flags& flags) {
  const sigset_t signals = BlockStopSignals();
  ServerConnection connection(flags.server);
  StudyOpener opener(
      [&](const std::string& name) { return connection.GetStudy(name); },
      [&](const std::string& sha256) {
        return connection.GetArtifact(sha256);
      });
  WorkLoop loop({.worker = flags.name.empty() ? DefaultName() : flags.name,
                 .model_versions = ModelVersions()},
                opener);
  Watcher watcher(loop, absl::Seconds(flags.exit_when_idle_s), signals);
  absl::Status evaluated;
  std::thread evaluator([&] { evaluated = loop.Evaluate(); });
  const absl::Status connected =
      StayConnected(flags, connection, loop, watcher);
  loop.Stop();
  evaluator.join();
  return evaluated.ok() ? connected : evaluated;
}

int Main(int argc, char** argv) {
  const pid_t parent = getppid();
  // gRPC's own log would surround the one message that matters.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  Flags flags;
  CLI::App app("Evaluates candidates of Dynarch studies for a server.");
  Define(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadInput;
  }
  if (flags.parent_death) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) return 0;  // it was already gone
  }
  const absl::Status status = Run(flags);
  if (status.ok()) return 0;
  std::cerr << "dynarch-worker: " << status.message() << std::endl;
  return absl::IsCancelled(status) ? 0 : kFailed;
}

}  // namespace
}  // namespace dynarch::worker

int main(int argc, char** argv) { return dynarch::worker::Main(argc, argv); }
