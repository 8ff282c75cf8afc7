#!/usr/bin/env bash
# Real jobs on a real Slurm: four nodes of slurm/testcluster.  Every result must have the
# same bytes as that of an undisturbed run of one process without Slurm.
#
# Skipped (77) without root, without namespaces, or without Slurm's packages: they bring
# daemons, so `make test` uses what is there, and `make slurm-test` installs them.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath -m "${BUILD:-$root/build}")
nvsweep=$(realpath "${NVSWEEP:-$build/nvsweep}")
cluster=$root/slurm/testcluster
export NVSWEEP_SLURM_STATE=$build/slurm-test
work=$NVSWEEP_SLURM_STATE/work
JOB_LIMIT=300 # seconds that a step of a test may take; most take a few
# Seconds of one core that the sweeps take: `long` outlasts the time until Slurm warns of
# the least time limit, which is 10 to 40 s; `short` lasts until something can happen to it.
LONG_S=44 SHORT_S=14

skip() { echo "skipped: $*"; exit 77; }
say() { printf '%(%T)T  %s\n' -1 "$*"; }

prepare() {
    local package
    [ "$(id -u)" -eq 0 ] || skip "starting Slurm's daemons needs root"
    unshare --mount --pid --uts --ipc --fork --mount-proc mount -t tmpfs tmpfs /tmp \
        2>/dev/null || skip "this machine does not let root make namespaces and mount"
    if [ -z "${NVSWEEP_SLURM_TESTS:-}" ]; then
        for package in $("$cluster" packages); do
            dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
                skip "Slurm is not installed here ($package); make slurm-test installs it"
        done
    fi
    # shellcheck disable=SC2046 # a list of words
    timeout 300 "$root/.ci/deps" $("$cluster" packages) ||
        skip "Slurm's packages cannot be installed"
}

cleanup() {
    trap - EXIT
    [ -z "${beside:-}" ] || kill -- "-$beside" 2>/dev/null
    cd /
    rm -rf "$work"
    timeout 60 "$cluster" down
}

# ---- small steps, each with a limit

fail() { say "FAILED: $*"; return 1; }

# await WHAT COMMAND...: until the command succeeds
await() {
    local what=$1 end=$((SECONDS + JOB_LIMIT))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || { fail "waited $JOB_LIMIT s for $what"; return 1; }
        sleep 0.2
    done
}

submit() { timeout 30 "$nvsweep" submit "$@"; }
field() { timeout 10 scontrol -o show job "$1" 2>/dev/null | grep -o " $2=[^ ]*" | cut -d= -f2; }
is_state() { case "$(field "$1" JobState)" in "$2"*) ;; *) false ;; esac; }
is_started() { ! is_state "$1" PENDING; }
is_requeued() { [ "$(field "$1" Restarts)" = "$2" ] && is_state "$1" PENDING; }
is_gone() { ! field "$1" JobState | grep -qE 'RUNNING|COMPLETING|PENDING'; }

# Slurm lets a requeued job wait for two minutes; the test's operator does not.  But its
# nodes refuse a job for the rest of the second in which they were told that it ended
# ("Job credential revoked").
start_now() { sleep 1.5; timeout 10 scontrol update jobid="$1" StartTime=now; }

