#!/usr/bin/env bash
# Results do not depend on the compiler or its optimisation: the same sweeps by builds of
# gcc -O0, clang -O2 and the one under test (gcc -O3) have the same bytes in every column.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
command -v clang >/dev/null || { echo "clang is not installed"; exit 77; }
cd "$root"
unset MAKEFLAGS MAKELEVEL
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

cat >"$scratch/llc.cfg" <<'CFG'
stages = [ "array", "system" ];
axes = {
    technology = [ "sram", "stt-mram", "sot-mram" ];
    capacity = [ "96 KiB", "3 MiB", "7 MiB" ];
    temperature = [ "300 K", "350 K" ];
    target = [ "edap", "read_latency" ];
    platform = "gtx-1080-ti";
    workload = [ "alexnet", "squeezenet" ];
    phase = [ "inference", "training" ];
    batch = 4;
};
CFG
cp sweeps/xr_nodes.cfg "$scratch/chip.cfg"

run() { # name, program
    for sweep in llc chip; do
        # A folder of its own: kept reuse curves would hide who computed them.
        NVSWEEP_CURVES=$scratch/$1 timeout 300 "$2" run "$scratch/$sweep.cfg" \
            -o "$scratch/$sweep-$1.h5" --quiet ||
            { echo "FAILED: $sweep by $1"; failures=$((failures + 1)); }
    done
}

compiler() { # name, CC, optimisation
    local build=build/compilers/$1
    make --no-print-directory -j2 BUILD="$build" CC="$2" OPTIMISE="$3" SANITIZE= \
        WARNINGS= "$build/nvsweep" >"$scratch/$1.log" 2>&1 ||
        { tail -n 20 "$scratch/$1.log"; echo "FAILED: $1 does not build"; exit 1; }
    run "$1" "$build/nvsweep"
}

run gcc-O3 "$NVSWEEP"
compiler gcc-O0 gcc "-O0"
compiler clang-O2 clang "-O2"
for sweep in llc chip; do
    for other in gcc-O3 clang-O2; do
        if "$NVSWEEP" diff "$scratch/$sweep-gcc-O0.h5" "$scratch/$sweep-$other.h5" |
            tee "$scratch/said" | grep -q "no differences" &&
            cmp "$scratch/$sweep-gcc-O0.h5" "$scratch/$sweep-$other.h5"; then
            echo "ok     $sweep: gcc-O0 and $other agree in every byte"
        else
            cat "$scratch/said"
            echo "FAILED: $sweep: gcc-O0 and $other differ"
            failures=$((failures + 1))
        fi
    done
done
[ "$failures" -eq 0 ]
