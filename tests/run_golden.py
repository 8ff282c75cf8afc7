#!/usr/bin/python3
"""Results are those kept in tests/golden (cheap sweeps; `make golden` does all), and the
comparison notices what it must: a bit, a value at another's coordinates, a value gone; and no
more: groups, other dimension orders and names, repeated points are the same results."""
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
SWEEPS = ("cim_neon cim_simdram cim_training carbon_share deepnvm_isocapacity eie_queue_depth "
          "edge_video winograd_networks").split()
failures = 0


def golden(*arguments):
    run = subprocess.run([sys.executable, str(TESTS / "golden.py"), *map(str, arguments)],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         env=dict(os.environ, NVSWEEP=str(BUILD / "nvsweep")))
    return run.returncode, run.stdout


def expect(what, is_met, output):
    global failures
    if not is_met:
        failures += 1
        print(f"FAILED: {what}\n{output}")


def stage_file(path, order, names, values, group="/"):
    """A stage of two metrics over technology x capacity, or the other way round."""
    labels = {"technology": [b"sram", b"rram"], "capacity_bytes": [1, 2, 4]}
    with h5py.File(path, "w") as file:
        at = file.require_group(group)
        for axis, scale in labels.items():
            data = numpy.array(scale, dtype=h5py.string_dtype() if axis == "technology" else "u8")
            at[names.get(axis, axis)] = data
            at[names.get(axis, axis)].make_scale(names.get(axis, axis))
        made = {"energy_j": values, "status": numpy.ones((2, 3), dtype="i1")}
        for name, data in made.items():
            at[name] = data if order == "technology" else data.T
            for i, axis in enumerate(sorted(labels, key=lambda axis: axis != order)):
                at[name].dims[i].attach_scale(at[names.get(axis, axis)])
        status = at["status"].attrs
        status["stage"], status["columns"] = "array", "energy_j"
        status["flag_values"] = numpy.array([0, 1], dtype="i1")
        status["flag_meanings"] = "pending done"


with tempfile.TemporaryDirectory() as scratch:
    scratch = pathlib.Path(scratch)
    kept = numpy.array([[1.5, 2.5, 3.5], [0.1, 0.2, 0.3]])
    stage_file(scratch / "old.h5", "technology", {}, kept)

    def compare(what, words, *file, table=""):
        stage_file(scratch / "new.h5", *file)
        (scratch / "names").write_text(table)
        code, output = golden("compare", scratch / "old.h5", scratch / "new.h5", "--names",
                              scratch / "names")
        expect(what, (code == 0) == (not words) and words in output, output)

    compare("equal files are equal", "", "technology", {}, kept)
    compare("a group, dimensions turned, an axis renamed", "", "capacity_bytes",
            {"technology": "cell"}, kept, "/array", table="axis technology cell\n")
    moved = kept.copy()
    moved[1, 2] = numpy.nextafter(moved[1, 2], 1)
    compare("a last bit", "1 of 6 differ, at most 1.85e-16", "technology", {}, moved)
    compare("two values exchanged", "2 of 6 differ", "capacity_bytes", {},
            kept[:, [0, 2, 1]] * [[1], [0]] + kept * [[0], [1]])
    compare("a name that no table has", "ambiguous", "technology", {"technology": "cell"}, kept)
    compare("a renamed value of an axis", "3 of 6 gone", "technology", {}, kept,
            table="value technology sram dram\n")

    code, output = golden("check", *SWEEPS)
    expect("kept results (tests/golden.py says how they are made anew)", code == 0, output)

print("the golden set holds" if not failures else f"{failures} failed")
sys.exit(failures > 0)
