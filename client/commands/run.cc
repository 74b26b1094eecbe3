// dynarch run: a study from file to front, everything here.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/commands/commands.h"
#include "client/commands/local_study.h"
#include "client/commands/study_progress.h"
#include "client/commands/submit_study.h"
#include "client/commands/sweep.h"
#include "client/embedded/interrupt.h"
#include "client/report/front_report.h"
#include "client/report/text.h"
#include "sim/base/status_macros.h"
#include "sim/io/file.h"

namespace dynarch::commands {
namespace {

using report::Json;

constexpr char kDatabase[] = "studies.db";
constexpr int kFrontLines = 40;

// The folder of results, held by one run at a time.
class OutFolder {
 public:
  // Unavailable if another run holds it.
  static absl::StatusOr<std::unique_ptr<OutFolder>> Open(
      const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--out ", path, ": cannot be created: ", error.message()));
    }
    const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("--out ", path));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      close(fd);
      return absl::UnavailableError(absl::StrCat(
          "--out ", path, ": another dynarch run works in this folder"));
    }
    return std::unique_ptr<OutFolder>(new OutFolder(path, fd));
  }
  ~OutFolder() { close(fd_); }

  std::string File(const std::string& name) const {
    return absl::StrCat(path_, "/", name);
  }
  const std::string& path() const { return path_; }

 private:
  OutFolder(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  const std::string path_;
  const int fd_;  // Its lock goes with it.
};

// New results of this run, and how fast they came.
struct Speed {
  int64_t candidates = 0;
  double per_second = 0;
};

Speed SpeedOf(const Sweep& sweep) {
  Speed speed;
  speed.candidates = DoneCount(sweep.study.progress()) - sweep.done_before;
  const double seconds = absl::ToDoubleSeconds(sweep.wall);
  if (seconds > 0) speed.per_second = speed.candidates / seconds;
  return speed;
}

Json StatsJson(const Sweep& sweep) {
  const Speed speed = SpeedOf(sweep);
  Json json = Json::Object();
  json.Set("candidates_evaluated", speed.candidates)
      .Set("candidates_per_s", speed.per_second)
      .Set("client_cpu_s", absl::ToDoubleSeconds(sweep.client_cpu))
      .Set("server_cpu_s", absl::ToDoubleSeconds(sweep.usage.server))
      .Set("workers_cpu_s", absl::ToDoubleSeconds(sweep.usage.workers))
      .Set("server_peak_bytes", sweep.usage.server_peak_bytes);
  return json;
}

std::string StatsText(const Sweep& sweep) {
  const Speed speed = SpeedOf(sweep);
  report::TextTable table({"process", "CPU", "CPU per candidate"});
  const auto row = [&](const char* name, absl::Duration cpu) {
    const double seconds = absl::ToDoubleSeconds(cpu);
    table.AddRow({name, report::SiText(seconds, "s"),
                  speed.candidates > 0
                      ? report::SiText(seconds / speed.candidates, "s")
                      : "-"});
  };
  row("client", sweep.client_cpu);
  row("server", sweep.usage.server);
  row("workers", sweep.usage.workers);
  return absl::StrCat(table.ToString(), "server memory, peak: ",
                      sweep.usage.server_peak_bytes >> 20, " MiB\n");
}

// Everything that is printed with --json and kept as front.json.
Json RunJson(const study::StudySpec& spec, const Sweep& sweep,
             const report::FrontReport& front, const std::string& database,
             bool stats) {
  Json json = Json::Object();
  const v1::Progress& progress = sweep.study.progress();
  json.Set("study", sweep.study.name())
      .Set("candidates", int64_t{progress.candidate_count()})
      .Set("excluded", int64_t{progress.excluded_count()})
      .Set("succeeded", int64_t{progress.succeeded_count()})
      .Set("infeasible", int64_t{progress.infeasible_count()})
      .Set("failed", int64_t{progress.failed_count()})
      .Set("front", report::FrontJson(spec, front))
      .Set("baseline", report::BaselineJson(spec, front))
      .Set("baseline_missing", front.baseline_missing.empty()
                                   ? Json()
                                   : Json(front.baseline_missing))
      .Set("error_band", "unvalidated")
      .Set("database", database)
      .Set("seconds", absl::ToDoubleSeconds(sweep.wall));
  if (stats) json.Set("stats", StatsJson(sweep));
  return json;
}

