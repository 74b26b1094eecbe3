#include "client/commands/catalog_entry.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/catalog.h"

namespace dynarch::commands {
namespace {

bool IsFile(const std::string& name) { return absl::EndsWith(name, ".yaml"); }

absl::StatusOr<io::Catalog> CatalogFor(const Context& context,
                                       absl::string_view what,
                                       const std::string& name) {
  if (!context.catalog.empty()) return io::Catalog::Open(context.catalog);
  return absl::NotFoundError(absl::StrCat(
      what, " '", name,
      "' is looked up in a catalogue, and none was found; give its folder "
      "with --catalog DIR, or a file that ends in .yaml"));
}

// The index of `name` among the names of `list`.
template <typename T>
absl::StatusOr<int> IndexOf(absl::string_view what, const std::string& name,
                            const std::vector<T>& list,
                            const std::string& platform) {
  std::vector<std::string> names;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i].name == name) return static_cast<int>(i);
    names.push_back(list[i].name);
  }
  return absl::NotFoundError(
      absl::StrCat("platform '", platform, "' has no ", what, " '", name,
                   "'; it has ", NameList(names), DidYouMean(name, names)));
}

}  // namespace

absl::StatusOr<io::Catalog> OpenCatalog(const Context& context) {
  if (context.catalog.empty()) {
    return absl::NotFoundError(
        "no catalogue beside this program; give its folder with --catalog DIR");
  }
  return io::Catalog::Open(context.catalog);
}

absl::StatusOr<v1::Network> ReadNetwork(const Context& context,
                                        const std::string& name) {
  if (IsFile(name)) return io::ReadNetworkFile(name);
  DYNARCH_ASSIGN_OR_RETURN(const io::Catalog catalog,
                           CatalogFor(context, "network", name));
  return catalog.Network(name);
}

absl::StatusOr<v1::Platform> ReadPlatform(const Context& context,
                                          const std::string& name) {
  if (IsFile(name)) return io::ReadPlatformFile(name, context.catalog);
  DYNARCH_ASSIGN_OR_RETURN(const io::Catalog catalog,
                           CatalogFor(context, "platform", name));
  return catalog.Platform(name);
}

absl::StatusOr<int> ElementNamed(const platform::Platform& platform,
                                 const std::string& name) {
  if (!name.empty()) {
    return IndexOf("element", name, platform.elements(), platform.name());
  }
  for (size_t i = 0; i < platform.elements().size(); ++i) {
    if (platform.elements()[i].is_gpu()) return static_cast<int>(i);
  }
  return platform.host();
}

absl::StatusOr<int> OperatingPointNamed(const platform::Platform& platform,
                                        const std::string& name) {
  if (name.empty()) return 0;
  return IndexOf("operating point", name, platform.operating_points(),
                 platform.name());
}

}  // namespace dynarch::commands
