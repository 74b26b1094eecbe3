// The identity of a study: the same study has the same digest.
#ifndef DYNARCH_CLIENT_COMMANDS_SPEC_DIGEST_H_
#define DYNARCH_CLIENT_COMMANDS_SPEC_DIGEST_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/statusor.h"
#include "sim/base/digest.h"

namespace dynarch::commands {

// Digest of every field that is set, by number, in the canonical encoding of
// sim/base/digest.h. Independent of how the message was made.
absl::StatusOr<Digest> DigestOfMessage(
    const google::protobuf::Message& message);

// `name-0123456789ab`: lower-case letters, digits and '-', at most 63: one
// study per content, readable.
std::string StudyId(const std::string& name, const Digest& digest);

}  // namespace dynarch::commands

#endif  // DYNARCH_CLIENT_COMMANDS_SPEC_DIGEST_H_
