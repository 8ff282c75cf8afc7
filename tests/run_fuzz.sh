#!/usr/bin/env bash
# Broken files for every reader: the corpus of tests/fuzz once (`make fuzz` makes new ones, for
# minutes).  A harness aborts where the program breaks a promise.
. "$(dirname "$0")/harness.sh"
export NVSWEEP_LIBRARY=$root/sweeps/library NVSWEEP_FUZZ_SWEEP=$root/tests/fuzz/valid.cfg
export NVSWEEP_FUZZ_FILE=$scratch/valid.h5 NVSWEEP_CURVES=$scratch/curves
export NVSWEEP_FUZZ_FOLDER=$scratch/files

timeout 120 mpirun -n 1 "$NVSWEEP" run "$NVSWEEP_FUZZ_SWEEP" -o "$NVSWEEP_FUZZ_FILE" --quiet ||
    fail "the sweep whose file is damaged"
for folder in "$root"/tests/fuzz/corpus/*; do
    target=$(basename "$folder")
    inputs=("$folder"/*)
    if [ ! -x "$build/replay_$target" ]; then # the one of a reader that was not built
        [ "$target" = import ] && grep -q '^override ONNX_PROTO := $' "$build/libraries.mk" ||
            fail "$build/replay_$target was not built"
        continue
    fi
    if timeout 300 "$build/replay_$target" "${inputs[@]}" >/dev/null 2>"$scratch/said"; then
        echo "ok     $target: ${#inputs[@]} inputs"
    else
        fail "$target, at the last of: $(tail -n 5 "$scratch/said")"
    fi
    rm -rf "${NVSWEEP_FUZZ_FOLDER:?}"/*
done
verdict "no promise was broken"
