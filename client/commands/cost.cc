// dynarch cost: a network on one element, layer by layer.
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/commands/catalog_entry.h"
#include "client/commands/commands.h"
#include "client/report/json.h"
#include "client/report/text.h"
#include "sim/base/status_macros.h"
#include "sim/cost/all_models.h"
#include "sim/cost/network_cost.h"
#include "sim/wire/network_wire.h"
#include "sim/wire/platform_wire.h"

namespace dynarch::commands {
namespace {

using report::Json;

// What is costed, and the result.
struct Costed {
  graph::Network network;
  platform::Platform hardware;
  cost::Placement placement;
  std::vector<cost::ActorCost> actors;
  cost::NetworkCost sum;

  const platform::ProcessingElement& element() const {
    return hardware.elements()[placement.element];
  }
  const platform::OperatingPoint& point() const {
    return hardware.operating_points()[placement.operating_point];
  }
};

double Seconds(Picoseconds time) {
  return static_cast<double>(time.value()) * 1e-12;
}
std::optional<double> Joules(const std::optional<Femtojoules>& energy) {
  if (!energy.has_value()) return std::nullopt;
  return static_cast<double>(energy->value()) * 1e-15;
}

absl::Status CostOnce(Costed* costed) {
  DYNARCH_ASSIGN_OR_RETURN(
      costed->actors,
      cost::CostOfActors(costed->network, costed->network.full(),
                         costed->hardware, costed->placement));
  DYNARCH_ASSIGN_OR_RETURN(costed->sum,
                           cost::SumOf(costed->actors, costed->element()));
  return absl::OkStatus();
}

// In the type that was asked for, else in the first that the element runs.
absl::Status CostAll(const std::string& dtype, Costed* costed) {
  if (!dtype.empty()) {
    const auto named = graph::DataTypeNamed(dtype);
    if (!named.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--dtype: got '", dtype, "'; allowed: fp32, fp16, int8"));
    }
    costed->placement.dtype = *named;
    return CostOnce(costed);
  }
  absl::Status first;
  for (int i = 0; i < graph::kDataTypeCount; ++i) {
    costed->placement.dtype = static_cast<graph::DataType>(i);
    const absl::Status status = CostOnce(costed);
    if (status.ok()) return status;
    if (first.ok()) first = status;
  }
  return first;
}

absl::StatusOr<Costed> CostedFrom(const Context& context,
                                  const CostOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const v1::Network network,
                           ReadNetwork(context, options.network));
  DYNARCH_ASSIGN_OR_RETURN(const v1::Platform hardware,
                           ReadPlatform(context, options.platform));
  DYNARCH_ASSIGN_OR_RETURN(graph::Network graph, wire::NetworkFrom(network));
  DYNARCH_ASSIGN_OR_RETURN(platform::Platform machine,
                           wire::PlatformFrom(hardware));
  Costed costed{std::move(graph), std::move(machine), {}, {}, {}};
  DYNARCH_ASSIGN_OR_RETURN(costed.placement.element,
                           ElementNamed(costed.hardware, options.element));
  DYNARCH_ASSIGN_OR_RETURN(
      costed.placement.operating_point,
      OperatingPointNamed(costed.hardware, options.operating_point));
  DYNARCH_RETURN_IF_ERROR(CostAll(options.dtype, &costed));
  return costed;
}

std::string ModelText(const Costed& costed) {
  return std::string(cost::ModelNameFor(costed.element()));
}

Json ToJson(const Costed& costed) {
  Json layers = Json::Array();
  for (const cost::ActorCost& actor : costed.actors) {
    const graph::OperatorWork& work = costed.network.full().work(actor.actor);
    Json layer = Json::Object();
    layer.Set("actor", costed.network.actors()[actor.actor].name)
        .Set("class", NameOf(work.kernel_class))
        .Set("times", actor.times)
        .Set("macs", work.macs.value())
        .Set("time_s", Seconds(actor.one.time))
        .Set("energy_dynamic_j", Joules(actor.one.energy))
        .Set("bytes", actor.one.bytes.value())
        .Set("bound", NameOf(actor.one.bound));
    layers.Add(std::move(layer));
  }
  Json json = Json::Object();
  json.Set("network", costed.network.name())
      .Set("platform", costed.hardware.name())
      .Set("element", costed.element().name)
      .Set("operating_point", costed.point().name)
      .Set("dtype", NameOf(costed.placement.dtype))
      .Set("model", ModelText(costed))
      .Set("macs", costed.network.full().total_macs().value())
      .Set("time_s", Seconds(costed.sum.time))
      .Set("energy_dynamic_j", Joules(costed.sum.energy))
      .Set("bytes", costed.sum.bytes.value())
      .Set("layers", std::move(layers));
  return json;
}

std::vector<std::string> Row(const Costed& costed,
                             const cost::ActorCost& actor) {
  const graph::OperatorWork& work = costed.network.full().work(actor.actor);
  return {
      costed.network.actors()[actor.actor].name,
      std::string(NameOf(work.kernel_class)),
      report::CountText(work.macs.value()),
      report::SiText(Seconds(actor.one.time), "s"),
      report::SiText(Joules(actor.one.energy), "J"),
      report::SiText(static_cast<double>(actor.one.bytes.value()), "B"),
      actor.one.time.value() == 0 ? "-" : std::string(NameOf(actor.one.bound)),
      actor.times == 1 ? "" : absl::StrCat("x", actor.times)};
}

std::string ToText(const Costed& costed) {
  report::TextTable table(
      {"actor", "class", "MACs", "time", "energy", "bytes", "limit", ""});
  for (const cost::ActorCost& actor : costed.actors) {
    table.AddRow(Row(costed, actor));
  }
  return absl::StrCat(
      costed.network.name(), " on ", costed.hardware.name(), ", ",
      costed.element().name, " at ", costed.point().name, ", ",
      NameOf(costed.placement.dtype), ", model ", ModelText(costed), "\n",
      table.ToString(),
      "\ntotal: ", report::SiText(Seconds(costed.sum.time), "s"), ", ",
      report::SiText(Joules(costed.sum.energy), "J"), " dynamic, ",
      report::SiText(static_cast<double>(costed.sum.bytes.value()), "B"), ", ",
      report::CountText(costed.network.full().total_macs().value()), " MACs\n");
}

}  // namespace

absl::Status Cost(const Context& context, const CostOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const Costed costed, CostedFrom(context, options));
  context.out << (options.json ? absl::StrCat(ToJson(costed).ToString(), "\n")
                               : ToText(costed));
  return absl::OkStatus();
}

}  // namespace dynarch::commands
