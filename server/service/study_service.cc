#include "server/service/study_service.h"

#include "absl/strings/str_cat.h"
#include "server/service/artifact_streams.h"
#include "server/service/rpc_status.h"
#include "server/study/names.h"
#include "server/study/trial_reader.h"
#include "sim/base/status_macros.h"

namespace dynarch::server {
namespace {

constexpr int64_t kUsualIntervalMs = 200;

}  // namespace

grpc::ServerReadReactor<v1::UploadArtifactRequest>*
StudyServiceImpl::UploadArtifact(grpc::CallbackServerContext*,
                                 v1::UploadArtifactResponse* response) {
  return ReceiveArtifact(store_, response);
}

grpc::ServerWriteReactor<v1::DownloadArtifactResponse>*
StudyServiceImpl::DownloadArtifact(grpc::CallbackServerContext*,
                                   const v1::DownloadArtifactRequest* request) {
  return SendArtifact(store_, *request);
}

grpc::ServerUnaryReactor* StudyServiceImpl::CreateStudy(
    grpc::CallbackServerContext* context, const v1::CreateStudyRequest* request,
    v1::Study* response) {
  return Finish(context->DefaultReactor(), response,
                registry_.Create(*request));
}

grpc::ServerUnaryReactor* StudyServiceImpl::GetStudy(
    grpc::CallbackServerContext* context, const v1::GetStudyRequest* request,
    v1::Study* response) {
  return Finish(context->DefaultReactor(), response,
                registry_.Get(request->name()));
}

grpc::ServerUnaryReactor* StudyServiceImpl::ListStudies(
    grpc::CallbackServerContext* context, const v1::ListStudiesRequest* request,
    v1::ListStudiesResponse* response) {
  return Finish(context->DefaultReactor(), response, registry_.List(*request));
}

grpc::ServerUnaryReactor* StudyServiceImpl::CancelStudy(
    grpc::CallbackServerContext* context, const v1::CancelStudyRequest* request,
    v1::Study* response) {
  return Finish(context->DefaultReactor(), response,
                registry_.Cancel(request->name()));
}

grpc::ServerWriteReactor<v1::Study>* StudyServiceImpl::WatchStudy(
    grpc::CallbackServerContext*, const v1::WatchStudyRequest* request) {
  const int64_t interval_ms = request->min_interval_ms();
  if (interval_ms < 0) {
    return WatchHub::Refuse(absl::InvalidArgumentError(
        absl::StrCat("min_interval_ms: got ", interval_ms, "; must be >= 0")));
  }
  auto study = registry_.Find("name", request->name());
  if (!study.ok()) return WatchHub::Refuse(study.status());
  return watches_.Follow(
      *std::move(study),
      absl::Milliseconds(interval_ms == 0 ? kUsualIntervalMs : interval_ms));
}

absl::StatusOr<v1::Trial> StudyServiceImpl::ReadOne(
    const v1::GetTrialRequest& request) {
  DYNARCH_ASSIGN_OR_RETURN(const auto name, ParseTrialName(request.name()));
  DYNARCH_ASSIGN_OR_RETURN(const auto study,
                           registry_.Find("name", StudyName(name.first)));
  return ReadTrial(store_, *study, name.second);
}

grpc::ServerUnaryReactor* StudyServiceImpl::GetTrial(
    grpc::CallbackServerContext* context, const v1::GetTrialRequest* request,
    v1::Trial* response) {
  return Finish(context->DefaultReactor(), response, ReadOne(*request));
}

grpc::ServerUnaryReactor* StudyServiceImpl::ListTrials(
    grpc::CallbackServerContext* context, const v1::ListTrialsRequest* request,
    v1::ListTrialsResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  auto study = registry_.Find("parent", request->parent());
  if (!study.ok()) {
    reactor->Finish(ToRpc(study.status()));
    return reactor;
  }
  return Finish(reactor, response, ReadTrials(store_, **study, *request));
}

grpc::ServerUnaryReactor* StudyServiceImpl::QueryFront(
    grpc::CallbackServerContext* context, const v1::QueryFrontRequest* request,
    v1::QueryFrontResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  auto study = registry_.Find("parent", request->parent());
  if (!study.ok()) {
    reactor->Finish(ToRpc(study.status()));
    return reactor;
  }
  return Finish(reactor, response, ReadFront(store_, **study, *request));
}

}  // namespace dynarch::server
