#!/usr/bin/env bash
# The tutorial's commands, as it prints them, in an empty folder: each ends well and leaves
# what it says.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' "$root/plots/TUTORIAL.md" >"$scratch/commands"
[ "$(wc -l <"$scratch/commands")" -gt 30 ]
cd "$scratch"
mkdir bin
ln -s "$NVSWEEP" bin/nvsweep
[ "$(id -u)" -ne 0 ] || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
PATH=$scratch/bin:$PATH timeout 600 env -u PYTHONPATH bash -eu commands >told 2>&1 ||
    { tail -n 20 told; exit 1; }
for file in first.h5 first.csv first.html first.png first.packed.h5; do
    [ -s "$file" ] || { echo "no $file"; exit 1; }
done
grep -q "no differences" told
grep -q "0 damaged" told
