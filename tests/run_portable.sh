#!/usr/bin/env bash
# The models compile for other systems: aarch64 (gcc, clang) and musl (gcc, clang), syntax and
# warnings only.  Skipped (77) where none of their headers is installed; says which were tried.
. "$(dirname "$0")/harness.sh"
cd "$root" || exit 1
mapfile -t sources < <(git ls-files src/base src/tech src/array src/workload src/space \
    src/machine src/hdc src/carbon src/cloud src/reliability src/edge src/uncertainty \
    src/learning src/store src/stage 2>/dev/null | grep '\.c$')
[ ${#sources[@]} -gt 0 ] || mapfile -t sources < <(find src/base src/tech src/array \
    src/workload src/space src/machine src/hdc src/carbon src/cloud src/reliability src/edge \
    src/uncertainty src/learning src/store src/stage -name '*.c')
flags=(-std=c11 -D_GNU_SOURCE -Isrc -Ihdf5_schema -I"$scratch/made" -fsyntax-only -Wall -Wextra -Werror
       -DNVSWEEP_CURVE_SOURCES='""')
tried=()
mkdir -p "$scratch/made/columns"
awk -v folder="$scratch/made/columns" -f hdf5_schema/columns.awk hdf5_schema/metrics.def

try() { # name, command...
    local name=$1
    shift
    tried+=("$name")
    timeout 300 "$@" "${flags[@]}" "${sources[@]}" >"$scratch/said" 2>&1 ||
        { fail "$name: $(grep -m 3 -E 'error|warning' "$scratch/said")"; }
}

if command -v aarch64-linux-gnu-gcc >/dev/null && [ -d /usr/aarch64-linux-gnu/include ]; then
    try "gcc for aarch64" aarch64-linux-gnu-gcc
    command -v clang >/dev/null &&
        try "clang for aarch64" clang --target=aarch64-linux-gnu \
            -isystem /usr/aarch64-linux-gnu/include
fi
if command -v musl-gcc >/dev/null; then
    musl=/usr/include/$(uname -m)-linux-musl
    # musl-gcc leaves out the C library's folders alone; the compiler's own stay
    try "gcc for musl" musl-gcc
    command -v clang >/dev/null &&
        try "clang for musl" clang --target="$(uname -m)-linux-musl" -nostdlibinc -isystem "$musl"
fi

# clang before 16 calls a clone that other objects use by its resolver, so that nothing links.
if command -v clang >/dev/null; then
    tried+=("clones by clang")
    for source in $(grep -l target_clones "${sources[@]}"); do
        clang -std=c11 -D_GNU_SOURCE -O1 -Isrc -Ihdf5_schema -I"$scratch/made" -c "$source" \
            -o "$scratch/clones.o" 2>"$scratch/said" || fail "$source: $(head -n 1 "$scratch/said")"
        ! nm "$scratch/clones.o" | grep -E '^[^ ]+ i ' | sed 's/.ifunc$//; s/.* //' |
            grep -qxFf <(sed -n 's/^[a-z].*[ *]\([a-z_]*\)(.*/\1/p' "${source%.c}.h") ||
            fail "$source: a function of its header has clones: let it call a static one"
    done
fi
if [ ${#tried[@]} -eq 0 ]; then
    echo "skipped: no aarch64-linux-gnu-gcc and no musl-gcc here"
    exit 77
fi
verdict "${#sources[@]} files by $(printf '%s, ' "${tried[@]}" | sed 's/, $//')"
