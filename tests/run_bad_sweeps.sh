#!/usr/bin/env bash
# Every sweep of fixtures/bad_sweeps/ is refused with exit code 2 and one line that says
# what its first line asks for ("# must say: ..."), and nothing on stdout.
set -u
here=$(cd "$(dirname "$0")" && pwd)
nvsweep=${NVSWEEP:-$here/../build/nvsweep}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failed=0 count=0
for sweep in "$here"/fixtures/bad_sweeps/*.cfg; do
    words=$(head -n 1 "$sweep" | tr -d '\0' | sed -n 's/^# must say: //p')
    timeout 10 "$nvsweep" plan "$sweep" >"$out/stdout" 2>"$out/stderr"
    code=$?
    count=$((count + 1))
    if [ $code -ne 2 ] || [ -s "$out/stdout" ] || [ "$(wc -l <"$out/stderr")" -ne 1 ] ||
        ! grep -qF -- "${words:-has no axes}" "$out/stderr"; then
        failed=$((failed + 1))
        echo "$(basename "$sweep"): exit code $code, must say '$words', says:"
        head -n 5 "$out/stderr"
    fi
done
echo "$count malformed sweeps, $failed not refused as they should be"
[ $failed -eq 0 ] && [ $count -gt 0 ]
