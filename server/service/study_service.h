// StudyService over gRPC.
#ifndef DYNARCH_SERVER_SERVICE_STUDY_SERVICE_H_
#define DYNARCH_SERVER_SERVICE_STUDY_SERVICE_H_

#include "dynarch/v1/study_service.grpc.pb.h"
#include "server/service/watch_hub.h"
#include "server/store/store.h"
#include "server/study/study_registry.h"

namespace dynarch::server {

// Calls that read or write the store do so on gRPC's thread: they take
// milliseconds, and results have a writer of their own.
class StudyServiceImpl final : public v1::StudyService::CallbackService {
 public:
  StudyServiceImpl(store::Store& store, StudyRegistry& registry,
                   WatchHub& watches)
      : store_(store), registry_(registry), watches_(watches) {}

  grpc::ServerReadReactor<v1::UploadArtifactRequest>* UploadArtifact(
      grpc::CallbackServerContext* context,
      v1::UploadArtifactResponse* response) override;
  grpc::ServerWriteReactor<v1::DownloadArtifactResponse>* DownloadArtifact(
      grpc::CallbackServerContext* context,
      const v1::DownloadArtifactRequest* request) override;
  grpc::ServerUnaryReactor* CreateStudy(grpc::CallbackServerContext* context,
                                        const v1::CreateStudyRequest* request,
                                        v1::Study* response) override;
  grpc::ServerUnaryReactor* GetStudy(grpc::CallbackServerContext* context,
                                     const v1::GetStudyRequest* request,
                                     v1::Study* response) override;
  grpc::ServerUnaryReactor* ListStudies(
      grpc::CallbackServerContext* context,
      const v1::ListStudiesRequest* request,
      v1::ListStudiesResponse* response) override;
  grpc::ServerUnaryReactor* CancelStudy(grpc::CallbackServerContext* context,
                                        const v1::CancelStudyRequest* request,
                                        v1::Study* response) override;
  grpc::ServerWriteReactor<v1::Study>* WatchStudy(
      grpc::CallbackServerContext* context,
      const v1::WatchStudyRequest* request) override;
  grpc::ServerUnaryReactor* GetTrial(grpc::CallbackServerContext* context,
                                     const v1::GetTrialRequest* request,
                                     v1::Trial* response) override;
  grpc::ServerUnaryReactor* ListTrials(
      grpc::CallbackServerContext* context,
      const v1::ListTrialsRequest* request,
      v1::ListTrialsResponse* response) override;
  grpc::ServerUnaryReactor* QueryFront(
      grpc::CallbackServerContext* context,
      const v1::QueryFrontRequest* request,
      v1::QueryFrontResponse* response) override;

 private:
  absl::StatusOr<v1::Trial> ReadOne(const v1::GetTrialRequest& request);

  store::Store& store_;
  StudyRegistry& registry_;
  WatchHub& watches_;
};

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_SERVICE_STUDY_SERVICE_H_
