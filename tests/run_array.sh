#!/usr/bin/env bash
# The array model beside other tools, as `nvsweep validate array` prints it: every public NVSim
# row to a tenth of a percent at its organization, its optimum found in every search, two more
# sets of runs as printed, and DeepNVM++'s table no worse than stated in CHANGELOG.
. "$(dirname "$0")/harness.sh"

"$NVSWEEP" validate array >"$scratch/all" || fail "validate array ends with $?"
awk '/ rows   median/ { rows += $2; if ($7 + 0 > 1e-3) { print "too far off:", $0; bad = 1 } }
     END { exit bad || rows < 416 * 7 + 1120 * 6 }' "$scratch/all" || fail "figures of NVSim are missed"
grep -q 'the same organization in 416 of 416' "$scratch/all" || fail "another optimum than NVSim's"
# six of the large set are ties to the tool's last digit
grep -q 'the same organization in 111[4-9] of 1120' "$scratch/all" ||
    fail "another optimum than NVSim's in its large caches"
[ "$(grep -oE '(240 of 240|162 of 162) figures' "$scratch/all" | wc -l)" -eq 2 ] ||
    fail "figures of the class project or of DeepNVM++'s cells differ"
grep -q '^ *all (physical) ' "$scratch/all" || fail "it is not said what mended slips change"
for tool in NS-Cache CACTI; do
    grep -q "$tool.*optimum and ours" "$scratch/all" || fail "$tool does not stand beside"
done

# rows in any order and under other names; one that cannot be leaves the others alone
cat >"$scratch/rows.csv" <<'CSV'
capacity_bytes,tech,mode,node_nm,assoc,line_bits,temp_K,roadmap,access_mode,opt_target
1048576,SRAM,RAM,22,1,512,350,HP,-,ReadLatency
1048576,SRAMM,RAM,22,1,512,350,HP,-,ReadLatency
2097152,STTRAM,cache,45,8,512,350,LSTP,fast,WriteEDP
CSV
"$NVSWEEP" array --rules nvsim --from "$scratch/rows.csv" >"$scratch/out" 2>"$scratch/said"
[ $? -eq 2 ] || fail "a bad row does not end with 2"
grep -q 'rows.csv:3: ' "$scratch/said" || fail "the bad row's line is not named"
grep -q '^nvsweep,RAM,SRAM,22,1048576,.*,0.7961548695,' "$scratch/out" || fail "another SRAM than NVSim's"
[ "$(awk -F, '/^nvsweep,/ && $12 > 0' "$scratch/out" | wc -l)" -eq 2 ] ||
    fail "good rows are missing"

verdict "arrays: all as expected"
