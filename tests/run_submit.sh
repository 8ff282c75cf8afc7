#!/usr/bin/env bash
# `nvsweep submit` without a Slurm: what it writes, what it refuses, and what a stand-in
# for sbatch is given.
. "$(dirname "$0")/harness.sh"
cd "$scratch" || exit 1
sweep=$root/sweeps/minimal.cfg

script() { timeout 30 "$NVSWEEP" submit --dry-run "$@"; }
# has LINE ARGUMENTS...: the script has this line, and is one that bash can read
has() {
    local line=$1
    shift
    script "$@" >script || { fail "submit $*"; return; }
    bash -n script || fail "submit $*: no script"
    grep -qxF -e "$line" script || { fail "submit $*: no line: $line"; cat script; }
}
# refused WORDS ARGUMENTS...: with exit code 2 and one line that has these words
refused() {
    local words=$1 code
    shift
    timeout 30 "$NVSWEEP" submit "$@" >out 2>err
    code=$?
    [ $code -eq 2 ] || fail "submit $*: exit code $code, must be 2"
    [ "$(wc -l <err)" -eq 1 ] && grep -qF -e "$words" err ||
        { fail "submit $*: must say: $words"; cat err; }
}

has '#SBATCH --job-name=minimal' "$sweep"
has '#SBATCH --output=minimal.log' "$sweep"
has '#SBATCH --nodes=7' "$sweep" --nodes 7
has '#SBATCH --ntasks-per-node=5' "$sweep" --tasks-per-node=5
has '#SBATCH --partition=short,long' "$sweep" --partition short,long
has '#SBATCH --requeue' "$sweep"
has '#SBATCH --account=proj-7' "$sweep" --account proj-7
has '#SBATCH --qos=debug' "$sweep" --qos debug
has '#SBATCH --constraint=(icelake|rome)&ib' "$sweep" --constraint '(icelake|rome)&ib'
has '#SBATCH --mem-per-cpu=2G' "$sweep" --nodes 2 -- --mem-per-cpu=2G --gres gpu:1 --exclusive
has '#SBATCH --gres gpu:1' "$sweep" -- --mem-per-cpu=2G --gres gpu:1 --exclusive
has '#SBATCH --exclusive' "$sweep" -- --mem-per-cpu=2G --gres gpu:1 --exclusive
has "module load 'openmpi/4.1' 'hdf5' || exit 2" "$sweep" --modules 'openmpi/4.1 hdf5'
has '    srun --mpi=pmix --kill-on-bad-exit=0 --wait=30 \' "$sweep" --launcher pmix
has '    srun --mpi=pmi2 --kill-on-bad-exit=0 --wait=30 \' "$sweep" --launcher pmi2
has '    mpirun -n "$SLURM_NTASKS" \' "$sweep" --launcher mpirun
has "        apptainer exec 'my image.sif' nvsweep run \"\${sweeps[\${SLURM_ARRAY_TASK_ID:-0}]}\" \"\${arguments[@]}\" &" \
    "$sweep" --container 'my image.sif'
has '#SBATCH --open-mode=append' "$sweep"
has '#SBATCH --array=0-1' "$sweep" "$root/tests/fixtures/slurm_array.cfg"
mkdir -p 'a b/nodes'
has "arguments=('--library' 'a b' '-o' 'it'\\''s.h5')" "$sweep" -o "it's.h5" --library 'a b'
! grep -q '@[A-Z]*@' script || fail "a word of the template was not filled in"

# Slurm's spellings of a time, and ours; the warning comes sooner for short limits.
while read -r text limit warning; do
    has "#SBATCH --time=$limit" "$sweep" --time "$text"
    has "#SBATCH --signal=B:USR1@$warning" "$sweep" --time "$text"
done <<'TIMES'
1 0-00:01:00 20
90 0-01:30:00 120
10:00 0-00:10:00 120
2:00:00 0-02:00:00 120
2-12 2-12:00:00 120
1-02:03 1-02:03:00 120
1-02:03:04 1-02:04:00 120
55min 0-00:55:00 120
1.5h 0-01:30:00 120
TIMES

for time in abc '' 0 -5 1:2:3:4 1- -1-2 1:x 30s 400-00 1e9; do
    refused "--time '$time': must be minutes" "$sweep" "--time=$time"
done
for count in 0 -1 two 1.5 '' 1000000; do
    refused "--nodes '$count': must be a whole number" "$sweep" "--nodes=$count"
done
refused "--partition 'a;b': ';' is not allowed" "$sweep" --partition 'a;b'
refused "--qos '': must be a value of sbatch(1)" "$sweep" --qos=
refused "--launcher 'ssh': must be pmix or pmi2" "$sweep" --launcher ssh
refused "'4G' after --: must be an option of sbatch" "$sweep" -- 4G
refused "submit needs a sweep file" --nodes 2
refused "leave it out" "$sweep" "$root/tests/fixtures/slurm_array.cfg" -o x.h5
refused "would write the same result file" "$sweep" "$sweep"
refused "no option '--node'; did you mean '--nodes'?" "$sweep" --node 3
refused "missing.cfg" missing.cfg
refused "none.in: cannot read the job template" "$sweep" --template none.in --dry-run

# The script reaches sbatch whole; its answer and its refusal reach the user.
mkdir bin
for tool in sh cat timeout wc grep; do ln -s "$(command -v $tool)" bin; done
PATH=$scratch/bin refused "no sbatch in PATH" "$sweep"
printf '#!%s\ncat >given; echo 4711\n' "$scratch/bin/sh" >bin/sbatch
chmod +x bin/sbatch
job=$(PATH=$scratch/bin "$NVSWEEP" submit "$sweep" --nodes 3)
[ "$job" = 4711 ] || fail "the job's number is '$job', must be 4711"
script "$sweep" --nodes 3 >script
cmp script given || fail "sbatch was given another script than --dry-run prints"
printf '#!%s\necho "sbatch: error: no such partition" >&2; exit 1\n' "$scratch/bin/sh" >bin/sbatch
PATH=$scratch/bin "$NVSWEEP" submit "$sweep" 2>err
code=$?
[ $code -eq 1 ] && [ "$(tail -n 1 err | cut -c1-29)" = "nvsweep: sbatch refused the j" ] ||
    { fail "a refusal by sbatch: exit code $code"; cat err; }

verdict "all as it must be"
