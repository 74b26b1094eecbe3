// dynarch import and dynarch catalog: files in, files out.
#include <google/protobuf/util/json_util.h>

#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/report/json.h"
#include "client/report/text.h"
#include "sim/base/status_macros.h"
#include "sim/io/catalog.h"
#include "sim/io/file.h"
#include "sim/io/onnx_import.h"
#include "sim/io/yaml_writer.h"
#include "sim/wire/network_wire.h"

namespace dynarch::commands {
namespace {

using report::Json;

absl::StatusOr<io::Catalog> OpenCatalog(const Context& context) {
  if (context.catalog.empty()) {
    return absl::NotFoundError(
        "no catalogue beside this program; give its folder with --catalog DIR");
  }
  return io::Catalog::Open(context.catalog);
}

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

absl::Status CatalogList(const Context& context,
                         const CatalogListOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const io::Catalog catalog, OpenCatalog(context));
  Json list = Json::Array();
  report::TextTable table({"platform", "scope", "elements", "description"});
  for (const std::string& name : catalog.platform_names()) {
    DYNARCH_ASSIGN_OR_RETURN(const v1::Platform platform,
                             catalog.Platform(name));
    list.Add(PlatformJson(platform));
    std::string elements;
    for (const auto& element : platform.elements()) {
      absl::StrAppend(&elements, elements.empty() ? "" : ", ", element.name());
    }
    table.AddRow({platform.name(),
                  absl::AsciiStrToLower(v1::EnergyScope_Name(platform.scope())),
                  elements, platform.description()});
  }
  if (options.json) {
    Json json = Json::Object();
    json.Set("catalog", context.catalog).Set("platforms", std::move(list));
    context.out << json.ToString() << "\n";
  } else {
    context.out << table.ToString();
  }
  return absl::OkStatus();
}

absl::Status CatalogShow(const Context& context,
                         const CatalogShowOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const io::Catalog catalog, OpenCatalog(context));
  DYNARCH_ASSIGN_OR_RETURN(const v1::Platform platform,
                           catalog.Platform(options.name));
  if (!options.json) {
    context.out << io::WriteYaml(platform);
    return absl::OkStatus();
  }
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = true;
  print.preserve_proto_field_names = true;
  std::string json;
  if (const auto status =
          google::protobuf::util::MessageToJsonString(platform, &json, print);
      !status.ok()) {
    return absl::InternalError(status.ToString());
  }
  context.out << json;
  return absl::OkStatus();
}

}  // namespace dynarch::commands
