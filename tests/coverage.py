#!/usr/bin/env python3
"""coverage.py BUILD: lines and branches that the tests reached, by folder of src/, and by name
the functions that none did, from what `gcov` says of a build with --coverage (`make
coverage`).  Child processes that end by _exit (writing a new file's metadata, probing a file,
suspect points) leave no counts: what runs only there is listed although tests reach it.  Exit
code 1 below LINES_LEAST of all lines."""
import collections
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile

LINES_LEAST = 0.85


def files_of(build):
    """gcov's records of all sources, one after the other."""
    objects = [os.path.abspath(o) for o in
               glob.glob(f"{build}/obj/**/*.gcno", recursive=True) if "/tests/" not in o]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--hash-filenames",
                        *objects], cwd=folder, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)
        for name in glob.glob(f"{folder}/*.gcov.json.gz"):
            with gzip.open(name) as handle:
                yield from json.load(handle)["files"]


class Tally:
    def __init__(self):
        self.lines, self.branches = {}, {}

    def add(self, file):
        for line in file["lines"]:
            at = file["file"], line["line_number"]
            self.lines[at] = self.lines.get(at, 0) + line["count"]
            for i, branch in enumerate(line["branches"]):
                key = *at, i
                self.branches[key] = self.branches.get(key, 0) + branch["count"]

    def row(self, name):
        def share(counts):
            return sum(c > 0 for c in counts.values()) / max(len(counts), 1)
        return (f"{name:<14} {len(self.lines):6} lines {100 * share(self.lines):6.1f} %   "
                f"{len(self.branches):6} branches {100 * share(self.branches):6.1f} %"), \
            share(self.lines)


def main():
    folders, total = collections.defaultdict(Tally), Tally()
    functions = collections.defaultdict(int)
    for file in files_of(sys.argv[1]):
        name = os.path.relpath(file["file"]) if os.path.isabs(file["file"]) else file["file"]
        if not name.startswith("src/"):
            continue
        folder = name.split("/")[1] if name.count("/") > 1 else "main.c"
        folders[folder].add(file)
        total.add(file)
        for function in file["functions"]:
            functions[name, function["name"], function["start_line"]] += \
                function["execution_count"]
    for folder in sorted(folders):
        print(folders[folder].row(folder)[0])
    text, share = total.row("all")
    print(text)
    print("\nfunctions that no test reaches:")
    for (name, function, line), count in sorted(functions.items()):
        if count == 0:
            print(f"  {name}:{line}: {function}")
    print("\nlines that no test reaches, by file (others are reached whole):")
    missed = collections.defaultdict(list)
    for (name, line), count in total.lines.items():
        if count == 0:
            missed[name].append(line)
    for name in sorted(missed):
        print(f"  {name}: {' '.join(map(str, sorted(missed[name])))}")
    return share < LINES_LEAST


if __name__ == "__main__":
    sys.exit(main())
