// A study file and what it names, as one self-contained message ready to submit
// or to compile.
//
//   auto loaded = io::LoadStudy("digits.yaml", {.catalog = dir});
//   auto spec = io::Compile(*loaded);             // study::StudySpec
//   auto candidate = io::CandidateOf(*loaded, spec->space);  // --set
#ifndef DYNARCH_SIM_IO_STUDY_READER_H_
#define DYNARCH_SIM_IO_STUDY_READER_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "dynarch/v1/study.pb.h"
#include "sim/behavior/trace.h"
#include "sim/io/source_map.h"
#include "sim/space/design_space.h"
#include "sim/study/study_spec.h"

namespace dynarch::io {

// `--set PATH=VALUE`.
using Setting = std::pair<std::string, std::string>;

// Splits `PATH=VALUE`; InvalidArgument without `=`, path or value.
absl::StatusOr<Setting> ParseSetting(const std::string& text);

struct StudyOptions {
  // Folder of the catalogue; empty: none, platforms and networks are files.
  std::string catalog;
  // Values of explored parameters choose a candidate (CandidateOf); others
  // replace what the file says (`policy.power`, `workload.deadline`,
  // `network.dtype`, `decisions.NAME.threshold`).
  std::vector<Setting> settings;
};

// Bytes named by their content.
struct Artifact {
  std::string sha256;  // Hex.
  std::string bytes;
};

struct LoadedStudy {
  // Network and platforms in place, the trace named by its artifact.
  v1::StudySpec message;
  std::vector<Artifact> artifacts;
  std::optional<behavior::Trace> trace;  // If the study names one.
  // Settings of explored parameters, as given.
  std::vector<Setting> candidate;
  SourceMap sources;
};

// Reads the study, its network, behavior and platforms. Paths are relative to
// the study file; `network` and `platform` values ending in .yaml are files,
// others are looked up in the catalogue. Errors begin with FILE:LINE:COL of
// the file that is wrong or that names what is missing.
absl::StatusOr<LoadedStudy> LoadStudy(const std::string& path,
                                      const StudyOptions& options);

// The same of a study that is in no file: `message` as it would be read. Paths
// are relative to the working folder.
absl::StatusOr<LoadedStudy> CompleteStudy(v1::StudySpec message,
                                          const StudyOptions& options);

// wire::CompileStudy, with errors at their lines.
absl::StatusOr<study::StudySpec> Compile(const LoadedStudy& loaded);

// The candidate that the settings choose; any equal spelling of a value is
// accepted. A parameter with only one value needs no setting. InvalidArgument
// lists the parameters that were not given.
absl::StatusOr<space::Candidate> CandidateOf(const LoadedStudy& loaded,
                                             const space::DesignSpace& space);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_STUDY_READER_H_
