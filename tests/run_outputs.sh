#!/usr/bin/env bash
# What commands write: whole or not at all, never onto what they read, never through a link, and
# nothing that a spreadsheet would compute.
. "$(dirname "$0")/harness.sh"
cd "$scratch" || exit 1

one_line "$NVSWEEP" run "$root/sweeps/minimal.cfg" -o no/folder/x.h5
grep -q "the folder no/folder does not exist" <("$NVSWEEP" run "$root/sweeps/minimal.cfg" -o no/folder/x.h5 2>&1) ||
    fail "a folder that is not there is not named"

"$NVSWEEP" run "$root/sweeps/minimal.cfg" -o a.h5 --quiet || fail "the sweep does not run"
ln a.h5 hard.h5
ln -s a.h5 soft.h5
printf 'Layer, M, N, K,\nfc, 8, 8, 8,\n' >net.csv
cp a.h5 a.kept
cp a.h5.journal journal.kept
cp net.csv net.kept

# An output that is an input, by any of its names.
for name in a.h5 hard.h5 soft.h5 ./a.h5; do
    one_line "$NVSWEEP" report a.h5 -o $name
    one_line "$NVSWEEP" timeline a.h5 -o $name
    one_line "$NVSWEEP" pack a.h5 -o $name --force
    one_line "$NVSWEEP" merge a.h5 a.h5 -o $name --force
done
one_line "$NVSWEEP" timeline a.h5 -o a.h5.journal
one_line "$NVSWEEP" import net.csv -o net.csv
one_line "$NVSWEEP" report a.h5 -o .
cmp -s a.h5 a.kept && cmp -s a.h5.journal journal.kept && cmp -s net.csv net.kept ||
    fail "an input was written to"
[ -L soft.h5 ] || fail "a link to an input was replaced"

# A link at the output's name is replaced; what it leads to stays.
echo precious >precious
for command in "report a.h5" "timeline a.h5" "import net.csv"; do
    ln -sf precious linked
    "$NVSWEEP" $command -o linked >/dev/null 2>&1 || fail "$command does not write"
    [ -L linked ] && fail "$command kept the link"
    grep -q precious precious || fail "$command wrote through a link"
    rm -f linked
done

# A full disk: nothing is left, or what was there before.
echo before >kept
for command in "report a.h5" "timeline a.h5" "import net.csv"; do
    rm -f new said
    (trap '' XFSZ; ulimit -f 0; exec "$NVSWEEP" $command -o new) 2>&1 | cat >/dev/null
    [ ${PIPESTATUS[0]} -eq 1 ] || fail "exit code of $command on a full disk"
    [ -e new ] && fail "$command left a file on a full disk"
    (trap '' XFSZ; ulimit -f 0; exec "$NVSWEEP" $command -o kept) 2>&1 | cat >/dev/null
    grep -q before kept || fail "$command lost the old file on a full disk"
done
ls ./*.partial 2>/dev/null && fail "a temporary was left"
"$NVSWEEP" timeline a.h5 -o /dev/stdout 2>/dev/null | grep -q "<svg" ||
    fail "/dev/stdout is no output"

# Names that are formulas.
for name in +1 @x -x; do
    one_line "$NVSWEEP" import net.csv --name=$name
done
verdict "outputs are whole, their own, and text"
