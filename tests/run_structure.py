"""What CONTRIBUTING.md says of the sources' structure, counted: no cycles between folders, every
struct, union and enum has a name of its own, and what x.h declares is defined in x.c but for the
interfaces named here, whose functions are in several files of their folder."""
import collections
import os
import re

from harness import claim, done, root

SOURCE = os.path.join(root, "src")
INTERFACES = {
    "array/array.h", "array/bank.h", "array/fast.h", "array/search.h", "cmd/cmd.h",
    "cmd/report_data.h", "config/axes.h", "config/library.h", "config/source.h", "import/import.h",
    "import/model.h", "learning/integers.h", "learning/learner.h",
    "machine/crossbar/crossbar.h",
    "machine/gpu/kernels.h", "machine/layerwise/layerwise.h", "machine/layerwise/simdram.h",
    "machine/machine.h", "machine/pe_array/nest.h", "machine/pe_array/scalesim_parts.h",
    "machine/pe_array/winograd.h", "results/results.h", "results/skeleton.h", "run/messages.h",
    "run/run.h", "run/stage_run.h", "stage/stage.h", "stage/visit.h", "workload/lifetime.h",
    "workload/lifetime_sums.h", "workload/workload.h",
}


def without_comments(text):
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', '""', text, flags=re.S)


texts = {}
for at, _, names in os.walk(SOURCE):
    for name in names:
        if name.endswith((".c", ".h")):
            path = os.path.join(at, name)
            with open(path) as file:
                texts[os.path.relpath(path, SOURCE)] = file.read()
plain = {path: without_comments(text) for path, text in texts.items()}

# ---- folders

reads = collections.defaultdict(dict)  # folder: { folder: a file that includes one of it }
for path, text in texts.items():
    for header in re.findall(r'^#include "([\w/]+\.h)"', text, re.M):
        own, other = os.path.dirname(path), os.path.dirname(header)
        if header in texts and own != other:
            reads[own].setdefault(other, path)


def reached(start):
    found, left = set(), [start]
    while left:
        for folder in reads[left.pop()]:
            if folder not in found:
                found.add(folder)
                left.append(folder)
    return found


cycles = [f"{folder} (by {reads[folder][other]}) and {other}" for folder in sorted(reads)
          for other in sorted(reads[folder]) if folder in reached(other)]
claim(f"{len(reads)} folders include each other without cycles", not cycles, "; ".join(cycles))

# ---- names

places = collections.defaultdict(set)
for path, text in plain.items():
    for name in re.findall(r"^\s*(?:typedef )?(?:struct|union|enum) (\w+) \{", text, re.M):
        places[name].add(path)
twice = [f"{name}: {', '.join(sorted(paths))}" for name, paths in places.items() if len(paths) > 1]
claim(f"{len(places)} structs, unions and enums have names of their own", not twice, "; ".join(twice))

# ---- prototypes

elsewhere = collections.defaultdict(list)
count = 0
for path, text in plain.items():
    if not path.endswith(".h"):
        continue
    body = re.sub(r"^#(?:.*\\\n)*.*$", "", text, flags=re.M)
    body = re.sub(r"\{[^{}]*\}", "{}", body)
    source = plain.get(path[:-2] + ".c", "")
    for match in re.finditer(r"^(?:[\w \t\n*]+?[\s*])(\w+)\([^;{}]*\)\s*;", body, re.M):
        if re.search(r"\b(static|static_assert|typedef)\b", match.group()):
            continue
        count += 1
        if not re.search(r"^\w[\w\s*]*\b%s\(" % match.group(1), source, re.M):
            elsewhere[path].append(match.group(1))
strays = {path: names for path, names in elsewhere.items() if path not in INTERFACES}
claim(f"{count} prototypes, {sum(map(len, elsewhere.values()))} of them of interfaces over several files, "
      "the others defined in the file of their header", not strays, str(strays))
claim("no interface is listed that is none", INTERFACES <= set(elsewhere),
      ", ".join(sorted(INTERFACES - set(elsewhere))))
done()
