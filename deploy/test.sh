#!/usr/bin/env bash
# Every test: installs what is missing, builds, checks the sources, runs ctest,
# and lists what was skipped and why.
#
# Usage: deploy/test.sh [--asan|--tsan|--nightly] [-DOPTION=VALUE ...]
#
#   (none)     Release, all tests but the nightly ones   build/test
#   --asan     address and undefined-behaviour sanitizer build/asan
#   --tsan     thread sanitizer; without gRPC's tests    build/tsan
#   --nightly  all tests, the long ones and the benchmarks included
#                                                        build/nightly
#
# -D options go to CMake: -DDYNARCH_REFERENCE_DIR=FOLDER compares with published
# data. Exits 0, 1 (something failed, or was skipped without a known reason) or
# 2 (wrong usage, or packages are missing and cannot be installed).
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"

mode=test
options=()
for argument in "$@"; do
  case "$argument" in
    --asan | --tsan | --nightly) mode="${argument#--}" ;;
    -D*=*) options+=("$argument") ;;
    *)
      echo "unknown argument '$argument'; allowed: --asan, --tsan," \
        "--nightly, -DOPTION=VALUE" >&2
      exit 2
      ;;
  esac
done

folder="$root/build/$mode"
targets=()
labels=(-LE '^(nightly|bench)$')
configuration=(-DCMAKE_BUILD_TYPE=Release -DDYNARCH_WERROR=ON)
case "$mode" in
  asan) configuration+=(-DDYNARCH_SANITIZE=address -DDYNARCH_BENCHMARKS=OFF) ;;
  tsan)
    # The distribution's gRPC is not instrumented: false reports.
    configuration+=(-DDYNARCH_SANITIZE=thread -DDYNARCH_BENCHMARKS=OFF)
    targets=(tests_without_grpc)
    labels=(-LE '^(nightly|bench|grpc)$')
    ;;
  nightly) labels=() ;;
esac

run_tests() {
  rm -rf "$folder/test-results"
  mkdir -p "$folder/test-results"
  ctest --test-dir "$folder" --parallel "$jobs" --output-on-failure \
    --no-tests=error --output-junit "$folder/test-results/ctest.xml" \
    "${labels[@]}" </dev/null
}

phase packages ensure_packages run.txt test.txt
phase configure configure "$folder" "${configuration[@]}" "${options[@]}"
phase build build "$folder" "${targets[@]}"
phase sources "$root/.ci/quick"
phase tests run_tests
phase skipped python3 "$root/deploy/lib/skipped.py" "$folder"
print_timings
