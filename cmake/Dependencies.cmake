# Every third-party package, found once. Modules link the targets they use:
#
#   absl::*  protobuf::libprotobuf  gRPC::grpc++  gRPC::grpc++_reflection
#   yaml-cpp  pugixml::pugixml  dynarch_onnx  nlohmann_json::nlohmann_json
#   CLI11::CLI11  SQLite::SQLite3  prometheus-cpp::pull  spdlog::spdlog
#   ZLIB::ZLIB  dynarch_xxhash  Threads::Threads  Boost::headers
#   Eigen3::Eigen
#   tests: GTest::gtest_main GTest::gmock rapidcheck; benchmark::benchmark_main
find_package(Threads REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
find_package(gRPC 1.51 CONFIG REQUIRED)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
find_package(yaml-cpp 0.7 CONFIG REQUIRED)
find_package(pugixml 1.12 CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)  # its version file is broken
find_package(spdlog CONFIG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.74 REQUIRED)  # headers only
find_package(Eigen3 3.3 REQUIRED NO_MODULE)  # headers only

# ONNX's own package file rejects a second protobuf; its libraries do not.
find_library(DYNARCH_ONNX_LIBRARY onnx REQUIRED)
find_library(DYNARCH_ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
mark_as_advanced(DYNARCH_ONNX_LIBRARY DYNARCH_ONNX_PROTO_LIBRARY)
add_library(dynarch_onnx INTERFACE)
target_compile_definitions(dynarch_onnx INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)
target_link_libraries(
  dynarch_onnx INTERFACE ${DYNARCH_ONNX_LIBRARY} ${DYNARCH_ONNX_PROTO_LIBRARY}
                         protobuf::libprotobuf)

find_path(DYNARCH_XXHASH_INCLUDE xxhash.h REQUIRED)
find_library(DYNARCH_XXHASH_LIBRARY xxhash REQUIRED)
mark_as_advanced(DYNARCH_XXHASH_INCLUDE DYNARCH_XXHASH_LIBRARY)
add_library(dynarch_xxhash INTERFACE)
target_include_directories(dynarch_xxhash SYSTEM
                           INTERFACE ${DYNARCH_XXHASH_INCLUDE})
target_link_libraries(dynarch_xxhash INTERFACE ${DYNARCH_XXHASH_LIBRARY})

if(BUILD_TESTING)
  find_package(GTest CONFIG REQUIRED)
  find_package(rapidcheck CONFIG REQUIRED)
endif()
if(DYNARCH_BENCHMARKS)
  find_package(benchmark CONFIG REQUIRED)
endif()