count_of() { sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p"; }
# Some of the sweep is done and much is left.
is_under_way() {
    local json total pending
    json=$(timeout 10 "$nvsweep" status --json "$1" 2>/dev/null | head -c 200)
    total=$(count_of total <<<"${json%%, \"pending*}")
    pending=$(count_of pending <<<"${json%%, \"failed*}")
    [ -n "$pending" ] && [ "$pending" -lt $((total * 95 / 100)) ]
}

# completes JOB FILE REFERENCE: and the file is what it must be
completes() {
    await "job $1 to end" is_gone "$1" || return
    is_state "$1" COMPLETED || fail "job $1 ended as $(field "$1" JobState)" || return
    cmp "$3" "$2" || fail "$2 differs from what one process wrote" || return
    # The job script tries again when a rank dies, which must not hide that ranks do.
    ! grep 'Segmentation fault' "${2%.h5}.log" || fail "a rank died"
}

# ---- tests; the sweep of each has a name of its own, and so have its log and its file

named() { ln -s "$2.cfg" "$1.cfg"; }

four_nodes_give_the_same_bytes() { # whichever ranks write
    local job how
    for how in auto local root; do
        named "four-$how" short
        job=$(submit "four-$how.cfg" --nodes 4 --tasks-per-node 1 --time 30 --io "$how") || return
        completes "$job" "four-$how.h5" short.h5 || return
        [ "$(grep -o '"ranks": [0-9]*' "four-$how.h5.journal" | head -n 1)" = '"ranks": 4' ] ||
            fail "it did not run on 4 ranks" || return
    done
}

# In as many goes as it takes; Slurm warns early rather than late.
# MPICH's ranks find each other through Slurm's PMI2; a program that says so in its job script
# and, in its journal, which MPI it is.  Skipped where MPICH's compiler is not installed.
mpich_ranks_meet_under_pmi2() {
    local job version mpich=$build/mpich
    command -v mpicc.mpich >/dev/null || { echo "skipped: no mpicc.mpich here"; return 0; }
    version=$("$nvsweep" --version) # the same in both builds: it is in the file
    rm -f "$mpich/obj/cmd/version.o"
    timeout 600 make --no-print-directory -C "$root" -j2 MPICC=mpicc.mpich BUILD="$mpich" \
        GIT_COMMIT="$(sed 's/.*(\([0-9a-z]*\).*/\1/' <<<"$version")" \
        GIT_DIRTY="$(grep -c modified <<<"$version")" \
        "$mpich/nvsweep" >mpich-build.log 2>&1 || { tail mpich-build.log; return 1; }
    named pmi2 short
    job=$(nvsweep=$mpich/nvsweep submit pmi2.cfg --nodes 4 --tasks-per-node 1 --time 30) || return
    completes "$job" pmi2.h5 short.h5 || return
    grep -q -- '--mpi=pmi2' <(timeout 10 scontrol write batch_script "$job" -) ||
        fail "its job does not ask for PMI2" || return
    [ "$(grep -o '"ranks": [0-9]*' pmi2.h5.journal | head -n 1)" = '"ranks": 4' ] ||
        fail "its ranks did not find each other"
}

a_time_limit_requeues() {
    local job goes=1
    named limit long
    job=$(submit limit.cfg --nodes 1 --tasks-per-node 1 --time 1) || return
    await "the warning and the requeue" is_requeued "$job" 1 || return
    until is_gone "$job"; do
        if is_state "$job" PENDING; then
            start_now "$job" || return
            goes=$((goes + 1))
            await "its start" is_started "$job" || return
        fi
        sleep 0.5
    done
    ! grep 'DUE TO TIME LIMIT' limit.log || fail "it was killed before it stopped" || return
    JOB_LIMIT=700 await "the reference" test -e long.h5 || return
    completes "$job" limit.h5 long.h5 && say "done in $goes goes"
}

a_lost_node_is_survived() {
    local job
    named node short
    job=$(submit node.cfg --nodes 4 --tasks-per-node 1 --time 30) || return
    await "progress" is_under_way node.h5 || return
    "$cluster" crash node4
    await "the requeue" is_requeued "$job" 1 || return
    "$cluster" boot node4
    start_now "$job" && completes "$job" node.h5 short.h5
}

a_cancelled_job_can_be_resumed() {
    local job code
    named cancel short
    job=$(submit cancel.cfg --nodes 4 --tasks-per-node 1 --time 30) || return
    await "progress" is_under_way cancel.h5 || return
    timeout 10 scancel "$job"
    await "job $job to end" is_gone "$job" || return
    is_state "$job" CANCELLED || fail "job $job ended as $(field "$job" JobState)" || return
    timeout 10 "$nvsweep" status cancel.h5
    code=$?
    [ $code -eq 75 ] || fail "status of a cancelled run exits with $code, not 75" || return
    job=$(submit cancel.cfg --nodes 2 --tasks-per-node 1 --time 30) || return
    completes "$job" cancel.h5 short.h5
}

an_urgent_job_preempts() {
    local job urgent
    named preempt short
    job=$(submit preempt.cfg --nodes 4 --tasks-per-node 1 --time 30) || return
    await "progress" is_under_way preempt.h5 || return
    urgent=$(submit "$root/sweeps/minimal.cfg" -o urgent.h5 --nodes 4 --tasks-per-node 2 \
        --time 5 --partition urgent) || return
    await "the urgent job to end" is_gone "$urgent" || return
    is_state "$urgent" COMPLETED || fail "the urgent job: $(field "$urgent" JobState)" || return
    await "the requeue" is_requeued "$job" 1 || return
    start_now "$job" && completes "$job" preempt.h5 short.h5
}

an_array_runs_two_sweeps() {
    local job file
    job=$(submit "$root/sweeps/minimal.cfg" "$root/tests/fixtures/slurm_array.cfg" \
        --tasks-per-node 2 --time 5) || return
    await "job $job to end" is_gone "$job" || return
    [ "$(field "$job" JobState | sort | uniq -c | xargs)" = "2 COMPLETED" ] ||
        fail "job array $job: $(field "$job" JobState | xargs)" || return
    for file in minimal slurm_array; do
        timeout 10 "$nvsweep" status "$file.h5" >/dev/null || fail "$file.h5 is not done" || return
    done
}

# ---- the tests in order; the slowest, on one task of node1, runs beside others

# Rate of the fixture's sweep here: seconds of one core per temperature.
measure() {
    local probe=40 cpu_s
    sed "s/points = 4;/points = $probe;/" "$root/tests/fixtures/slurm_array.cfg" >probe.cfg
    cpu_s=$(TIMEFORMAT=%U; { time timeout $JOB_LIMIT "$nvsweep" run --quiet probe.cfg \
        2>probe.log; } 2>&1) || { cat probe.log; return 1; }
    awk "BEGIN { print ($cpu_s + 0.01) / $probe }"
}

# make_sweep NAME SECONDS RATE
make_sweep() {
    local points
    points=$(awk "BEGIN { print int($2 / $3) + 2 }")
    sed "s/points = 4;/points = $points;/" "$root/tests/fixtures/slurm_array.cfg" >"$1.cfg"
    say "the $1 sweep has $points temperatures for $2 s of one core"
}

# What one process without Slurm writes; under its name only when it is whole.
make_reference() {
    timeout --foreground 700 "$nvsweep" run --quiet "$1.cfg" -o "$1-part.h5" >"$1-reference.log" 2>&1 ||
        { cat "$1-reference.log"; return 1; }
    mv "$1-part.h5" "$1.h5"
}

passed=0 failed=0
run_test() { # NAME: in this shell, so that its output is in order
    local begin=$SECONDS log
    log=$work/$1.out
    if "$1" >"$log" 2>&1; then
        echo "ok      $1  $((SECONDS - begin)) s"
    else
        echo "FAILED  $1  $((SECONDS - begin)) s"
        cat "$log"
        tail -n 20 ./*.log
        echo "==> slurmctld"
        tail -n 40 "$NVSWEEP_SLURM_STATE/log/slurmctld.log"
        return 1
    fi
}
tally() { if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }

prepare
trap cleanup EXIT
trap 'exit 1' INT TERM
timeout 60 "$cluster" down
timeout 400 "$cluster" up || exit 1
eval "$("$cluster" env)"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mkdir -p "$work"
cd "$work" || exit 1
say "cluster up after $SECONDS s: $(slurmctld -V)"
rate=$(measure) || exit 1
make_sweep long $LONG_S "$rate"
make_sweep short $SHORT_S "$rate"

set -m # in a process group of its own, for cleanup
(set +m; make_reference long & run_test a_time_limit_requeues) >limit.result &
beside=$!
set +m
make_reference short || exit 1
tally run_test four_nodes_give_the_same_bytes
tally run_test mpich_ranks_meet_under_pmi2
tally run_test a_lost_node_is_survived
tally run_test a_cancelled_job_can_be_resumed
wait $beside
limit=$?
beside=
cat limit.result
tally [ $limit -eq 0 ]
tally run_test an_urgent_job_preempts
tally run_test an_array_runs_two_sweeps
echo "$passed passed, $failed failed, $SECONDS s"
[ $failed -eq 0 ]
