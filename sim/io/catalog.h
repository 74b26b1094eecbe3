// The catalogue: platforms and networks as YAML files in one folder.
#ifndef DYNARCH_SIM_IO_CATALOG_H_
#define DYNARCH_SIM_IO_CATALOG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dynarch/v1/network.pb.h"
#include "dynarch/v1/platform.pb.h"

namespace dynarch::io {

// `FOLDER/platforms/*.yaml` and `FOLDER/networks/*.yaml`, named by their files.
class Catalog {
 public:
  // NotFound if there is no folder of platforms; one of networks may be
  // missing.
  static absl::StatusOr<Catalog> Open(const std::string& folder);

  // Ascending.
  const std::vector<std::string>& platform_names() const { return platforms_; }
  const std::vector<std::string>& network_names() const { return networks_; }
  // NotFound with the nearest name; InvalidArgument for what is wrong in the
  // file, also its meaning, also a `name` that is not the file's.
  absl::StatusOr<v1::Platform> Platform(const std::string& name) const;
  absl::StatusOr<v1::Network> Network(const std::string& name) const;

 private:
  std::string folder_;
  std::vector<std::string> platforms_;
  std::vector<std::string> networks_;
};

// One file outside the catalogue, checked likewise.
absl::StatusOr<v1::Platform> ReadPlatformFile(const std::string& path);
absl::StatusOr<v1::Network> ReadNetworkFile(const std::string& path);

// Field paths of the numbers that no entry of `sources` covers, in file order.
// A source covers the fields at and below its path.
std::vector<std::string> UncoveredNumbers(const v1::Platform& platform);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_CATALOG_H_
