// dynarch catalog show: one entry with its sources, and how far predictions
// for it were off.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/commands/catalog_entry.h"
#include "client/commands/commands.h"
#include "client/report/json.h"
#include "client/report/text.h"
#include "sim/base/status_macros.h"
#include "sim/cost/all_models.h"
#include "sim/graph/data_type.h"
#include "sim/io/catalog.h"
#include "sim/io/yaml_writer.h"
#include "sim/wire/platform_wire.h"

namespace dynarch::commands {
namespace {

using google::protobuf::Message;
using report::Json;

// The name that asks for the technology table.
constexpr absl::string_view kTechnology = "technology";

absl::StatusOr<std::string> JsonText(const Message& message) {
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = true;
  print.preserve_proto_field_names = true;
  std::string json;
  if (const auto status =
          google::protobuf::util::MessageToJsonString(message, &json, print);
      !status.ok()) {
    return absl::InternalError(status.ToString());
  }
  return json;
}

// A message as YAML, or as JSON.
absl::Status Show(const Message& message, bool as_json,
                  const Context& context) {
  if (!as_json) {
    context.out << io::WriteYaml(message);
    return absl::OkStatus();
  }
  DYNARCH_ASSIGN_OR_RETURN(const std::string json, JsonText(message));
  context.out << json;
  return absl::OkStatus();
}

// What one model, element class and data type was off by.
struct BandRow {
  std::string element;
  std::string model;
  std::string element_class;
  std::string dtype;
  std::string band;
};

void AddType(v1::DataType dtype, std::set<graph::DataType>* types) {
  const auto named =
      graph::DataTypeNamed(absl::AsciiStrToLower(v1::DataType_Name(dtype)));
  if (named.has_value()) types->insert(*named);
}

// The types of every list of an element's kind whose entries have one: rates
// of a cpu, types of an array, entries of a table.
void AddTypesOfKind(const Message& kind, std::set<graph::DataType>* types) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  kind.GetReflection()->ListFields(kind, &fields);
  for (const auto* field : fields) {
    if (!field->is_repeated() || field->message_type() == nullptr) continue;
    const auto* dtype = field->message_type()->FindFieldByName("dtype");
    if (dtype == nullptr || dtype->enum_type() != v1::DataType_descriptor()) {
      continue;
    }
    for (int i = 0; i < kind.GetReflection()->FieldSize(kind, field); ++i) {
      const Message& entry =
          kind.GetReflection()->GetRepeatedMessage(kind, field, i);
      AddType(static_cast<v1::DataType>(
                  entry.GetReflection()->GetEnumValue(entry, dtype)),
              types);
    }
  }
}

// Data types that the element runs, by its runtimes or, without any, its kind.
std::set<graph::DataType> TypesOf(const v1::ProcessingElement& element) {
  std::set<graph::DataType> types;
  for (const v1::RuntimeUse& use : element.runtimes()) {
    for (const v1::RuntimeType& type : use.definition().types()) {
      AddType(type.dtype(), &types);
    }
    if (!element.gpu().tensor_cores()) continue;
    for (const v1::RuntimeType& type : use.definition().tensor_types()) {
      AddType(type.dtype(), &types);
    }
  }
  if (!types.empty()) return types;
  const auto* kind = element.GetReflection()->GetOneofFieldDescriptor(
      element, element.GetDescriptor()->FindOneofByName("kind"));
  if (kind != nullptr) {
    AddTypesOfKind(element.GetReflection()->GetMessage(element, kind), &types);
  }
  return types;
}

std::string VersionOf(absl::string_view model) {
  for (const cost::ModelVersion& version : cost::AllModelVersions()) {
    if (version.name == model) return version.ToString();
  }
  return std::string(model);
}

absl::StatusOr<std::vector<BandRow>> BandsOf(const io::Catalog& catalog,
                                             const v1::Platform& message) {
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<io::ErrorBand> bands,
                           catalog.ErrorBands());
  DYNARCH_ASSIGN_OR_RETURN(const platform::Platform platform,
                           wire::PlatformFrom(message));
  std::vector<BandRow> rows;
  for (int i = 0; i < message.elements_size(); ++i) {
    const platform::ProcessingElement& element = platform.elements()[i];
    const std::string model = VersionOf(cost::ModelNameFor(element));
    const std::string kind(platform::NameOf(element.kind));
    for (const graph::DataType type : TypesOf(message.elements(i))) {
      const std::string dtype(graph::NameOf(type));
      rows.push_back({element.name, model, kind, dtype,
                      io::BandText(bands, model, kind, dtype)});
    }
  }
  return rows;
}

// As comments, so that what is printed can be read back.
std::string BandComments(const std::vector<BandRow>& rows) {
  report::TextTable table(
      {"element", "model", "class", "type", "measured / predicted latency"});
  for (const BandRow& row : rows) {
    table.AddRow(
        {row.element, row.model, row.element_class, row.dtype, row.band});
  }
  std::string text =
      "# Error bands: 10th to 90th percentile over measurements not used for "
      "fitting.\n# ";
  const std::string lines = table.ToString();
  for (size_t i = 0; i < lines.size(); ++i) {
    text.push_back(lines[i]);
    if (lines[i] == '\n' && i + 1 < lines.size()) text += "# ";
  }
  return text;
}

Json BandJson(const std::vector<BandRow>& rows) {
  Json list = Json::Array();
  for (const BandRow& row : rows) {
    Json json = Json::Object();
    json.Set("element", row.element)
        .Set("model", row.model)
        .Set("element_class", row.element_class)
        .Set("dtype", row.dtype)
        .Set("error_band", row.band);
    list.Add(std::move(json));
  }
  return list;
}

absl::Status ShowPlatform(const io::Catalog& catalog, const std::string& name,
                          bool as_json, const Context& context) {
  DYNARCH_ASSIGN_OR_RETURN(const v1::Platform platform,
                           catalog.PlatformAsWritten(name));
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<BandRow> rows,
                           BandsOf(catalog, platform));
  if (!as_json) {
    context.out << io::WriteYaml(platform) << BandComments(rows);
    return absl::OkStatus();
  }
  DYNARCH_ASSIGN_OR_RETURN(std::string json, JsonText(platform));
  json.resize(json.find_last_of('}'));
  context.out << absl::StripTrailingAsciiWhitespace(json)
              << ",\n \"error_bands\": " << BandJson(rows).ToString()
              << "\n}\n";
  return absl::OkStatus();
}

}  // namespace

absl::Status CatalogShow(const Context& context,
                         const CatalogShowOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const io::Catalog catalog, OpenCatalog(context));
  if (options.name == kTechnology) {
    DYNARCH_ASSIGN_OR_RETURN(const v1::Technology technology,
                             catalog.Technology());
    return Show(technology, options.json, context);
  }
  const auto has = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), options.name) != names.end();
  };
  if (has(catalog.network_names())) {
    DYNARCH_ASSIGN_OR_RETURN(const v1::Network network,
                             catalog.Network(options.name));
    return Show(network, options.json, context);
  }
  if (has(catalog.runtime_names())) {
    DYNARCH_ASSIGN_OR_RETURN(const v1::Runtime runtime,
                             catalog.Runtime(options.name));
    return Show(runtime, options.json, context);
  }
  return ShowPlatform(catalog, options.name, options.json, context);
}

}  // namespace dynarch::commands
