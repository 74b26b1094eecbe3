// The client's side of a study server, without a word of the transport.
//
// Every call is bounded in time, except Watch. Errors carry the server's code
// and message; a server that does not answer is Unavailable and the message
// names the address.
#ifndef DYNARCH_CLIENT_CONNECTION_STUDY_CLIENT_H_
#define DYNARCH_CLIENT_CONNECTION_STUDY_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dynarch/v1/trial.pb.h"

namespace dynarch::connection {

// One page of trials.
struct TrialPage {
  std::vector<v1::Trial> trials;
  std::string next_page_token;  // Empty on the last page.
};

// Thread-safe.
class StudyClient {
 public:
  virtual ~StudyClient() = default;

  // Stores `bytes` under their SHA-256. The same bytes twice is fine.
  virtual absl::Status UploadArtifact(absl::string_view sha256,
                                      absl::string_view bytes) = 0;
  // DataLoss if what arrives has another digest.
  virtual absl::StatusOr<std::string> DownloadArtifact(
      absl::string_view sha256) = 0;

  // The same `request_id` gives the same study. An empty id: the server
  // chooses.
  virtual absl::StatusOr<v1::Study> CreateStudy(
      absl::string_view study_id, const v1::StudySpec& spec,
      absl::string_view request_id) = 0;
  // `name` is `studies/{study}` here and below.
  virtual absl::StatusOr<v1::Study> GetStudy(absl::string_view name) = 0;
  virtual absl::StatusOr<v1::Study> CancelStudy(absl::string_view name) = 0;

  // Calls `on_update` with every state of the study until it ends (OK) or
  // `on_update` returns false (Cancelled). A broken connection is Unavailable;
  // calling again goes on.
  using OnUpdate = std::function<bool(const v1::Study&)>;
  virtual absl::Status Watch(absl::string_view name,
                             const OnUpdate& on_update) = 0;
  // Ends every Watch that is going on, from any thread: they return Cancelled.
  virtual void CancelWatches() = 0;

  // `studies/{study}/trials/{index}`.
  virtual absl::StatusOr<v1::Trial> GetTrial(absl::string_view name) = 0;
  virtual absl::StatusOr<TrialPage> ListTrials(
      absl::string_view parent, int page_size,
      absl::string_view page_token) = 0;
  // The whole front, in the server's order.
  virtual absl::StatusOr<std::vector<v1::Trial>> QueryFront(
      absl::string_view parent) = 0;
};

// Connects to `host:port` or `unix:PATH`. Unavailable, naming the address, if
// nothing listens there within `patience`, sooner if connections are refused.
absl::StatusOr<std::unique_ptr<StudyClient>> Connect(absl::string_view address,
                                                     absl::Duration patience);

}  // namespace dynarch::connection

#endif  // DYNARCH_CLIENT_CONNECTION_STUDY_CLIENT_H_
