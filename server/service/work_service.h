// WorkService over gRPC.
#ifndef DYNARCH_SERVER_SERVICE_WORK_SERVICE_H_
#define DYNARCH_SERVER_SERVICE_WORK_SERVICE_H_

#include <memory>
#include <mutex>
#include <set>

#include "dynarch/v1/work_service.grpc.pb.h"
#include "server/study/study_registry.h"
#include "server/study/work_exchange.h"

namespace dynarch::server {

class WorkStream;

class WorkServiceImpl final : public v1::WorkService::CallbackService {
 public:
  WorkServiceImpl(WorkExchange& exchange, StudyRegistry& registry)
      : exchange_(exchange), registry_(registry) {}

  grpc::ServerBidiReactor<v1::SynchronizeRequest, v1::SynchronizeResponse>*
  Synchronize(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* SynchronizeOnce(
      grpc::CallbackServerContext* context,
      const v1::SynchronizeRequest* request,
      v1::SynchronizeResponse* response) override;
  grpc::ServerUnaryReactor* GetWorkStudy(grpc::CallbackServerContext* context,
                                         const v1::GetWorkStudyRequest* request,
                                         v1::WorkStudy* response) override;

  // Ends every stream, new ones included, as UNAVAILABLE.
  void Stop();

 private:
  friend class WorkStream;
  void Forget(const std::shared_ptr<WorkStream>& stream);

  WorkExchange& exchange_;
  StudyRegistry& registry_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::set<std::shared_ptr<WorkStream>> streams_;
};

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_SERVICE_WORK_SERVICE_H_
