#!/usr/bin/env bash
# Results depend neither on the compiler, nor on its optimisation, nor on the number of ranks:
# the same sweeps, of all stages, by builds of gcc -O0, clang -O2, gcc -O3 for this machine's
# own instructions, and the one under test on one and on three ranks, hold the same bits.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath "${BUILD:-$root/build}")
sweeps=(${SWEEPS:-carbon_cache carbon_share cim_mensa cim_neon cim_simdram cim_training cim_upmem
        crossbar_neurosim crossbar_wear edge_rates edge_video eie_sram_width hdc_machines machines
        reliability_wear robust_networks systolic_shapes winograd_networks xr_inference_rate functions})
# Those that learn from data of packages, where these are (make deps-data).
[ -n "${NVSWEEP_DATA:-}" ] || [ ! -d "$build/data/usr" ] || export NVSWEEP_DATA=$build/data
[ -n "${SWEEPS:-}" ] || [ -z "${NVSWEEP_DATA:-}" ] || sweeps+=(learning integers crossbars hypervectors)
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1
export NVSWEEP_LIBRARY=$root/sweeps/library # builds here lie deeper than it is looked for
command -v clang >/dev/null || { echo "clang is not installed"; exit 77; }
cd "$root" || exit 1
unset MAKEFLAGS MAKELEVEL
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

run() { # name, command of the program...
    local name=$1
    shift
    mkdir "$scratch/$name"
    for sweep in "${sweeps[@]}"; do
        local file=sweeps/$sweep.cfg
        [ -f "$file" ] || file=tests/fixtures/accuracy/$sweep.cfg
        # A folder of its own: kept reuse curves would hide who computed them.
        NVSWEEP_CURVES=$scratch/$name/curves timeout 600 "$@" run "$file" \
            -o "$scratch/$name/$sweep.h5" --quiet 2>"$scratch/said" ||
            { echo "FAILED: $sweep by $name"; cat "$scratch/said"; failures=$((failures + 1)); }
    done
}

compiler() { # name, CC, optimisation
    local into=build/compilers/$1
    make --no-print-directory -j"$(nproc)" BUILD="$into" CC="$2" OPTIMISE="$3" SANITIZE= \
        WARNINGS= "$into/nvsweep" >"$scratch/log" 2>&1 ||
        { tail -n 20 "$scratch/log"; echo "FAILED: $1 does not build"; exit 1; }
    run "$1" "$into/nvsweep"
}

same() { # two names: every dataset of every file, bit by bit
    /usr/bin/python3 - "$scratch/$1" "$scratch/$2" "${sweeps[@]}" <<'PY'
import sys
import h5py
import numpy

failed = 0
for sweep in sys.argv[3:]:
    with h5py.File(f"{sys.argv[1]}/{sweep}.h5") as a, h5py.File(f"{sys.argv[2]}/{sweep}.h5") as b:
        names, others = [], []
        for file, found in ((a, names), (b, others)):
            file.visititems(lambda name, item, found=found: found.append(name)
                            if isinstance(item, h5py.Dataset) else None)
        if names != others:
            sys.exit(f"FAILED: {sweep}: other datasets")
        for name in names:
            if name == "run/metadata_checksum":  # of the program's commit, too
                continue
            left, right = (numpy.asarray(file[name][()]).reshape(-1) for file in (a, b))
            if left.dtype.kind == "f":
                left, right = left.view(numpy.uint64), right.view(numpy.uint64)
            at = numpy.nonzero(left != right)[0]
            if len(at):
                values = [numpy.asarray(file[name][()]).reshape(-1)[at[0]] for file in (a, b)]
                print(f"FAILED: {sweep}: {name} differs in {len(at)} values, first "
                      f"{values[0]!r} against {values[1]!r}")
                failed += 1
sys.exit(failed > 0)
PY
    if [ $? -eq 0 ]; then
        echo "ok     $1 and $2 agree in every bit of ${#sweeps[@]} sweeps"
    else
        failures=$((failures + 1))
    fi
}

run one-rank "$build/nvsweep"
run three-ranks mpirun -n 3 "$build/nvsweep"
compiler gcc-O0 gcc "-O0"
compiler clang-O2 clang "-O2"
compiler gcc-native gcc "-O3 -march=native"
for other in three-ranks gcc-O0 clang-O2 gcc-native; do
    same one-rank $other
done
[ "$failures" -eq 0 ]
