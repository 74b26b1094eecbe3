#include "client/embedded/embedded_system.h"

#include <signal.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "sim/base/status_macros.h"

namespace dynarch::embedded {
namespace {

constexpr absl::Duration kStartPatience = absl::Seconds(20);
constexpr absl::Duration kStopPatience = absl::Seconds(10);
constexpr int kRestartsPerWorker = 5;

std::string ServerLog(const SystemOptions& options) {
  return absl::StrCat(options.out_folder, "/dynarch-server.log");
}

// "dynarch-server ended with exit code 1: LAST LINE; its log is ...".
absl::Status EndedError(absl::string_view program, const ChildEnd& end,
                        const std::string& log) {
  return absl::UnavailableError(
      absl::StrCat(program, " ended with ", end.ToString(), ": ", LastLine(log),
                   "; its log is ", log));
}

absl::Status WaitForSocket(const SystemOptions& options,
                           const std::string& socket, ChildProcess& server) {
  const absl::Time deadline = absl::Now() + kStartPatience;
  std::error_code ignored;
  while (!std::filesystem::exists(socket, ignored)) {
    if (const auto end = server.Poll(); end.has_value()) {
      const std::string words = LastLine(ServerLog(options));
      if (words.empty()) {
        return EndedError("dynarch-server", *end, ServerLog(options));
      }
      return absl::UnavailableError(
          absl::StripPrefix(words, "dynarch-server: "));
    }
    if (absl::Now() > deadline) {
      return absl::UnavailableError(
          absl::StrCat("dynarch-server does not listen after ",
                       absl::FormatDuration(kStartPatience), "; its log is ",
                       ServerLog(options)));
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedSystem>> EmbeddedSystem::Start(
    const SystemOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(auto folder, PrivateFolder::Create());
  const std::string socket = folder->SocketPath();
  std::error_code ignored;
  const bool had_log = std::filesystem::exists(ServerLog(options), ignored);
  DYNARCH_ASSIGN_OR_RETURN(
      ChildProcess server,
      ChildProcess::Start({
          .program = absl::StrCat(options.program_folder, "/dynarch-server"),
          .arguments = {absl::StrCat("--listen=unix:", socket),
                        absl::StrCat("--database=", options.database),
                        "--parent-death"},
          .log_path = ServerLog(options),
      }));
  absl::Status listens = WaitForSocket(options, socket, server);
  if (!listens.ok()) {
    // A refusal has been told in full; its log would tell nothing more.
    if (!had_log && server.Poll().has_value()) {
      std::filesystem::remove(ServerLog(options), ignored);
    }
    return listens;
  }
  return std::unique_ptr<EmbeddedSystem>(
      new EmbeddedSystem(options, std::move(folder), std::move(server)));
}

EmbeddedSystem::~EmbeddedSystem() { Stop(); }

std::string EmbeddedSystem::address() const {
  return absl::StrCat("unix:", folder_->SocketPath());
}

std::string EmbeddedSystem::WorkerLog() const {
  return absl::StrCat(options_.out_folder, "/dynarch-worker.log");
}

absl::Status EmbeddedSystem::StartOneWorker() {
  DYNARCH_ASSIGN_OR_RETURN(
      ChildProcess worker,
      ChildProcess::Start({
          .program = absl::StrCat(options_.program_folder, "/dynarch-worker"),
          .arguments = {absl::StrCat("--server=", address()), "--parent-death"},
          .log_path = WorkerLog(),
      }));
  workers_.push_back(std::move(worker));
  return absl::OkStatus();
}

absl::Status EmbeddedSystem::StartWorkers() {
  for (int i = 0; i < options_.workers; ++i) {
    DYNARCH_RETURN_IF_ERROR(StartOneWorker());
  }
  return absl::OkStatus();
}

absl::Status EmbeddedSystem::Supervise() {
  if (const auto end = server_.Poll(); end.has_value()) {
    return EndedError("dynarch-server", *end, ServerLog(options_));
  }
  for (size_t i = 0; i < workers_.size(); ++i) {
    const auto end = workers_[i].Poll();
    if (!end.has_value()) continue;
    usage_.workers += end->cpu;
    workers_.erase(workers_.begin() + static_cast<ptrdiff_t>(i--));
    if (++restarts_ > kRestartsPerWorker * options_.workers) {
      return EndedError("dynarch-worker", *end, WorkerLog());
    }
    DYNARCH_RETURN_IF_ERROR(StartOneWorker());
  }
  return absl::OkStatus();
}

SystemUsage EmbeddedSystem::Stop() {
  if (std::exchange(stopped_, true)) return usage_;
  for (ChildProcess& worker : workers_) worker.Signal(SIGTERM);
  for (ChildProcess& worker : workers_) {
    usage_.workers += worker.Stop(kStopPatience).cpu;
  }
  workers_.clear();
  const ChildEnd server = server_.Stop(kStopPatience);
  usage_.server = server.cpu;
  usage_.server_peak_bytes = server.peak_bytes;
  folder_.reset();
  return usage_;
}

}  // namespace dynarch::embedded
