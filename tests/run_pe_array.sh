#!/usr/bin/env bash
# Accelerators from sweep file to result file: the same bytes on one and on three ranks, the
# SCALE-Sim command to the digit, published figures met.
. "$(dirname "$0")/harness.sh"

cat >"$scratch/small.cfg" <<'CFG'
title = "families x technologies x layers";
axes = {
    machine = [ "systolic-32", "eyeriss", "winograd-cube", "xr-cpu" ];
    workload = [ "alexnet", "vgg8-cifar" ]; layer = ( "all", 1, 2, 9 );
    technology = [ "sram", "stt-mram" ]; placement = [ "weights", "all" ];
    node = "22 nm"; precision = 16; ips = ( "back_to_back", 5.0 ); idle = [ "on", "gate", "reload" ];
};
CFG
for ranks in 1 3; do
    timeout 120 mpirun -n $ranks "$NVSWEEP" run "$scratch/small.cfg" -o "$scratch/$ranks.h5" \
        --quiet || fail "run on $ranks ranks"
done
cmp "$scratch/1.h5" "$scratch/3.h5" || fail "files of 1 and 3 ranks differ"
# 0.0 inferences a second is back to back; vgg8 has no ninth layer
"$NVSWEEP" show "$scratch/1.h5" workload=vgg8-cifar layer=9 -m sample_j 2>&1 |
    grep -q ' -$' || fail "a layer that is not there has a value"

# layer by layer: the layers of a network add up to it
cat >"$scratch/layers.cfg" <<'CFG'
title = "layers"; detail = "layer";
axes = { machine = [ "systolic-32", "eyeriss" ]; workload = "alexnet"; technology = "sram";
         node = "22 nm"; precision = 16; };
CFG
timeout 60 "$NVSWEEP" run "$scratch/layers.cfg" -o "$scratch/layers.h5" --quiet || fail "no layers"
"$NVSWEEP" export "$scratch/layers.h5" -m cycles | awk -F, 'NR == 1 {
        for (i = 1; i <= NF; i++) { if ($i == "layer") l = i; if ($i ~ /^cycles/) c = i } next }
    $l == 0 { total = $c; sum = 0 }
    $l > 0 { sum += $c }
    $l == 8 { n++; if (sum < total * (1 - 1e-12) || sum > total * (1 + 1e-12)) bad++ }
    END { exit n != 2 || bad }' || fail "layers do not add up to their network"
"$NVSWEEP" list layers alexnet | grep -q '^ *8  fc8 ' || fail "list layers does not name fc8"

