// dynarch import and dynarch catalog list.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/commands/catalog_entry.h"
#include "client/commands/commands.h"
#include "client/report/json.h"
#include "client/report/text.h"
#include "sim/base/status_macros.h"
#include "sim/io/catalog.h"
#include "sim/io/file.h"
#include "sim/io/onnx_import.h"
#include "sim/wire/network_wire.h"

namespace dynarch::commands {
namespace {

using report::Json;

Json PlatformJson(const v1::Platform& platform) {
  Json elements = Json::Array();
  for (const auto& element : platform.elements()) elements.Add(element.name());
  Json points = Json::Array();
  for (const auto& point : platform.operating_points())
    points.Add(point.name());
  Json json = Json::Object();
  json.Set("name", platform.name())
      .Set("description", platform.description())
      .Set("scope",
           absl::AsciiStrToLower(v1::EnergyScope_Name(platform.scope())))
      .Set("elements", std::move(elements))
      .Set("operating_points", std::move(points));
  return json;
}

}  // namespace

absl::Status ImportOnnx(const Context& context,
                        const ImportOnnxOptions& options) {
  std::vector<std::string> warnings;
  DYNARCH_ASSIGN_OR_RETURN(
      const v1::Network message,
      io::ImportOnnxFile(
          options.model, options.trace,
          {.strict = options.strict, .max_rounds = options.max_rounds},
          &warnings));
  for (const std::string& warning : warnings) {
    context.err << "dynarch: warning: " << warning << "\n";
  }
  DYNARCH_ASSIGN_OR_RETURN(const graph::Network network,
                           wire::NetworkFrom(message));
  DYNARCH_RETURN_IF_ERROR(io::WriteFile(
      options.output, io::ImportedNetworkText(message, options.model)));
  context.out << options.output << ": " << network.actors().size()
              << " actors, " << network.exits().size() << " exits, "
              << network.decisions().size() << " other decisions, "
              << report::CountText(network.total_macs().value()) << " MACs, "
              << report::CountText(network.total_weight_elements())
              << " weights\n";
  return absl::OkStatus();
}

namespace {

absl::Status ListPlatforms(const io::Catalog& catalog, report::TextTable* table,
                           Json* list) {
  for (const std::string& name : catalog.platform_names()) {
    DYNARCH_ASSIGN_OR_RETURN(const v1::Platform platform,
                             catalog.Platform(name));
    list->Add(PlatformJson(platform));
    std::string elements;
    for (const auto& element : platform.elements()) {
      absl::StrAppend(&elements, elements.empty() ? "" : ", ", element.name());
    }
    table->AddRow(
        {platform.name(),
         absl::AsciiStrToLower(v1::EnergyScope_Name(platform.scope())),
         elements, platform.description()});
  }
  return absl::OkStatus();
}

// Kinds of the decisions that are no exits, each once, in order of first use.
std::string DecisionKinds(const graph::Network& network) {
  std::vector<std::string> kinds;
  for (const graph::Decision& decision : network.decisions()) {
    std::string kind(graph::NameOf(decision.kind));
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
      kinds.push_back(std::move(kind));
    }
  }
  return absl::StrJoin(kinds, ", ");
}

absl::Status ListNetworks(const io::Catalog& catalog, report::TextTable* table,
                          Json* list) {
  for (const std::string& name : catalog.network_names()) {
    DYNARCH_ASSIGN_OR_RETURN(const v1::Network message, catalog.Network(name));
    DYNARCH_ASSIGN_OR_RETURN(const graph::Network network,
                             wire::NetworkFrom(message));
    const int64_t exits = static_cast<int64_t>(network.exits().size()) -
                          (network.parts().ends_in_output ? 1 : 0);
    const std::string kinds = DecisionKinds(network);
    Json json = Json::Object();
    json.Set("name", name)
        .Set("source", network.parts().source)
        .Set("exits", exits)
        .Set("decisions", kinds)
        .Set("macs", network.total_macs().value())
        .Set("weights", network.total_weight_elements());
    list->Add(std::move(json));
    table->AddRow({name, absl::StrCat(exits), kinds,
                   report::CountText(network.total_macs().value()),
                   report::CountText(network.total_weight_elements())});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CatalogList(const Context& context,
                         const CatalogListOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const io::Catalog catalog, OpenCatalog(context));
  Json platforms = Json::Array();
  Json networks = Json::Array();
  report::TextTable boards({"platform", "scope", "elements", "description"});
  report::TextTable nets({"network", "exits", "decisions", "MACs", "weights"});
  DYNARCH_RETURN_IF_ERROR(ListPlatforms(catalog, &boards, &platforms));
  DYNARCH_RETURN_IF_ERROR(ListNetworks(catalog, &nets, &networks));
  if (options.json) {
    Json json = Json::Object();
    json.Set("catalog", context.catalog)
        .Set("platforms", std::move(platforms))
        .Set("networks", std::move(networks));
    context.out << json.ToString() << "\n";
  } else {
    context.out << boards.ToString() << "\n" << nets.ToString();
  }
  return absl::OkStatus();
}

}  // namespace dynarch::commands
