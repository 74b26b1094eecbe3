#include "client/commands/study_progress.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/report/text.h"

namespace dynarch::commands {
namespace {

std::string StateText(const v1::Study& study) {
  return absl::AsciiStrToLower(v1::Study::State_Name(study.state()));
}

}  // namespace

int64_t DoneCount(const v1::Progress& progress) {
  return progress.succeeded_count() + progress.infeasible_count() +
         progress.failed_count();
}

report::ProgressState ProgressOf(const v1::Study& study, double seconds) {
  const v1::Progress& progress = study.progress();
  return report::ProgressState{
      .done = DoneCount(progress),
      .total = progress.candidate_count(),
      .front_points = progress.front_count(),
      .workers = progress.worker_count(),
      .seconds = seconds,
      .waiting_reason = progress.waiting_reason(),
  };
}

report::Json StudyJson(const v1::Study& study) {
  const v1::Progress& progress = study.progress();
  report::Json json = report::Json::Object();
  json.Set("study", study.name())
      .Set("state", StateText(study))
      .Set("candidates", int64_t{progress.candidate_count()})
      .Set("excluded", int64_t{progress.excluded_count()})
      .Set("succeeded", int64_t{progress.succeeded_count()})
      .Set("infeasible", int64_t{progress.infeasible_count()})
      .Set("failed", int64_t{progress.failed_count()})
      .Set("front_points", int64_t{progress.front_count()})
      .Set("workers", int64_t{progress.worker_count()})
      .Set("waiting_reason", progress.waiting_reason());
  return json;
}

std::string StudyText(const v1::Study& study) {
  const v1::Progress& progress = study.progress();
  return absl::StrCat(
      study.name(), ": ", StateText(study), ", ",
      report::CountText(progress.candidate_count()),
      " candidates: ", report::CountText(progress.succeeded_count()),
      " succeeded, ", report::CountText(progress.infeasible_count()),
      " infeasible, ", report::CountText(progress.failed_count()), " failed; ",
      report::CountText(progress.excluded_count()), " excluded; front ",
      report::CountText(progress.front_count()), " points\n");
}

}  // namespace dynarch::commands
