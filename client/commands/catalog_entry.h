// Networks and platforms as a user names them.
#ifndef DYNARCH_CLIENT_COMMANDS_CATALOG_ENTRY_H_
#define DYNARCH_CLIENT_COMMANDS_CATALOG_ENTRY_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/commands/context.h"
#include "dynarch/v1/network.pb.h"
#include "dynarch/v1/platform.pb.h"
#include "sim/io/catalog.h"
#include "sim/platform/platform.h"

namespace dynarch::commands {

// NotFound if no catalogue was found.
absl::StatusOr<io::Catalog> OpenCatalog(const Context& context);

// A name of the catalogue, or a path that ends in .yaml. NotFound if there is
// no such entry or no catalogue.
absl::StatusOr<v1::Network> ReadNetwork(const Context& context,
                                        const std::string& name);
// The name of a platform may choose its runtimes (sim/io/runtime_choice.h).
absl::StatusOr<v1::Platform> ReadPlatform(const Context& context,
                                          const std::string& name);

// The element of that name; empty: the first GPU, else the host. NotFound, with
// the nearest name.
absl::StatusOr<int> ElementNamed(const platform::Platform& platform,
                                 const std::string& name);
// Likewise; empty: the first.
absl::StatusOr<int> OperatingPointNamed(const platform::Platform& platform,
                                        const std::string& name);

}  // namespace dynarch::commands

#endif  // DYNARCH_CLIENT_COMMANDS_CATALOG_ENTRY_H_
