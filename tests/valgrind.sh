#!/usr/bin/env bash
# One rank and every command that reads its file, under valgrind: no read of what was never
# written, no access out of bounds, nothing of ours lost.  What Open MPI and HDF5 do is in
# Open MPI's own suppressions and in valgrind.supp.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
nvsweep=$(realpath "${NVSWEEP:-$root/build/nvsweep}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 77; }
failures=0

check() { # arguments of nvsweep...
    local start=$SECONDS code
    timeout 600 valgrind --quiet --error-exitcode=99 --leak-check=full \
        --errors-for-leak-kinds=definite --show-leak-kinds=definite --child-silent-after-fork=yes \
        --suppressions=/usr/share/openmpi/openmpi-valgrind.supp \
        --suppressions="$root/tests/valgrind.supp" \
        "$nvsweep" "$@" >"$scratch/out" 2>"$scratch/said"
    code=$?
    if [ $code -ne 0 ]; then
        echo "FAILED: nvsweep $* (exit $code)"
        head -n "${LINES_SHOWN:-60}" "$scratch/said"
        failures=$((failures + 1))
    else
        printf 'ok     %-60s %4ss\n' "nvsweep $*" $((SECONDS - start))
    fi
}

cp "$root/tests/fuzz/valid.cfg" "$scratch/a.cfg"
sed 's/"1 MiB"/"2 MiB"/' "$scratch/a.cfg" >"$scratch/b.cfg"
cd "$scratch" || exit 1
export NVSWEEP_CURVES=$scratch/curves
check plan a.cfg
check run a.cfg --quiet
check run a.cfg --quiet # finished already
check run b.cfg --quiet
check status a.h5
check show a.h5 --columns capacity
check best a.h5 -m area_m2,read_latency_s
check export a.h5
check verify a.h5 --sample 3
check diff a.h5 a.h5
check merge a.h5 b.h5 -o c.h5
check pack a.h5
check pack a.packed.h5 --undo -o d.h5
check report a.h5 -o a.html
check timeline a.h5 -o a.svg
check explain a.cfg capacity=1MiB
check list technology sram
[ $failures -eq 0 ]
