// Any text as a study file: an error or a message that survives writing.
#include <google/protobuf/util/message_differencer.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "dynarch/v1/study.pb.h"
#include "sim/io/yaml_reader.h"
#include "sim/io/yaml_writer.h"
#include "sim/wire/network_wire.h"
#include "sim/wire/platform_wire.h"
#include "sim/wire/study_space.h"

namespace {

// Quantities of a written message are read back exactly, so nothing may
// change.
void CheckRoundTrip(const dynarch::v1::StudySpec& study) {
  dynarch::v1::StudySpec again;
  const auto read = dynarch::io::ReadYaml(dynarch::io::WriteYaml(study),
                                          "written.yaml", &again);
  if (!read.ok() ||
      !google::protobuf::util::MessageDifferencer::Equals(study, again)) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  dynarch::v1::StudySpec study;
  if (!dynarch::io::ReadYaml(text, "study.yaml", &study).ok()) return 0;
  CheckRoundTrip(study);
  // What the words mean: only that it ends in a status.
  (void)dynarch::wire::NetworkFrom(study.network().definition()).ok();
  (void)dynarch::wire::PlatformFrom(study.platform().definition()).ok();
  (void)dynarch::wire::ParametersFrom(study).ok();
  return 0;
}
