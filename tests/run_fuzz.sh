#!/usr/bin/env bash
# Broken files for every reader, FUZZ_SECONDS each (`make fuzz` takes longer).
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
[ -n "${FUZZ_SECONDS:-}" ] || { echo "fuzzing takes minutes: set FUZZ_SECONDS=10, or make fuzz"; exit 77; }
for needed in clang; do
    command -v $needed >/dev/null || { echo "$needed is not installed: make fuzz installs it"; exit 77; }
done
echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long s) { return !d && s; }' |
    clang -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null ||
    { echo "libclang-rt-14-dev is not installed: make fuzz installs it"; exit 77; }
exec "$root/tests/fuzz/run" "$root/build/fuzz" "${FUZZ_SECONDS:-10}"
