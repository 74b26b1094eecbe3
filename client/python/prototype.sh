#!/bin/sh
# Remakes client/examples/host/ and the tables of docs/prototype.md: measures
# the three-exit CNN on this machine, predicts it with dynarch, compares.
#
#   client/python/prototype.sh [PROGRAM]    default: build/release/bin/dynarch
#
# Needs python3-torch, python3-sklearn and python3-onnx; about a minute. Best
# on a machine that does nothing else.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
dynarch=${1:-$root/build/release/bin/dynarch}
if [ ! -x "$dynarch" ]; then
  echo "prototype.sh: $dynarch: no such program; build it first, or name it:" \
    "client/python/prototype.sh PROGRAM" >&2
  exit 2
fi
python=/usr/bin/python3
$python "$root/client/python/measure_host.py"
$python "$root/client/python/validate_host.py" --dynarch "$dynarch" \
  --doc "$root/docs/prototype.md"
