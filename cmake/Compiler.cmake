# Language, warnings, reproducible arithmetic, sanitizers, faster tools.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

# Programs lie together in bin/: `dynarch` finds its daemons beside itself.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

add_compile_options(-Wall -Wextra -Wno-unused-parameter)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Reported inside std:: and absl:: templates at -O2, never by our own code.
  add_compile_options(-Wno-maybe-uninitialized)
endif()
if(DYNARCH_WERROR)
  add_compile_options(-Werror)
endif()

# Same bytes on every machine and at every optimisation level: no contraction
# into fused multiply-add; never -ffast-math or -march=native.
add_compile_options(-ffp-contract=off)

if(DYNARCH_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=address,undefined)
elseif(DYNARCH_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=thread)
elseif(NOT DYNARCH_SANITIZE STREQUAL "")
  message(FATAL_ERROR "DYNARCH_SANITIZE: got '${DYNARCH_SANITIZE}'; allowed: "
                      "empty, address, thread")
endif()

find_program(DYNARCH_CCACHE ccache)
mark_as_advanced(DYNARCH_CCACHE)
if(DYNARCH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${DYNARCH_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${DYNARCH_CCACHE})
endif()

# TSan needs the linker it was tested with.
find_program(DYNARCH_MOLD mold)
mark_as_advanced(DYNARCH_MOLD)
if(DYNARCH_MOLD AND NOT DYNARCH_SANITIZE STREQUAL "thread")
  add_link_options(-fuse-ld=mold)
endif()
