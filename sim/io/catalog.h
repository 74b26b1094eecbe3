// The catalogue: platforms, kernel libraries and networks as YAML files in one
// folder, a technology table and the error bands of predictions.
#ifndef DYNARCH_SIM_IO_CATALOG_H_
#define DYNARCH_SIM_IO_CATALOG_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dynarch/v1/network.pb.h"
#include "dynarch/v1/platform.pb.h"
#include "dynarch/v1/runtime.pb.h"
#include "dynarch/v1/technology.pb.h"
#include "sim/io/error_bands.h"

namespace dynarch::io {

// `FOLDER/platforms/*.yaml`, `FOLDER/runtimes/*.yaml` and
// `FOLDER/networks/*.yaml`, named by their files.
class Catalog {
 public:
  // NotFound if there is no folder of platforms; those of
  // networks and runtimes may be missing.
  static absl::StatusOr<Catalog> Open(const std::string& folder);

  // Ascending.
  const std::vector<std::string>& platform_names() const { return platforms_; }
  const std::vector<std::string>& network_names() const { return networks_; }
  const std::vector<std::string>& runtime_names() const { return runtimes_; }
  // NotFound with the nearest name; InvalidArgument for what is wrong in the
  // file, also its meaning, also a `name` that is not the file's.
  // A platform's name may choose runtimes (runtime_choice.h); it comes with one
  // runtime per element at most, its kernel library inside.
  absl::StatusOr<v1::Platform> Platform(const std::string& name) const;
  // With all its runtimes.
  absl::StatusOr<v1::Platform> PlatformAsWritten(const std::string& name) const;
  absl::StatusOr<v1::Runtime> Runtime(const std::string& name) const;
  absl::StatusOr<v1::Network> Network(const std::string& name) const;
  // `FOLDER/technology.yaml`. NotFound if there is none.
  absl::StatusOr<v1::Technology> Technology() const;
  // `FOLDER/error_bands.csv`; none if there is no such file.
  absl::StatusOr<std::vector<ErrorBand>> ErrorBands() const;
  // Puts the kernel libraries that the runtimes name into them.
  absl::Status AddLibraries(v1::Platform* platform) const;

 private:
  std::string folder_;
  std::vector<std::string> platforms_;
  std::vector<std::string> networks_;
  std::vector<std::string> runtimes_;
};

// One file outside the catalogue, checked likewise. A platform's kernel
// libraries are those of the folder `catalog`; its elements use their first
// runtimes.
absl::StatusOr<v1::Platform> ReadPlatformFile(const std::string& path,
                                              const std::string& catalog);
absl::StatusOr<v1::Runtime> ReadRuntimeFile(const std::string& path);
absl::StatusOr<v1::Network> ReadNetworkFile(const std::string& path);

// Field paths of the numbers that no entry of `sources` covers, in file order.
// A source covers the fields at and below its path.
std::vector<std::string> UncoveredNumbers(const v1::Platform& platform);
std::vector<std::string> UncoveredNumbers(const v1::Runtime& runtime);
std::vector<std::string> UncoveredNumbers(const v1::Technology& technology);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_CATALOG_H_
