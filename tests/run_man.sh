#!/usr/bin/env bash
# Help, manual pages, completion and documents agree with the program: every command and option is in
# help, the manual and completion, and no other; every axis and every field of a library record is in
# a manual page; documents name only commands and options that exist.  Pages are well-formed and are
# installed where man and bash look.
. "$(dirname "$0")/harness.sh"

for page in nvsweep nvsweep-sweep nvsweep-library; do
    "$NVSWEEP" man $page >"$scratch/$page.roff" || fail "no page $page"
    sed 's/\\-/-/g; s/\\e/\\/g; s/\\&//g' "$scratch/$page.roff" >"$scratch/$page"
    if command -v groff >/dev/null; then
        groff -man -ww -Tutf8 "$scratch/$page.roff" >"$scratch/$page.txt" 2>"$scratch/warnings" ||
            fail "groff on $page"
        grep -v -e "can't find font" "$scratch/warnings" && fail "groff warns of $page"
    fi
done
"$NVSWEEP" man completion >"$scratch/completion"

commands=$("$NVSWEEP" help | awk '/^  nvsweep/ { print $2 }' | sort -u)
[ "$(wc -w <<<"$commands")" -ge 20 ] || fail "help lists too few commands: $commands"
options=0
for command in $commands; do
    grep -q "^\.SS \"nvsweep $command\b" "$scratch/nvsweep" || fail "no section on $command"
    for option in $("$NVSWEEP" "$command" --help | grep -oE '^  --?[a-z-]+' | sort -u); do
        [ "$option" != "--library" ] || continue
        options=$((options + 1))
        grep -q -- "^.fB$option\b" "$scratch/nvsweep" || fail "$command: $option is not in the page"
        grep -E "^    $command\)" "$scratch/completion" | grep -q -- " $option\b" ||
            fail "$command: $option is not completed"
        timeout 20 "$NVSWEEP" "$command" "$option" x y </dev/null 2>&1 | grep -q "no option" &&
            fail "$command does not know $option, which its help names"
    done
done
[ $options -ge 25 ] || fail "only $options options found in help"

# Commands in code of the documents, and the options behind them.
/usr/bin/python3 - "$root" "$NVSWEEP" "$scratch/nvsweep" <<'PYTHON' || fail "documents and program differ"
import re
import subprocess
import sys

root, program, page = sys.argv[1:]
option = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def said(*words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


commands = dict.fromkeys(re.findall(r"^  nvsweep (\w+)", said("help"), re.M))
for name in commands:
    commands[name] = set(re.findall(r"^  (--?[a-z-]+)", said("help", name), re.M))
bad = []
sections = re.split(r'^\.SS "nvsweep (\w+).*$', open(page).read().split(".SH OPTIONS OF")[0], flags=re.M)
for name, text in zip(sections[1::2], sections[2::2]):
    listed = set(re.findall(r"^\.TP\n\\?.?fB(--?[a-z-]+)", text, re.M))
    if listed - {"--"} != commands.get(name, set()) - {"--library", "--"}:
        bad.append(f"nvsweep(1) and help {name}: {sorted(listed ^ commands.get(name, set()))}")
count = 0
for document in ("README.md", "CONTRIBUTING.md", "slurm/README.md", "plots/README.md",
                 "plots/TUTORIAL.md", "python/README.md", "sweeps/library/README.md",
                 "tests/performance.md", "slurm/scaling.md"):
    text = open(f"{root}/{document}").read().replace("\\\n", " ")
    lines = re.findall(r"^    (.*)", text, re.M)
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S):
        lines += block.split("\n") if language in ("", "sh") else []
    prose = re.sub(r"^```.*?^```|^    [^\n]*", "", text, flags=re.M | re.S)
    lines += [" ".join(span.split()) for span in re.findall(r"`([^`\n]+\n?[^`\n]+)`", prose)]
    for line in lines:
        for name, rest in re.findall(r"(?:^|[\s/])nvsweep ([a-z]\w*)([^|#;>]*)", line):
            count += 1
            options = option.findall(re.split(r"'| -- ", rest)[0])
            if name not in commands:
                bad.append(f"{document}: no command {name}: {line}")
                continue
            for unknown in set(options) - commands[name] - {"--library", "--help"}:
                bad.append(f"{document}: {name} has no option {unknown}: {line}")
if count < 40:
    bad.append(f"only {count} commands found in the documents")
print("\n".join(bad))
sys.exit(bool(bad))
PYTHON

for axis in $("$NVSWEEP" list axes | awk '{ print $2 }'); do
    grep -q "^.fB$axis.fR" "$scratch/nvsweep-sweep" || fail "axis $axis is not in nvsweep-sweep(5)"
done
fields=0
for field in $(sed 's/"[^"]*"//g; s/#.*//' "$root"/sweeps/library/*/*.cfg |
    grep -oE '^ +[a-z_0-9]+ *=|[{;] *[a-z_0-9]+ *=' |
    grep -oE '[a-z_0-9]+' | sort -u); do
    case $field in name | source | aliases | layers | technologies | nodes | workloads | platforms | published) continue ;; esac
    fields=$((fields + 1))
    grep -q "^.fB$field.fR" "$scratch/nvsweep-library" ||
        fail "field $field of the library is not in nvsweep-library(5)"
done
[ $fields -ge 40 ] || fail "only $fields fields found in the library"

complete() { # words...: what bash offers for the last
    bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nvsweep
        echo "${COMPREPLY[@]}"' - "$scratch/completion" "$@"
}
[ "$(complete nvsweep tim)" = "timeline" ] || fail "completes tim to $(complete nvsweep tim)"
complete nvsweep show --o | grep -qw -- --over || fail "does not complete --o of show"
complete nvsweep list w | grep -qw workloads || fail "does not complete list w"

# In a build folder of its own, with the program as it is: other scripts run it meanwhile.
mkdir -p "$scratch/build"
cp "$NVSWEEP" "$scratch/build/nvsweep"
make -C "$root" -s -o "$scratch/build/nvsweep" install BUILD="$scratch/build" PREFIX=/usr \
    DESTDIR="$scratch/root" >"$scratch/install" 2>&1 ||
    fail "make install: $(tail -n 3 "$scratch/install")"
for file in bin/nvsweep share/man/man1/nvsweep.1 share/man/man5/nvsweep-sweep.5 \
    share/man/man5/nvsweep-library.5 share/bash-completion/completions/nvsweep \
    share/nvsweep/library/technologies/sram.cfg; do
    [ -s "$scratch/root/usr/$file" ] || fail "$file is not installed"
done
(cd / && "$scratch/root/usr/bin/nvsweep" list technologies) | grep -q '^sram ' ||
    fail "the installed program does not find its library"
verdict "$options options, $fields fields"
