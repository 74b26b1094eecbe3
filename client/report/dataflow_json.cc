#include "absl/strings/str_cat.h"
#include "client/report/dataflow.h"

namespace dynarch::report {
namespace {

using dataflow::BigInt;
using dataflow::Rational;

// A number where 64 bits hold it, else text.
Json BigJson(const BigInt& value) {
  if (const auto small = dataflow::ToInt64(value)) return Json(*small);
  return Json(value.str());
}

Json TextOrNull(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json DoubleOrNull(const std::optional<Rational>& value) {
  return value.has_value() ? Json(value->ToDouble()) : Json();
}
Json FractionOrNull(const std::optional<Rational>& value) {
  return value.has_value() ? Json(value->ToString()) : Json();
}

Json List(const std::vector<std::string>& texts) {
  Json list = Json::Array();
  for (const std::string& text : texts) list.Add(text);
  return list;
}

Json RepetitionsJson(const StaticFindings& f) {
  if (f.repetitions.empty() && !f.inconsistency.empty()) return Json();
  Json vector = Json::Object();
  for (size_t i = 0; i < f.repetitions.size(); ++i) {
    vector.Set(f.graph.actors[i].name, BigJson(f.repetitions[i]));
  }
  return vector;
}

Json RepetitionSumJson(const StaticFindings& f) {
  if (!f.inconsistency.empty()) return Json();
  BigInt sum = 0;
  for (const BigInt& count : f.repetitions) sum += count;
  return BigJson(sum);
}

Json DeadlockJson(const StaticFindings& f) {
  if (!f.deadlock.has_value()) return Json();
  Json cycle = Json::Array();
  const auto& waits = f.deadlock->cycle;
  for (size_t i = 0; i < waits.size(); ++i) {
    const dataflow::Wait& wait = waits[i];
    const dataflow::Wait& next = waits[(i + 1) % waits.size()];
    Json entry = Json::Object();
    entry.Set("actor", f.graph.actors[wait.actor].name)
        .Set("phase", wait.phase)
        .Set("channel", f.graph.channels[wait.channel].name)
        .Set("for", wait.space ? "space" : "tokens")
        .Set("present", wait.present)
        .Set("needed", wait.needed)
        .Set("waits_for", f.graph.actors[next.actor].name);
    cycle.Add(std::move(entry));
  }
  return cycle;
}

Json MethodJson(dataflow::ThroughputMethod method) {
  switch (method) {
    case dataflow::ThroughputMethod::kKPeriodic:
      return "k_periodic";
    case dataflow::ThroughputMethod::kSelfTimed:
      return "self_timed";
    case dataflow::ThroughputMethod::kBounded:
      return "bounded";
    case dataflow::ThroughputMethod::kFastest:
      break;
  }
  return Json();
}

Json CriticalCycleJson(const StaticFindings& f,
                       const dataflow::Throughput& throughput) {
  Json cycle = Json::Array();
  for (const dataflow::CriticalFiring& firing : throughput.critical_cycle) {
    Json entry = Json::Object();
    entry.Set("actor", f.graph.actors[firing.actor].name)
        .Set("firing", firing.firing);
    cycle.Add(std::move(entry));
  }
  return cycle;
}

Json LatencyJson(const StaticFindings& f) {
  Json actors = Json::Object();
  for (size_t i = 0; i < f.latency->actors.size(); ++i) {
    const dataflow::BusyTime& busy = f.latency->actors[i];
    Json entry = Json::Object();
    entry.Set("first_start", busy.first_start.ToString())
        .Set("last_end", busy.last_end.ToString());
    actors.Set(f.graph.actors[i].name, std::move(entry));
  }
  Json json = Json::Object();
  json.Set("makespan", f.latency->makespan.ToString());
  if (f.between.has_value()) {
    json.Set("from", f.between->from)
        .Set("to", f.between->to)
        .Set("between", f.between->time.ToString());
  }
  json.Set("actors", std::move(actors));
  return json;
}

Json CapacitiesJson(const StaticFindings& f,
                    const std::vector<int64_t>& capacities) {
  Json json = Json::Object();
  for (size_t i = 0; i < capacities.size(); ++i) {
    json.Set(f.graph.channels[f.buffers->channels[i]].name, capacities[i]);
  }
  return json;
}

Json BuffersJson(const StaticFindings& f) {
  const dataflow::BufferSizes& found = *f.buffers;
  Json trade_off = Json::Array();
  for (const dataflow::BufferTradeOff& point : found.trade_off) {
    Json entry = Json::Object();
    entry.Set("memory", BigJson(point.memory))
        .Set("period", point.period.ToString())
        .Set("capacities", CapacitiesJson(f, point.capacities));
    trade_off.Add(std::move(entry));
  }
  Json json = Json::Object();
  json.Set("memory", BigJson(found.memory))
      .Set("period", found.period.ToString())
      .Set("exact", found.exact)
      .Set("capacities", CapacitiesJson(f, found.capacities))
      .Set("trade_off", std::move(trade_off))
      .Set("analysed", found.analysed);
  return json;
}

Json LatenessJson(const Lateness& lateness) {
  Json json = Json::Object();
  json.Set("period", lateness.period.ToString())
      .Set("worst_case", FractionOrNull(lateness.largest));
  return json;
}

// What a row or column of the matrix stands for.
Json PlaceJson(const dataflow::IterationMatrix& matrix,
               const dataflow::TokenPlace& place) {
  Json json = Json::Object();
  if (place.channel.has_value()) {
    json.Set("channel", matrix.graph.channels[*place.channel].name)
        .Set("token", place.index);
  } else {
    json.Set("start_of", matrix.graph.actors[place.index].name);
  }
  return json;
}

Json MatrixJson(const dataflow::IterationMatrix& found) {
  Json tokens = Json::Array();
  for (const dataflow::TokenPlace& place : found.tokens) {
    tokens.Add(PlaceJson(found, place));
  }
  Json rows = Json::Array();
  for (int i = 0; i < found.matrix.rows(); ++i) {
    Json row = Json::Array();
    for (const int64_t entry : found.matrix.row(i)) {
      row.Add(entry == dataflow::kNever ? Json() : Json(entry));
    }
    rows.Add(std::move(row));
  }
  Json json = Json::Object();
  json.Set("tick", found.tick.ToString())
      .Set("tokens", std::move(tokens))
      .Set("rows", std::move(rows));
  return json;
}

// Iterations per unit of time: null if nothing bounds them, or unknown.
Json RateJson(const StaticFindings& f) {
  if (!f.throughput.has_value()) return Json();
  const std::optional<Rational>& period = f.throughput->period;
  if (!period.has_value()) return "0/1";
  if (period->zero()) return Json();
  return (Rational(1) / *period).ToString();
}

Json ProcessJson(const dataflow::ProcessThroughput& process) {
  Json json = Json::Object();
  json.Set("throughput_worst_case", DoubleOrNull(process.worst_case))
      .Set("throughput_expected", process.expected)
      .Set("exact", process.worst_case_exact && process.expected_exact)
      .Set("throughput_worst_case_fraction", FractionOrNull(process.worst_case))
      .Set("throughput_expected_fraction",
           FractionOrNull(process.expected_fraction))
      .Set("throughput_expected_low", process.expected - process.expected_error)
      .Set("throughput_expected_high",
           process.expected + process.expected_error)
      .Set("worst_case_exact", process.worst_case_exact)
      .Set("expected_exact", process.expected_exact);
  return json;
}

}  // namespace

Json DataflowJson(const StaticFindings& f) {
  const bool consistent = f.inconsistency.empty();
  Json json = Json::Object();
  json.Set("graph", f.graph.name)
      .Set("file", f.file)
      .Set("type", f.type)
      .Set("actors", static_cast<int64_t>(f.graph.actors.size()))
      .Set("channels", static_cast<int64_t>(f.graph.channels.size()))
      .Set("consistent", consistent)
      .Set("live", f.live.has_value() ? Json(*f.live) : Json())
      .Set("auto_concurrency", f.auto_concurrency);
  const dataflow::Throughput none;
  const dataflow::Throughput& throughput = f.throughput.value_or(none);
  json.Set("period", FractionOrNull(throughput.period))
      .Set("throughput", RateJson(f))
      .Set("method", MethodJson(throughput.method))
      .Set("critical_cycle", CriticalCycleJson(f, throughput))
      .Set("repetition_sum", RepetitionSumJson(f))
      .Set("repetition_vector", RepetitionsJson(f))
      .Set("inconsistency", TextOrNull(f.inconsistency))
      .Set("deadlock", DeadlockJson(f));
  if (f.latency.has_value()) json.Set("latency", LatencyJson(f));
  if (f.buffers.has_value()) json.Set("buffers", BuffersJson(f));
  if (f.matrix.has_value()) json.Set("matrix", MatrixJson(*f.matrix));
  json.Set("limit", TextOrNull(f.limit)).Set("warnings", List(f.warnings));
  return json;
}

Json DataflowJson(const ScenarioFindings& f) {
  Json processes = Json::Object();
  for (const dataflow::ProcessThroughput& process : f.throughput.processes) {
    processes.Set(process.name, ProcessJson(process));
  }
  Json json = Json::Object();
  json.Set("graph", f.graph.name)
      .Set("file", f.file)
      .Set("type", "sadf")
      .Set("live", f.throughput.deadlock.empty())
      .Set("states", f.throughput.states)
      .Set("worst_case_states", f.throughput.worst_case_states)
      .Set("processes", std::move(processes))
      .Set("deadlock", TextOrNull(f.throughput.deadlock));
  if (f.lateness.has_value()) json.Set("latency", LatenessJson(*f.lateness));
  json.Set("warnings", List(f.warnings));
  return json;
}

}  // namespace dynarch::report
