#!/usr/bin/env bash
# The command line as scripts see it: exit codes, one line per error, help that names every
# command, generated pages that are up to date, output that is stable.
. "$(dirname "$0")/harness.sh"

for command in $("$NVSWEEP" help | awk '/^  nvsweep/ { print $2 }'); do
    expect 0 "nvsweep $command" "$NVSWEEP" help "$command"
done
expect 0 "^nvsweep [0-9]" "$NVSWEEP" --version
expect 2 "did you mean 'plan'" "$NVSWEEP" plam
expect 2 "did you mean '--limit'" "$NVSWEEP" show x.h5 --limt 3
expect 0 "^nvsweep show FILE" "$NVSWEEP" show x.h5 --limt 3 --help
printf 'stages = [ "mapping" ]; axes = { machine = "eyeriss-like"; workload = "vgg8-cifar"; %s };' \
    'layer = ( "all", 1 ); precision = 8;' >"$scratch/word.cfg"
expect 0 "" "$NVSWEEP" run "$scratch/word.cfg" -o "$scratch/word.h5" --quiet
expect 0 "cycles" "$NVSWEEP" show "$scratch/word.h5" -m cycles layer=all
expect 2 "layer is '0', must be above 0, or the word all" "$NVSWEEP" show "$scratch/word.h5" -m cycles layer=0
expect 2 "did you mean 'technology'" "$NVSWEEP" explain "$root/sweeps/minimal.cfg" technolgy=sram
# Each word that `list` offers is a list, and every stage that is listed computes something.
offered=$("$NVSWEEP" list 2>&1 | sed -n 's/.*must be one of: \(.*\), layers.*/\1/p' | tr -d ',')
[ "$(wc -w <<<"$offered")" -gt 10 ] || fail "list offers '$offered'"
for what in $offered; do
    expect 0 "[a-z]" "$NVSWEEP" list "$what"
done
"$NVSWEEP" list metrics | cut -d ' ' -f 1 | uniq >"$scratch/computed"
"$NVSWEEP" list stages | cut -d ' ' -f 1 | cmp -s - "$scratch/computed" ||
    fail "stages and metrics name different stages"
one_line "$NVSWEEP" list axes $(printf -- '--library . %.0s' {1..16})
printf 'Layer, M, N, K,\nfc, 8, 8, 8,\n' >"$scratch/names.csv"
for name in 'a b' 'a,b' $'a\xff' $'a\x7f' all ''; do
    one_line "$NVSWEEP" import "$scratch/names.csv" --name "$name"
done
one_line "$NVSWEEP" plan "$scratch/absent.cfg"
cat >"$scratch/span.cfg" <<'CFG'
stages = [ "hdc_texts" ];
axes = { technology = "racetrack"; node = "16 nm"; hdc = "racetrack-hdc";
         hdc_task = "language-recognition"; span = { field = "hdc.span"; values = [ 2, 40 ]; }; };
CFG
expect 0 "a transverse read counts 40 domains" "$NVSWEEP" explain "$scratch/span.cfg" span=40
one_line "$NVSWEEP" run "$root/sweeps/minimal.cfg" -o /dev/null
one_line "$NVSWEEP" show "$scratch/absent.h5"
echo "not HDF5" >"$scratch/junk.h5"
one_line "$NVSWEEP" show "$scratch/junk.h5"
one_line "$NVSWEEP" status "$scratch/junk.h5"
printf 'axes = { technology = "sram"; capacty = "1 MiB"; };' >"$scratch/misspelt.cfg"
expect 2 "misspelt.cfg:1: .*did you mean 'capacity'" "$NVSWEEP" plan "$scratch/misspelt.cfg"

"$NVSWEEP" schema | cmp -s - "$root/hdf5_schema/columns.md" ||
    fail "hdf5_schema/columns.md is out of date; make schema"

