#!/usr/bin/env bash
# Machines of every kind from sweep file to result file: the same bytes on one and on three
# ranks, recomputed alike, a front; records that make no sense are one line and exit code 2,
# networks that do not fit a status.
. "$(dirname "$0")/harness.sh"

cat >"$scratch/small.cfg" <<'CFG'
title = "kinds x networks x budgets";
axes = {
    machine = [ "gtx-1080-ti", "eyeriss", "mensa", "upmem-rank", "simdram-rank", "neon",
                "crossbar-chip" ];
    workload = [ "vgg8-cifar", "lenet" ];
    technology = "sram"; node = "16 nm"; roadmap = "lop"; precision = 8; capacity = "1 MiB";
    area_budget = [ "none", "20 mm2", "600 mm2" ];
};
CFG
for ranks in 1 3; do
    timeout 120 mpirun -n $ranks "$NVSWEEP" run "$scratch/small.cfg" -o "$scratch/$ranks.h5" \
        --quiet || fail "run on $ranks ranks"
done
cmp "$scratch/1.h5" "$scratch/3.h5" || fail "files of 1 and 3 ranks differ"
"$NVSWEEP" verify "$scratch/1.h5" >"$scratch/verify" || fail "verify: $(cat "$scratch/verify")"
"$NVSWEEP" best "$scratch/1.h5" -m sample_j,latency_s --per workload \
    area_budget=none >"$scratch/front" || fail "best"
[ "$(grep -c 'vgg8-cifar' "$scratch/front")" -ge 1 ] || fail "no front"
# a GPU's die is larger than 20 mm2; the chip stage has PE arrays alone, and leaves nothing out
"$NVSWEEP" show "$scratch/1.h5" machine=gtx-1080-ti area_budget="20 mm2" \
    -m sample_j | grep -q ' -$' || fail "a GPU fits 20 mm2"
"$NVSWEEP" plan "$scratch/small.cfg" | grep -Eq '^chip +2 +0 ' || fail "chip has other points than 2"
"$NVSWEEP" explain "$scratch/small.cfg" machine=mensa | grep -q 'last_engine' ||
    fail "explain has no engine"

# An epoch of training is its batches; inference has none, and wears nothing.
cat >"$scratch/epoch.cfg" <<'CFG'
axes = { machine = "crossbar-chip"; technology = [ "rram", "sram" ]; node = "32 nm"; roadmap = "lstp";
         workload = "vgg8-cifar"; phase = [ "inference", "training" ]; batch = 100; precision = 8;
         epoch_samples = 60000; update_share = 0.25; };
CFG
timeout 120 "$NVSWEEP" run "$scratch/epoch.cfg" -o "$scratch/epoch.h5" --quiet || fail "epoch"
"$NVSWEEP" export "$scratch/epoch.h5" -m latency_s,forward_s,backward_s,\
epoch_s,epoch_writes,endurance_share | tr -d '\r' >"$scratch/epoch.csv"
awk -F, 'function near(a, b) { return a > b * (1 - 1e-9) && a < b * (1 + 1e-9) }
    $6 == "inference" && $13 $14 $15 $16 ~ /[0-9]/ { bad = 1 }
    $6 == "training" && !(near($14, 600 * $11) && near($12 + $13, $11) && near($15, 600 * 0.25)) { bad = 1 }
    $6 == "training" && ($2 == "sram" ? $16 != 0 : $16 <= 0) { bad = 1 }
    $6 == "training" { seen++ } END { exit bad || seen != 2 }' "$scratch/epoch.csv" ||
    fail "an epoch is not its batches: $(cat "$scratch/epoch.csv")"

# An axis of old; a machine made of what is missing; one of no family.
refused() { # words that must be said, file
    timeout 20 "$NVSWEEP" plan "$2" --library "$scratch/library" >"$scratch/out" 2>"$scratch/err"
    local code=$?
    [ $code -eq 2 ] || fail "exit code $code, not 2: $1"
    [ "$(wc -l <"$scratch/err")" -eq 1 ] || fail "not one line: $1"
    grep -qF -- "$1" "$scratch/err" || fail "says $(cat "$scratch/err"), not $1"
}
mkdir -p "$scratch/library/machines"
for axis in platform accelerator cim crossbar; do
    sed "s/machine =/$axis =/" "$scratch/small.cfg" >"$scratch/old.cfg"
    refused "the axis '$axis' is 'machine' since 0.4" "$scratch/old.cfg"
done
echo 'machines = ( { name = "ghost"; source = "none"; family = "mensa"; engines = [ "nobody" ]; families = (); } );' \
    >"$scratch/library/machines/ghost.cfg"
refused "ghost: no machine named 'nobody'" "$scratch/small.cfg"
echo 'machines = ( { name = "ghost"; source = "none"; family = "gpus"; } );' \
    >"$scratch/library/machines/ghost.cfg"
refused "is 'gpus', must be gpu, cpu" "$scratch/small.cfg"
echo 'machines = ( { name = "ghost"; source = "none"; } );' >"$scratch/library/machines/ghost.cfg"
refused "this machine lacks 'family'" "$scratch/small.cfg"
rm "$scratch/library/machines/ghost.cfg"

# Records with impossible figures, each in a library of its own.
record() { # file, from, to, words
    sed "s/$2/$3/" "$root/sweeps/library/$1.cfg" >"$scratch/library/$1.cfg"
    cmp -s "$root/sweeps/library/$1.cfg" "$scratch/library/$1.cfg" &&
        fail "nothing to spoil in $1: $2"
    refused "$4" "$scratch/small.cfg"
    rm "$scratch/library/$1.cfg"
}
record machines/upmem 'clock_hz = "350 MHz"' 'clock_hz = "0 MHz"' "clock_hz"
record machines/upmem 'dpus = 2556' 'dpus = 0' "dpus is 0"
record machines/simdram 'lanes = 65536' 'lanes = 0' "lanes is 0"
record machines/simdram 'cycling_a = "64 mA"' 'cycling_a = "1 mA"' "cycling_a (IDD0)"
record machines/neon 'rows = 128' 'rows = 0' "rows is 0"
record machines/neon 'bank_w = "360.79 mW"' 'bank_w = "1 mW"' "bank_w is 0.001 W"
record machines/crossbars 'rows = 128' 'rows = 0' "rows is 0"
record machines/mensa 'engines = \[ "edge-tpu" \]' 'engines = [ ]' "has 0 engines"

# A network too large for the memory is a row with status 2 and a reason.
cat >"$scratch/large.cfg" <<'CFG'
axes = { machine = "upmem-rank"; workload = [ "lenet", "gemv-1310720" ]; precision = 32; };
CFG
timeout 60 "$NVSWEEP" run "$scratch/large.cfg" -o "$scratch/large.h5" --quiet || fail "large"
"$NVSWEEP" show "$scratch/large.h5" workload=gemv-1310720 -m latency_s | grep -q '^-$' ||
    fail "21 GB of weights fit 64 DPUs"
"$NVSWEEP" explain "$scratch/large.cfg" workload=gemv-1310720 |
    grep -q 'why not: the weights take 2.15e+10 bytes, must fit 64 DPUs of 6.71e+07' ||
    fail "no reason for what does not fit"
verdict "machines of every kind are as they should be"
