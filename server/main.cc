// dynarch-server: stores studies and schedules their candidates.
#include <signal.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/service/listen_address.h"
#include "server/service/server.h"
#include "server/store/sqlite_store.h"
#include "sim/base/status_macros.h"

namespace dynarch {
namespace {

constexpr int kBadInput = 2;

struct Flags {
  server::ServerOptions server;
  std::string database;
  std::string log_level = "warn";
  bool parent_death = false;
};

void Define(CLI::App& app, Flags& flags) {
  app.add_option("--listen", flags.server.listen,
                 "HOST:PORT (0: any free port) or unix:PATH")
      ->capture_default_str();
  app.add_option("--database", flags.database,
                 "SQLite file, created if need be")
      ->required();
  app.add_option("--metrics-listen", flags.server.metrics_listen,
                 "HOST:PORT that serves /metrics for Prometheus");
  app.add_flag("--allow-insecure-remote", flags.server.allow_insecure_remote,
               "listen beyond this machine, unencrypted");
  app.add_flag("--parent-death", flags.parent_death,
               "end when the process that started this one ends");
  app.add_option("--log-level", flags.log_level, "least level logged")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
}

// %* of the pattern: the message as the inside of a JSON string.
class JsonText : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    for (const char c : message.payload) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(static_cast<unsigned char>(c) < ' ' ? ' ' : c);
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonText>();
  }
};

void SetUpLog(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("dynarch-server");
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<JsonText>('*').set_pattern(
      R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":"%*"})");
  logger->set_formatter(std::move(formatter));
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

// Signals to wait for; blocked in every thread, which inherit the mask.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// A server over the database. A wrong address is refused before the database
// is touched; one that turns out to be taken leaves no database behind that was
// not there before.
absl::StatusOr<std::unique_ptr<server::Server>> Start(const Flags& flags) {
  DYNARCH_RETURN_IF_ERROR(server::CheckListenAddress(
      flags.server.listen, flags.server.allow_insecure_remote));
  std::error_code ignored;
  const bool fresh = !std::filesystem::exists(flags.database, ignored);
  DYNARCH_ASSIGN_OR_RETURN(std::unique_ptr<store::Store> store,
                           store::OpenSqliteStore(flags.database));
  absl::StatusOr<std::unique_ptr<server::Server>> server =
      server::Server::Start(std::move(store), flags.server, &absl::Now);
  if (!server.ok() && fresh) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(flags.database + suffix, ignored);
    }
  }
  return server;
}

absl::Status Run(const Flags& flags) {
  const sigset_t signals = BlockStopSignals();
  DYNARCH_ASSIGN_OR_RETURN(const std::unique_ptr<server::Server> server,
                           Start(flags));
  std::cout << "listening on " << server->address() << std::endl;
  if (server->metrics_port() != 0) {
    std::cout << "metrics on port " << server->metrics_port() << std::endl;
  }
  spdlog::info("listening on {}, database {}", server->address(),
               flags.database);
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("draining on signal {}", signal);
  server->Drain(absl::Seconds(5));
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  const pid_t parent = getppid();
  // gRPC's own log would surround the one message that matters.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  Flags flags;
  CLI::App app("Stores Dynarch studies and gives their candidates to workers.");
  Define(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadInput;
  }
  if (flags.parent_death) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) return 0;  // it was already gone
  }
  SetUpLog(flags.log_level);
  const absl::Status status = Run(flags);
  if (status.ok()) return 0;
  std::cerr << "dynarch-server: " << status.message() << std::endl;
  return kBadInput;
}

}  // namespace
}  // namespace dynarch

int main(int argc, char** argv) { return dynarch::Main(argc, argv); }
