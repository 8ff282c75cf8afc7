# What the lab tries (tests/nfs/lab), sourced by its first process: LAB/out holds the program's
# own results off NFS, as NAME.h5 of NAME.cfg, and synthetic.h5.  Lines "ok" and "FAILED".
#
# From the environment: NVSWEEP, RUNNER (the programs), KILLS, SWEEPS (names), SEED.
lab=$(dirname "${BASH_SOURCE[0]}")
export NVSWEEP_CURVES=$LAB/out/curves
here=/mnt/out
RANDOM=${SEED:-1}
size=(40 60) # of the synthetic sweep: 480 points in blocks of 4, then 28800

claim() { # words, test that must hold...
    local words=$1
    shift
    if "$@"; then echo "ok      $words"; else echo "FAILED  $words: $(tail -n 3 said | tr '\n' ' ')"; fi
}
ranks() { # of 3 ranks on two mounts, output to `said`
    timeout 300 mpirun -n 3 "$lab/rank" "$@" >said 2>&1
}
same() { cmp -s "/mnt/a/$1" "$here/$2"; }
cd /mnt/tmp || return

# Each kind of stage, from nothing.
for name in $SWEEPS; do
    ranks "$NVSWEEP" run "$here/$name.cfg" -o "$name.h5" --quiet
    claim "$name: exit code 0 ($?)" [ $? = 0 ]
    claim "$name: the bytes of a run off NFS" same "$name.h5" "$name.h5"
    "$NVSWEEP" verify "/mnt/b/$name.h5" >said 2>&1
    claim "$name: verify finds it whole from the other mount" [ $? = 0 ]
done

# Every rank writing, although the file system is none for that: bytes may be lost, but not
# without being said.
for try in 1 2 3; do
    rm -f /mnt/a/forced.h5*
    SYNTHETIC_IO=local ranks "$RUNNER" sweep forced.h5 "${size[@]}"
    code=$?
    if [ $code = 0 ]; then
        claim "every rank writing: exit code 0 and the right bytes" same forced.h5 synthetic.h5
    else
        claim "every rank writing: exit code $code and a word of what was lost" \
            grep -q "reading the .* stage again" said
    fi
done

# Kills of a rank or of mpirun at random moments, the same command again and again.
rm -f /mnt/a/killed.h5*
kills=0 tries=0
while [ $kills -lt "$KILLS" ] && [ $tries -lt $((4 * KILLS)) ]; do
    tries=$((tries + 1))
    SYNTHETIC_SPIN_US=8000 SYNTHETIC_SLEEP=1 setsid timeout 300 mpirun -n 3 "$lab/rank" \
        "$RUNNER" sweep killed.h5 "${size[@]}" >said 2>&1 &
    run=$!
    for ((wait = 0; wait < 600; wait++)); do # until it has begun, then a moment
        [ -e /mnt/a/killed.h5.lock ] && break
        kill -0 $run 2>/dev/null || break
        sleep 0.1
    done
    sleep "0.$((RANDOM % 10))"
    victims=($(pgrep -x "$(basename "$RUNNER" | cut -c1-15)") $(pgrep -x mpirun))
    [ ${#victims[@]} -gt 0 ] && kill -9 "${victims[RANDOM % ${#victims[@]}]}" 2>/dev/null
    wait $run
    code=$?
    [ $code = 0 ] && break
    kills=$((kills + 1))
    for ((wait = 0; wait < 100; wait++)); do # mpirun's children, if it was mpirun
        pgrep -x "$(basename "$RUNNER" | cut -c1-15)" >/dev/null || break
        sleep 0.1
    done
done
echo "        $kills kills"
ranks "$RUNNER" sweep killed.h5 "${size[@]}"
claim "after the kills the same command ends with exit code 0" [ $? = 0 ]
claim "after the kills: the bytes of a run off NFS" same killed.h5 synthetic.h5
"$RUNNER" verify /mnt/b/killed.h5 >said 2>&1
claim "after the kills: all blocks whole" grep -q "damaged 0 .* pending 0" said

# Two runs at once, the second one's rank 0 on the other mount.
rm -f /mnt/a/two.h5*
(cd /mnt/a && SYNTHETIC_SPIN_US=20000 SYNTHETIC_SLEEP=1 timeout 300 mpirun -n 2 "$RUNNER" \
    sweep two.h5 "${size[@]}" >/mnt/tmp/first 2>&1) &
first=$!
for ((wait = 0; wait < 600; wait++)); do
    [ -s /mnt/a/two.h5.lock ] && break
    sleep 0.1
done
(cd /mnt/b && timeout 300 mpirun -n 2 "$RUNNER" sweep two.h5 "${size[@]}" >/mnt/tmp/said 2>&1)
code=$?
claim "a second run at once is refused ($code)" [ $code = 2 ]
claim "and names the first" grep -q "another run is writing" said
wait $first
code=$?
claim "the first run ends with exit code 0 ($code)" [ $code = 0 ]
claim "and the bytes of a run off NFS" same two.h5 synthetic.h5
