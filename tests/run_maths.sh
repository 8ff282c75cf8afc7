#!/usr/bin/env bash
# The same bits on every processor: no object of the program calls a function of libm that
# IEEE 754 does not define exactly (glibc chooses among several of its own, by processor); and
# sweeps give the same file when the processor's vector and fused multiply-add instructions are
# hidden from glibc, from all ranks or from rank 1 alone.
. "$(dirname "$0")/harness.sh"
exact="ceil copysign fabs floor fmax fmin fmod frexp ilogb ldexp llrint llround lrint lround modf
       nearbyint rint round scalbn sqrt trunc"
masked=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX

libm=$(cc -print-file-name=libm.so.6)
nm -D --defined-only "$libm" | awk '{ sub(/@.*/, "", $3); print $3 }' | sort -u >"$scratch/libm"
[ "$(wc -l <"$scratch/libm")" -gt 300 ] || fail "no symbols in $libm"
objects=$(find "$build/obj" -name '*.o' -not -path "$build/obj/tests/*")
[ "$(wc -w <<<"$objects")" -gt 150 ] || fail "no objects in $build/obj"
calls=$(nm -A -u $objects | awk '{ print $NF, $1 }' | sort | join - "$scratch/libm" |
    while read -r name object; do
        [[ " "$exact" " == *[[:space:]]"$name"[[:space:]]* ]] || echo "$object $name"
    done)
[ -z "$calls" ] ||
    fail "calls of libm whose bits depend on the processor (take those of base/maths.h): $calls"

# SWEEPS="name ..." takes others: all of them passed when this was written.
for sweep in ${SWEEPS:-carbon_share cim_mensa crossbar_wear deepnvm_isocapacity eie_queue_depth
               reliability_wear robust_networks uncertainty_carbon}; do
    # Reuse curves are kept: each run computes its own.
    run() { # name, command...
        NVSWEEP_CURVES=$scratch/curves-$1-$sweep timeout 600 "${@:2}" >"$scratch/said" 2>&1 ||
            { fail "$sweep, $1"; cat "$scratch/said"; }
    }
    arguments="run $root/sweeps/$sweep.cfg --quiet"
    run plain "$NVSWEEP" $arguments -o "$scratch/plain.h5"
    run masked env GLIBC_TUNABLES=$masked "$NVSWEEP" $arguments -o "$scratch/masked.h5"
    run rank-1 mpirun -n 1 "$NVSWEEP" $arguments -o "$scratch/mixed.h5" : \
        -n 1 env GLIBC_TUNABLES=$masked "$NVSWEEP" $arguments -o "$scratch/mixed.h5"
    cmp "$scratch/plain.h5" "$scratch/masked.h5" || fail "$sweep: other bytes when masked"
    cmp "$scratch/plain.h5" "$scratch/mixed.h5" || fail "$sweep: other bytes, rank 1 masked"
    rm -f "$scratch"/*.h5*
done
verdict "libm is called for exact functions only; sweeps give the same bytes when masked"
