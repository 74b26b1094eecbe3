# What a builder may choose. Every choice is a cache variable.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug or Release" FORCE)
endif()

option(BUILD_TESTING "Build the tests (packages: deploy/packages/test.txt)" ON)
option(DYNARCH_BENCHMARKS "Build the benchmarks" ${BUILD_TESTING})
option(DYNARCH_FUZZ "Build libFuzzer programs as well (needs clang)" OFF)
option(DYNARCH_WERROR "Treat compiler warnings as errors" OFF)

set(DYNARCH_SANITIZE "" CACHE STRING
    "Empty, `address` (with undefined behaviour) or `thread`")
set_property(CACHE DYNARCH_SANITIZE PROPERTY STRINGS "" address thread)

set(DYNARCH_REFERENCE_DIR "" CACHE PATH
    "Folder of published reference data; tests that need it skip when empty")