cat >"$scratch/a.cfg" <<'CFG'
[general]
run_name = a32
[architecture_presets]
ArrayHeight : 32
ArrayWidth : 32
IfmapSramSzkB : 64
FilterSramSzkB : 64
OfmapSramSzkB : 64
IfmapOffset : 0
FilterOffset : 10000000
OfmapOffset : 20000000
Bandwidth : 10
Dataflow : os
MemoryBanks : 1
[sparsity]
SparsitySupport : false
[run_presets]
InterfaceBandwidth : CALC
CFG
printf 'Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\nConv1, 224, 224, 11, 11, 3, 96, 4,\n' >"$scratch/t.csv"
# SCALE-Sim v3 (1d62b68)
got=$("$NVSWEEP" scalesim -c "$scratch/a.cfg" -t "$scratch/t.csv" | tail -n 1)
case $got in
"0, "*", 121124, 0, 84.99"*", 3294225, "*", 3310560, "*", 308640, "*", 519810, "*", 44366, "*", 290431,") ;;
*) fail "scalesim prints $got" ;;
esac
# as its repository keeps them for its tests: test/general/golden_trace_calc
"$NVSWEEP" scalesim -c <(sed 's/: os/: ws/' "$scratch/a.cfg") -t "$scratch/t.csv" -p "$scratch/reports" 2>/dev/null
cmp "$scratch/reports/a32/COMPUTE_REPORT.csv" - <<'CSV' || fail "COMPUTE_REPORT.csv differs"
LayerID, Total Cycles (incl. prefetch), Total Cycles, Stall Cycles, Overall Util %, Mapping Efficiency %, Compute Util %,
0, 116210, 112283, 0, 91.68309650614964, 94.53125, 90.78000992063485,
CSV
cmp "$scratch/reports/a32/BANDWIDTH_REPORT.csv" - <<'CSV' || fail "BANDWIDTH_REPORT.csv differs"
LayerID, Avg IFMAP SRAM BW, Avg FILTER SRAM BW, Avg OFMAP SRAM BW, Avg IFMAP DRAM BW, Avg FILTER DRAM BW, Avg OFMAP DRAM BW,
0, 29.338590881967885, 0.31035864734643714, 31.035864734643713, 15.686576632947475, 0.3280954308794592, 31.160747178854372,
CSV
cmp "$scratch/reports/a32/DETAILED_ACCESS_REPORT.csv" - <<'CSV' || fail "DETAILED_ACCESS_REPORT.csv differs"
LayerID, SRAM IFMAP Start Cycle, SRAM IFMAP Stop Cycle, SRAM IFMAP Reads, SRAM Filter Start Cycle, SRAM Filter Stop Cycle, SRAM Filter Reads, SRAM OFMAP Start Cycle, SRAM OFMAP Stop Cycle, SRAM OFMAP Writes, DRAM IFMAP Start Cycle, DRAM IFMAP Stop Cycle, DRAM IFMAP Reads, DRAM Filter Start Cycle, DRAM Filter Stop Cycle, DRAM Filter Reads, DRAM OFMAP Start Cycle, DRAM OFMAP Stop Cycle, DRAM OFMAP Writes,
0, 33.0, 112176.0, 3294225, 1.0, 109197.0, 34848, 63.0, 112283.0, 3484800, -3243.0, 111824.0, 1805023, -3275.0, 102937.0, 34848, 1102.0, 112935.0, 3484831,
CSV
mkdir -p "$scratch/lib/workloads"
"$NVSWEEP" import "$scratch/t.csv" --name imported -o "$scratch/lib/workloads/imported.cfg"
"$NVSWEEP" list workloads --library "$scratch/lib" | grep -q '^imported ' ||
    fail "an imported topology is no workload"

missed=$("$NVSWEEP" validate systolic eyeriss timeloop eie winograd xr 2>&1 | grep -E 'MISSED|UNEQUAL|identity.* outside' |
    awk '{ print $1 }' | sort | tr '\n' ' ')
# each has its mechanism in its record: DaDianNao's eDRAM cycles more slowly in our array model than
# theirs and its clock tree and links are not modelled; EIE's factors are ratios of one access;
# what beside products takes time on Winograd's machine is not modelled
known="eie-array-area eie-array-power eie-dadiannao-area eie-dadiannao-fps eie-dadiannao-power \
eie-decomposition-sharing eie-decomposition-sparsity eie-decomposition-sram eie-over-dadiannao-area \
eie-over-dadiannao-energy eie-over-dadiannao-throughput \
winograd-speed-up-detection "
[ "$missed" = "$known" ] || fail "missed figures are: $missed; must be: $known"

# EIE without a fitted parameter: mean error of the nine layers 6.7 % (theoretical time) and
# 11 % (actual) as the densities printed in the paper allow
"$NVSWEEP" validate eie --json | python3 -c '
import json, sys
rows = json.load(sys.stdin)
mean = lambda of: sum(abs(r["error"]) for r in rows if r["name"].startswith(of)) / 9
assert 0.065 < mean("eie-theoretical-") < 0.069 and 0.105 < mean("eie-actual-") < 0.112
' || fail "EIE's mean errors are others"

verdict "accelerators: all as expected"
