#!/usr/bin/env bash
# Broken files for every reader: the corpus of tests/fuzz once (`make fuzz` makes new ones, for
# minutes).  A harness aborts where the program breaks a promise.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath "${BUILD:-$root/build}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export NVSWEEP_LIBRARY=$root/sweeps/library NVSWEEP_FUZZ_SWEEP=$root/tests/fuzz/valid.cfg
export NVSWEEP_FUZZ_FILE=$scratch/valid.h5 NVSWEEP_CURVES=$scratch/curves
failures=0

timeout 120 mpirun -n 1 "$NVSWEEP" run "$NVSWEEP_FUZZ_SWEEP" -o "$NVSWEEP_FUZZ_FILE" --quiet ||
    { echo "FAILED: the sweep whose file is damaged"; exit 1; }
for folder in "$root"/tests/fuzz/corpus/*; do
    target=$(basename "$folder")
    inputs=("$folder"/*)
    if timeout 300 "$build/replay_$target" "${inputs[@]}" >/dev/null 2>"$scratch/said"; then
        echo "ok     $target: ${#inputs[@]} inputs"
    else
        echo "FAILED: $target, at the last of"
        tail -n 5 "$scratch/said"
        failures=$((failures + 1))
    fi
    rm -rf /dev/shm/nvsweep-fuzz-*
done
[ $failures -eq 0 ]
