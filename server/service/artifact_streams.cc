#include "server/service/artifact_streams.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/service/rpc_status.h"
#include "sim/base/sha256.h"
#include "sim/base/status_macros.h"

namespace dynarch::server {
namespace {

class Receiver : public grpc::ServerReadReactor<v1::UploadArtifactRequest> {
 public:
  Receiver(store::Store& store, v1::UploadArtifactResponse* response)
      : store_(store), response_(response) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(ToRpc(StoreAll()));
    const absl::Status status = TakeChunk();
    if (!status.ok()) return Finish(ToRpc(status));
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  absl::Status TakeChunk() {
    if (sha256_.empty()) sha256_ = request_.sha256();
    if (sha256_.empty()) {
      return absl::InvalidArgumentError(
          "sha256: is empty; the first message names the whole's digest");
    }
    if (request_.chunk().size() > kLargestChunk) {
      return absl::InvalidArgumentError(
          absl::StrCat("chunk: got ", request_.chunk().size(),
                       " bytes; at most ", kLargestChunk));
    }
    if (bytes_.size() + request_.chunk().size() > kLargestArtifact) {
      return absl::ResourceExhaustedError(
          absl::StrCat("artifact ", sha256_, ": is larger than ",
                       kLargestArtifact, " bytes"));
    }
    bytes_ += request_.chunk();
    return absl::OkStatus();
  }

  absl::Status StoreAll() {
    const std::string actual = Sha256Hex(bytes_);
    if (actual != sha256_) {
      return absl::InvalidArgumentError(
          absl::StrCat("sha256: got '", sha256_, "'; the ", bytes_.size(),
                       " bytes received have ", actual,
                       "; was the upload cut short? Send it again"));
    }
    DYNARCH_RETURN_IF_ERROR(store_.PutArtifact(sha256_, bytes_));
    response_->set_sha256(sha256_);
    response_->set_size_bytes(static_cast<int64_t>(bytes_.size()));
    return absl::OkStatus();
  }

  store::Store& store_;
  v1::UploadArtifactResponse* response_;
  v1::UploadArtifactRequest request_;
  std::string sha256_;
  std::string bytes_;
};

class Sender : public grpc::ServerWriteReactor<v1::DownloadArtifactResponse> {
 public:
  explicit Sender(absl::StatusOr<std::string> bytes) {
    if (bytes.ok()) {
      bytes_ = *std::move(bytes);
      Next();
    } else {
      Finish(ToRpc(bytes.status()));
    }
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    Next();
  }
  void OnDone() override { delete this; }

 private:
  void Next() {
    if (sent_ == bytes_.size()) return Finish(grpc::Status::OK);
    const size_t size = std::min(kLargestChunk, bytes_.size() - sent_);
    response_.set_chunk(bytes_.substr(sent_, size));
    sent_ += size;
    StartWrite(&response_);
  }

  std::string bytes_;
  size_t sent_ = 0;
  v1::DownloadArtifactResponse response_;
};

}  // namespace

grpc::ServerReadReactor<v1::UploadArtifactRequest>* ReceiveArtifact(
    store::Store& store, v1::UploadArtifactResponse* response) {
  return new Receiver(store, response);
}

grpc::ServerWriteReactor<v1::DownloadArtifactResponse>* SendArtifact(
    store::Store& store, const v1::DownloadArtifactRequest& request) {
  return new Sender(store.GetArtifact(request.sha256()));
}

}  // namespace dynarch::server
