// dynarch submit, watch, front, trials and cancel: a study on a server.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/commands/commands.h"
#include "client/commands/local_study.h"
#include "client/commands/study_progress.h"
#include "client/commands/submit_study.h"
#include "client/connection/study_client.h"
#include "client/report/measurement_json.h"
#include "client/report/progress.h"
#include "client/report/text.h"
#include "sim/base/status_macros.h"
#include "sim/measurement/metric.h"

namespace dynarch::commands {
namespace {

using connection::StudyClient;
using report::Json;

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr int kReconnections = 10;  // Of a broken watch without any news.

void Print(const Context& context, const Json& json) {
  context.out << json.ToString() << "\n";
}

// Metric columns of trials, as the first one has them.
report::TextTable TrialTable(const std::vector<v1::Trial>& trials) {
  std::vector<std::string> heading = {"trial", "state"};
  for (const v1::Trial& trial : trials) {
    if (trial.measurement().metrics().empty()) continue;
    for (const v1::MetricValue& metric : trial.measurement().metrics()) {
      const auto named = measurement::MetricNamed(metric.metric());
      heading.push_back(named.ok()
                            ? std::string(measurement::InfoOf(*named).name)
                            : metric.metric());
    }
    break;
  }
  heading.push_back("values");
  const size_t columns = heading.size();
  report::TextTable table(std::move(heading));
  for (const v1::Trial& trial : trials) {
    std::vector<std::string> cells = {
        absl::StrCat(report::TrialIndex(trial.name())),
        trial.reason().empty() ? report::StateText(trial.state())
                               : trial.reason()};
    for (const v1::MetricValue& metric : trial.measurement().metrics()) {
      const auto named = measurement::MetricNamed(metric.metric());
      const absl::string_view unit =
          named.ok() ? measurement::InfoOf(*named).unit : "";
      cells.push_back(report::SiText(
          metric.has_value() ? std::optional(metric.value()) : std::nullopt,
          unit));
    }
    cells.resize(columns - 1, "-");
    std::string values;
    for (const v1::ParameterValue& value : trial.values()) {
      absl::StrAppend(&values, values.empty() ? "" : ", ", value.value());
    }
    cells.push_back(std::move(values));
    table.AddRow(std::move(cells));
  }
  return table;
}

Json TrialsJson(const std::vector<v1::Trial>& trials) {
  Json list = Json::Array();
  for (const v1::Trial& trial : trials) list.Add(report::TrialJson(trial));
  return list;
}

// Follows a study to its end, through lost connections.
absl::StatusOr<v1::Study> FollowToEnd(const Context& context,
                                      StudyClient& client,
                                      const std::string& name) {
  report::ProgressPrinter printer(context.err, context.terminal);
  v1::Study last;
  absl::Status status;
  for (int attempt = 0; attempt < kReconnections; ++attempt) {
    status = client.Watch(name, [&](const v1::Study& study) {
      attempt = 0;
      last = study;
      printer.Update(ProgressOf(
          study, absl::ToDoubleSeconds(absl::Now() - context.start)));
      return true;
    });
    if (!absl::IsUnavailable(status)) break;
    absl::SleepFor(absl::Milliseconds(500));
  }
  printer.Finish();
  DYNARCH_RETURN_IF_ERROR(status);
  return last;
}

}  // namespace

absl::Status Submit(const Context& context, const SubmitOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(
      LocalStudy study, OpenStudyFile(options.study_file, context.catalog, {}));
  DYNARCH_RETURN_IF_ERROR(CheckBaseline(context, nullptr, study).status());
  DYNARCH_ASSIGN_OR_RETURN(const auto client,
                           connection::Connect(options.server, kPatience));
  DYNARCH_ASSIGN_OR_RETURN(const v1::Study created,
                           SubmitStudy(*client, study));
  if (options.json) {
    Print(context, StudyJson(created));
  } else {
    context.out << created.name() << "\n";
  }
  return absl::OkStatus();
}

absl::Status Watch(const Context& context, const WatchOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const auto client,
                           connection::Connect(options.server, kPatience));
  DYNARCH_ASSIGN_OR_RETURN(
      const v1::Study study,
      FollowToEnd(context, *client, StudyResource(options.study)));
  if (options.json) {
    Print(context, StudyJson(study));
  } else {
    context.out << StudyText(study);
  }
  return absl::OkStatus();
}

absl::Status Front(const Context& context, const FrontOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const auto client,
                           connection::Connect(options.server, kPatience));
  const std::string name = StudyResource(options.study);
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<v1::Trial> trials,
                           client->QueryFront(name));
  if (options.json) {
    Json json = Json::Object();
    json.Set("study", name)
        .Set("total_count", static_cast<int64_t>(trials.size()))
        .Set("front", TrialsJson(trials));
    Print(context, json);
  } else {
    context.out << TrialTable(trials).ToString();
  }
  return absl::OkStatus();
}

absl::Status Trials(const Context& context, const TrialsOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const auto client,
                           connection::Connect(options.server, kPatience));
  const std::string name = StudyResource(options.study);
  DYNARCH_ASSIGN_OR_RETURN(
      const connection::TrialPage page,
      client->ListTrials(name, options.page_size, options.page_token));
  if (options.json) {
    Json json = Json::Object();
    json.Set("study", name)
        .Set("trials", TrialsJson(page.trials))
        .Set("next_page_token", page.next_page_token);
    Print(context, json);
  } else {
    context.out << TrialTable(page.trials).ToString();
    if (!page.next_page_token.empty()) {
      context.out << "more: --page-token " << page.next_page_token << "\n";
    }
  }
  return absl::OkStatus();
}

absl::Status Cancel(const Context& context, const CancelOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const auto client,
                           connection::Connect(options.server, kPatience));
  DYNARCH_ASSIGN_OR_RETURN(const v1::Study study,
                           client->CancelStudy(StudyResource(options.study)));
  if (options.json) {
    Print(context, StudyJson(study));
  } else {
    context.out << StudyText(study);
  }
  return absl::OkStatus();
}

}  // namespace dynarch::commands
