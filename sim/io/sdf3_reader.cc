#include "sim/io/sdf3_reader.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/file.h"
#include "sim/io/sdf3_element.h"
#include "sim/io/sdf3_parts.h"
#include "sim/io/sdf3_xml.h"

namespace dynarch::io {

absl::StatusOr<Sdf3File> ReadSdf3(absl::string_view text,
                                  const std::string& file) {
  if (static_cast<int64_t>(text.size()) > kMaxXmlBytes) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": has ", text.size(),
                                                   " bytes; at most ",
                                                   kMaxXmlBytes, " are read"));
  }
  DYNARCH_ASSIGN_OR_RETURN(const std::unique_ptr<XmlDocument> document,
                           XmlDocument::Parse(text, file));
  ElementReader reader(*document);
  const pugi::xml_node root = document->root();
  if (absl::string_view(root.name()) != "sdf3") {
    return reader.ErrorAt(root,
                          absl::StrCat("<", root.name(),
                                       "> is no SDF3 graph; one begins with "
                                       "<sdf3 type=\"sdf|csdf|sadf\">"));
  }
  DYNARCH_RETURN_IF_ERROR(reader.CheckAttributes(root, {"type", "version"}));
  DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_attribute type,
                           reader.Required(root, "type"));
  const std::string name = type.value();
  Sdf3File result;
  if (name == "sdf" || name == "csdf") {
    DYNARCH_ASSIGN_OR_RETURN(
        result.graph, ReadStaticGraph(reader, root, name, &result.channels));
  } else if (name == "sadf") {
    DYNARCH_ASSIGN_OR_RETURN(result.graph,
                             ReadScenarioAwareGraph(reader, root));
  } else {
    return reader.ErrorAt(
        type, absl::StrCat("type: got '", name, "'; allowed: sdf, csdf, sadf",
                           DidYouMean(name, {"sdf", "csdf", "sadf"})));
  }
  result.type = name;
  result.warnings = reader.Warnings();
  return result;
}

absl::StatusOr<Sdf3File> ReadSdf3File(const std::string& path) {
  DYNARCH_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(path, kMaxXmlBytes));
  return ReadSdf3(text, path);
}

}  // namespace dynarch::io
