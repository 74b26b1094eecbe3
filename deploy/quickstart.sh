#!/usr/bin/env bash
# From nothing to a Pareto front: installs what is missing, builds, and runs the
# example study.
#
# Usage: deploy/quickstart.sh
#
# Builds into build/release; the study's results go to out/digits. Run it again
# at any time: what is done is not done again. DYNARCH_JOBS=N bounds the
# parallel compilations. Exits 0, 1 (a step failed) or 2 (packages are missing
# and cannot be installed by this user).
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"

if (($# > 0)); then
  echo "usage: deploy/quickstart.sh (no arguments; see its first lines)" >&2
  exit 2
fi

release="$root/build/release"
results="$root/out/digits"

run_study() {
  mkdir -p "$results"
  "$release/bin/dynarch" run "$root/client/examples/digits.yaml" \
    --out "$results" </dev/null
}

phase packages ensure_packages run.txt
phase configure configure "$release" -DCMAKE_BUILD_TYPE=Release \
  -DBUILD_TESTING=OFF -DDYNARCH_BENCHMARKS=OFF
phase build build "$release"
phase study run_study
print_timings
printf '\nResults:  %s\nPrograms: %s\n' "$results" "$release/bin"
