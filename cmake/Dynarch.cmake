# How every folder declares what it builds. One call, one target:
#
#   dynarch_library(NAME sim_cost SOURCES a.cc HEADERS a.h DEPS sim_graph)
#   dynarch_executable(NAME dynarch-server SOURCES main.cc DEPS server_service)
#   dynarch_test(NAME sim_cost_test SOURCES a_test.cc DEPS sim_cost)
#   dynarch_benchmark(NAME sim_cost_bench SOURCES a_bench.cc DEPS sim_cost)
#   dynarch_fuzz(NAME study_yaml SOURCES study_yaml_fuzz.cc DEPS sim_io)

# Adds each of the folders that has a CMakeLists.txt, in the order given.
function(dynarch_add_folders)
  foreach(folder IN LISTS ARGN)
    file(GLOB found CONFIGURE_DEPENDS
         ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
    if(found)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()

# dynarch_library(NAME t [SOURCES ..] [HEADERS ..] [DEPS ..] [PRIVATE_DEPS ..])
#
# A static library, or an interface library where there is no source. Includes
# are written from the repository's root. DEPS are public: they are the
# module's row of the include table, and the third-party targets its headers
# show. PRIVATE_DEPS are third-party targets that only its sources see.
function(dynarch_library)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;HEADERS;DEPS;PRIVATE_DEPS"
                        ${ARGN})
  if(ARG_SOURCES)
    add_library(${ARG_NAME} STATIC ${ARG_SOURCES} ${ARG_HEADERS})
    target_include_directories(${ARG_NAME} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${ARG_NAME} PUBLIC ${ARG_DEPS}
                          PRIVATE ${ARG_PRIVATE_DEPS})
  else()
    add_library(${ARG_NAME} INTERFACE ${ARG_HEADERS})
    target_include_directories(${ARG_NAME} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${ARG_NAME} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# dynarch_executable(NAME t SOURCES .. [DEPS ..])
#
# A program in bin/. Installing it is its own folder's `install(TARGETS ...)`.
function(dynarch_executable)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_include_directories(${ARG_NAME} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS})
endfunction()

# dynarch_test(NAME t SOURCES .. [DEPS ..] [LABELS ..] [TIMEOUT seconds])
#
# One binary, one ctest entry, run from the repository's root with gtest's and
# gmock's main. Its XML results, with every skipped case and the reason, lie in
# test-results/ of the build folder. Label `nightly` keeps a test out of the
# daily run; label `grpc` is set on its own. The code sees DYNARCH_SOURCE_DIR, DYNARCH_BINARY_DIR and
# DYNARCH_REFERENCE_DIR (empty when not given) as strings.
function(dynarch_test)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  _dynarch_test_program(${ARG_NAME} "${ARG_SOURCES}" "${ARG_DEPS}")
  target_link_libraries(${ARG_NAME} PRIVATE GTest::gmock GTest::gtest
                                            GTest::gmock_main)
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME}
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set(results ${CMAKE_BINARY_DIR}/test-results/${ARG_NAME}.xml)
  _dynarch_links_grpc(${ARG_NAME} grpc)
  if(grpc)
    list(APPEND ARG_LABELS grpc)
  else()
    _dynarch_tests_without_grpc(${ARG_NAME})
  endif()
  set_tests_properties(
    ${ARG_NAME} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
                           ENVIRONMENT "GTEST_OUTPUT=xml:${results}")
endfunction()

# dynarch_benchmark(NAME t SOURCES .. [DEPS ..])
#
# A google-benchmark program in tests/bin/, also a ctest entry labelled `bench`
# that only checks that every benchmark runs.
function(dynarch_benchmark)
  if(NOT DYNARCH_BENCHMARKS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPS" ${ARGN})
  _dynarch_test_program(${ARG_NAME} "${ARG_SOURCES}" "${ARG_DEPS}")
  target_link_libraries(${ARG_NAME} PRIVATE benchmark::benchmark_main)
  if(BUILD_TESTING)
    add_test(NAME ${ARG_NAME}
             COMMAND ${ARG_NAME} --benchmark_min_time=0.001
             WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${ARG_NAME} PROPERTIES LABELS bench TIMEOUT 600)
  endif()
endfunction()

# dynarch_fuzz(NAME n SOURCES .. [DEPS ..])
#
# SOURCES define LLVMFuzzerTestOneInput. Always a test `n_corpus`, which replays
# tests/fuzz/corpus/n/* (and fails when that folder is empty); with
# DYNARCH_FUZZ=ON and clang also a libFuzzer program `n_fuzz`.
function(dynarch_fuzz)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPS" ${ARGN})
  set(replay ${ARG_NAME}_corpus)
  _dynarch_test_program(
    ${replay}
    "${ARG_SOURCES};${PROJECT_SOURCE_DIR}/tests/testing/fuzz_replay_main.cc"
    "${ARG_DEPS}")
  add_test(NAME ${replay}
           COMMAND ${replay} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${ARG_NAME}
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${replay} PROPERTIES LABELS fuzz TIMEOUT 120)
  _dynarch_tests_without_grpc(${replay})
  if(DYNARCH_FUZZ)
    _dynarch_test_program(${ARG_NAME}_fuzz "${ARG_SOURCES}" "${ARG_DEPS}")
    target_compile_options(${ARG_NAME}_fuzz PRIVATE -fsanitize=fuzzer,address)
    target_link_options(${ARG_NAME}_fuzz PRIVATE -fsanitize=fuzzer,address)
  endif()
endfunction()

# What tests, benchmarks and fuzz targets have in common.
function(_dynarch_test_program name sources deps)
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${deps})
  target_compile_definitions(
    ${name}
    PRIVATE DYNARCH_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
            DYNARCH_BINARY_DIR="${CMAKE_BINARY_DIR}"
            DYNARCH_REFERENCE_DIR="${DYNARCH_REFERENCE_DIR}")
  set_target_properties(
    ${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/bin)
endfunction()

# The tests that the thread sanitizer can judge: the distribution's gRPC is not
# instrumented.
function(_dynarch_tests_without_grpc test)
  if(NOT TARGET tests_without_grpc)
    add_custom_target(tests_without_grpc)
  endif()
  add_dependencies(tests_without_grpc ${test})
endfunction()

# Sets `out` to whether `target` links gRPC, over any number of libraries.
function(_dynarch_links_grpc target out)
  set(todo ${target})
  set(seen)
  while(todo)
    list(POP_FRONT todo next)
    if(next MATCHES "^gRPC::")
      set(${out} TRUE PARENT_SCOPE)
      return()
    endif()
    if(NOT TARGET ${next} OR next IN_LIST seen)
      continue()
    endif()
    list(APPEND seen ${next})
    foreach(property LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
      get_target_property(links ${next} ${property})
      if(links)
        list(APPEND todo ${links})
      endif()
    endforeach()
  endwhile()
  set(${out} FALSE PARENT_SCOPE)
endfunction()