std::string RunText(const study::StudySpec& spec, const Sweep& sweep,
                    const report::FrontReport& front, const OutFolder& out) {
  const Speed speed = SpeedOf(sweep);
  std::string text =
      absl::StrCat("\n", StudyText(sweep.study), "\n",
                   report::FrontText(spec, front, kFrontLines), "\n");
  if (speed.candidates > 0) {
    absl::StrAppend(
        &text, report::CountText(speed.candidates), " candidates in ",
        report::SiText(absl::ToDoubleSeconds(sweep.wall), "s"),
        " from process start to last commit: ",
        report::CountText(static_cast<int64_t>(speed.per_second)), "/s\n");
  } else {
    absl::StrAppend(&text, "All results were there from an earlier run.\n");
  }
  return absl::StrCat(text, "Results: ", out.File("front.csv"), ", ",
                      out.File("front.json"), ", ", out.File(kDatabase), "\n");
}

// A sweep that ended without a whole result is no success.
absl::Status CheckComplete(const Sweep& sweep) {
  const v1::Progress& progress = sweep.study.progress();
  if (sweep.study.state() == v1::Study::CANCELLED) {
    return absl::CancelledError(
        absl::StrCat(sweep.study.name(), ": was cancelled"));
  }
  if (progress.failed_count() > 0) {
    return absl::InternalError(absl::StrCat(
        sweep.study.name(), ": ", progress.failed_count(),
        " candidates FAILED, which is an error of the evaluator; the front is "
        "without them"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Run(const Context& context, const RunOptions& options) {
  const embedded::InterruptGuard guard;
  DYNARCH_ASSIGN_OR_RETURN(
      LocalStudy study, OpenStudyFile(options.study_file, context.catalog, {}));
  DYNARCH_ASSIGN_OR_RETURN(const report::GpuCandidates gpus,
                           CheckBaseline(context, &guard, study));
  DYNARCH_ASSIGN_OR_RETURN(
      const auto out,
      OutFolder::Open(options.out.empty()
                          ? absl::StrCat("dynarch-out/", study.name)
                          : options.out));
  DYNARCH_ASSIGN_OR_RETURN(const Sweep sweep,
                           RunSweep(context,
                                    {.program_folder = context.program_folder,
                                     .out_folder = out->path(),
                                     .database = out->File(kDatabase),
                                     .workers = options.workers},
                                    study, guard));
  DYNARCH_ASSIGN_OR_RETURN(
      const report::FrontReport front,
      report::BuildFrontReport(
          *study.evaluator, gpus, sweep.front,
          [&](double /*share*/) { return CheckInterrupt(guard); }));
  DYNARCH_RETURN_IF_ERROR(CheckInterrupt(guard));
  const std::string json = absl::StrCat(
      RunJson(study.spec(), sweep, front, out->File(kDatabase), options.stats)
          .ToString(),
      "\n");
  DYNARCH_RETURN_IF_ERROR(io::WriteFile(out->File("front.json"), json));
  DYNARCH_RETURN_IF_ERROR(io::WriteFile(out->File("front.csv"),
                                        report::FrontCsv(study.spec(), front)));
  if (options.json) {
    context.out << json;
  } else {
    context.out << RunText(study.spec(), sweep, front, *out);
    if (options.stats) context.out << "\n" << StatsText(sweep);
  }
  return CheckComplete(sweep);
}

}  // namespace dynarch::commands