[ -d "$build/data" ] && export NVSWEEP_DATA=$build/data
for sweep in "$root"/sweeps/*.cfg; do
    if grep -q 'experiment =' "$sweep" && ! "$NVSWEEP" plan "$sweep" >/dev/null 2>&1; then
        expect 2 "; install [a-z0-9-]*, which ships it" "$NVSWEEP" plan "$sweep"
        continue
    fi
    expect 0 "^total" "$NVSWEEP" plan "$sweep"
    head -c 2 "$sweep" | grep -qE '^(/\*|#)' || fail "$sweep does not open with its question"
done

result=$scratch/minimal.h5
timeout 120 mpirun -n 1 "$NVSWEEP" run "$root/sweeps/minimal.cfg" -o "$result" 2>/dev/null ||
    fail "minimal sweep"
expect 0 "^done" "$NVSWEEP" status "$result"
expect 0 '"state": "done"' "$NVSWEEP" status --json "$result"
expect 0 "mm2" "$NVSWEEP" show "$result" -m area_m2
expect 0 '"area_m2": ' "$NVSWEEP" show "$result" -m area_m2 --json
expect 0 "area_m2 \[m2\]" "$NVSWEEP" export "$result" -m area_m2
expect 2 "did you mean 'area_m2'" "$NVSWEEP" show "$result" -m are_m2
expect 0 "no differences" "$NVSWEEP" diff "$result" "$result"
expect 0 "0 damaged, 0 pending; 1 points recomputed, 0 differ" "$NVSWEEP" verify "$result"
expect 0 "bitline" "$NVSWEEP" explain "$root/sweeps/minimal.cfg"
expect 0 "bitline" "$NVSWEEP" explain technology=sram-8t "capacity=2 MiB"
expect 2 "did you mean .technology." "$NVSWEEP" explain technolgy=sram "capacity=2 MiB"
expect 0 "<svg" "$NVSWEEP" timeline "$result"
timeout 120 mpirun -n 1 "$NVSWEEP" run "$root/sweeps/minimal.cfg" -o "$result" --quiet
expect 0 "<svg" "$NVSWEEP" timeline "$result" # of the run before, which computed
echo "an older picture" >"$scratch/older.svg"
touch "$scratch/none.h5.journal"
expect 2 "no leases" "$NVSWEEP" timeline "$scratch/none.h5" -o "$scratch/older.svg"
grep -q older "$scratch/older.svg" || fail "timeline emptied a file it had nothing for"
# an axis that some of a sweep's last stages do not read: plan and the file say so
cat >"$scratch/partial.cfg" <<'CFG'
axes = { technology = [ "sram", "stt-mram" ]; machine = "gtx-1080-ti"; workload = "alexnet"; };
stages = [ "array", "reuse" ];
CFG
expect 0 'technology (2) is read by array only' "$NVSWEEP" plan "$scratch/partial.cfg"
timeout 120 "$NVSWEEP" run "$scratch/partial.cfg" -o "$scratch/partial.h5" --quiet || fail "partial.cfg"
/usr/bin/python3 - "$scratch/partial.h5" <<'PY' || fail "no attribute read_by at the axis's coordinates"
import sys
import h5py

found = []
h5py.File(sys.argv[1]).visititems(
    lambda name, item: found.append((name.rsplit("/", 1)[-1], item.attrs["read_by"]))
    if "read_by" in item.attrs else None)
names = {name: by.decode() if isinstance(by, bytes) else by for name, by in found}
sys.exit(names.get("technology") != "array" or names.get("workload") != "reuse")
PY

# "all" is a value where the axis has this word, and stands for all records elsewhere.
printf 'stages = [ "retention" ]; axes = { technology = "sram"; node = "7 nm"; capacity = "4 MiB";
machine = "v100"; workload = "lenet"; refresh = "all"; };' >"$scratch/all.cfg"
expect 0 'retention  *1 ' "$NVSWEEP" plan "$scratch/all.cfg"

verdict "commands, options and pages: all as expected"
