#include "server/service/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/monitoring/metrics.h"
#include "server/service/listen_address.h"
#include "server/service/study_service.h"
#include "server/service/work_service.h"
#include "sim/base/status_macros.h"

namespace dynarch::server {
namespace {

// A worker sends at most two batches of 8192 rows of 16 metrics: some 2.2 MiB.
constexpr int kLargestMessage = 32 << 20;
constexpr auto kTick = std::chrono::milliseconds(100);

// Lease ids are never given twice: every start of a server that could have
// given leases has raised the sum of the epochs.
absl::StatusOr<int64_t> FirstLeaseId(store::Store& store) {
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<store::StudyRow> studies,
                           store.LoadStudies());
  int64_t epochs = 1;
  for (const store::StudyRow& study : studies) {
    // An unfinished study is about to get its next epoch.
    epochs += study.lease_epoch + (study.state == v1::Study::ACTIVE ? 1 : 0);
  }
  return epochs << 32;
}

// Health and reflection are set up once per process, for all servers.
void SetUpPlugins() {
  static const bool done = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace

// In the order of construction; destroyed from the last to the first, so that
// nobody outlives what it uses.
struct Server::Parts {
  Parts(std::unique_ptr<store::Store> the_store, ServerOptions the_options,
        Clock clock)
      : options(std::move(the_options)),
        store(std::move(the_store)),
        writer(std::make_unique<Writer>(*store, metrics, clock)),
        exchange(*writer, metrics, clock, options.queue),
        registry(*store, *writer, exchange, clock),
        watches(
            clock,
            [this](const Study& study) { return registry.Describe(study); }),
        study_service(*store, registry, watches),
        work_service(exchange, registry) {}

  absl::Status Listen();
  void KeepTicking();
  void Drain(absl::Duration patience);

  ServerOptions options;
  std::string address;
  int metrics_port = 0;
  monitoring::Metrics metrics;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Writer> writer;
  WorkExchange exchange;
  StudyRegistry registry;
  WatchHub watches;
  StudyServiceImpl study_service;
  WorkServiceImpl work_service;
  std::unique_ptr<grpc::Server> server;
  std::mutex mutex;
  std::condition_variable wakeup;
  bool stopping = false;
  std::thread ticker;
};

absl::Status Server::Parts::Listen() {
  DYNARCH_RETURN_IF_ERROR(
      CheckListenAddress(options.listen, options.allow_insecure_remote));
  if (!options.metrics_listen.empty()) {
    DYNARCH_ASSIGN_OR_RETURN(metrics_port,
                             metrics.Serve(options.metrics_listen));
  }
  SetUpPlugins();
  grpc::ServerBuilder builder;
  int port = -1;
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&study_service);
  builder.RegisterService(&work_service);
  builder.SetMaxReceiveMessageSize(kLargestMessage);
  builder.SetMaxSendMessageSize(kLargestMessage);
  // Two servers on one port would share its connections without a word.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  server = builder.BuildAndStart();
  if (server == nullptr || port <= 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("--listen ", options.listen,
                     ": cannot listen there; is the port already in use? "
                     "Choose another, or 0 for any free one"));
  }
  address = BoundAddress(options.listen, port);
  grpc::HealthCheckServiceInterface* const health =
      server->GetHealthCheckService();
  health->SetServingStatus(v1::StudyService::service_full_name(), true);
  health->SetServingStatus(v1::WorkService::service_full_name(), true);
  return absl::OkStatus();
}

void Server::Parts::KeepTicking() {
  std::unique_lock<std::mutex> lock(mutex);
  while (!wakeup.wait_for(lock, kTick, [this] { return stopping; })) {
    lock.unlock();
    exchange.Tick();
    watches.Tick();
    lock.lock();
  }
}

void Server::Parts::Drain(absl::Duration patience) {
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (stopping) return;
    stopping = true;
  }
  wakeup.notify_one();
  if (ticker.joinable()) ticker.join();
  if (server == nullptr) return;
  server->GetHealthCheckService()->SetServingStatus(false);
  work_service.Stop();
  watches.Stop();
  server->Shutdown(std::chrono::system_clock::now() +
                   absl::ToChronoMilliseconds(patience));
  server->Wait();
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    std::unique_ptr<store::Store> store, ServerOptions options, Clock clock) {
  DYNARCH_ASSIGN_OR_RETURN(options.queue.first_lease_id, FirstLeaseId(*store));
  auto parts = std::make_unique<Parts>(std::move(store), std::move(options),
                                       std::move(clock));
  DYNARCH_RETURN_IF_ERROR(parts->registry.Load());
  DYNARCH_RETURN_IF_ERROR(parts->Listen());
  if (parts->options.ticks) {
    parts->ticker = std::thread([raw = parts.get()] { raw->KeepTicking(); });
  }
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::~Server() {
  parts_->Drain(absl::Seconds(1));
  // Jobs that still wait call back into the exchange: before it goes.
  parts_->writer.reset();
}

const std::string& Server::address() const { return parts_->address; }

int Server::metrics_port() const { return parts_->metrics_port; }

void Server::Tick() {
  parts_->exchange.Tick();
  parts_->watches.Tick();
}

void Server::Drain(absl::Duration patience) { parts_->Drain(patience); }

}  // namespace dynarch::server
