"""The plan's time of a stage is within a factor of 3 of what it takes, of two sweeps (`make
plan-check` asks all of them).  Seconds are the process' own, so others may use the machine."""
import os
import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent
if pathlib.Path(os.environ.get("BUILD", "build")).name != "build":
    print("skipped: the estimates are for an optimised build")
    sys.exit(77)
sys.exit(subprocess.run([TESTS / "plan_accuracy.py", *(
    str(TESTS.parent / "sweeps" / f"{name}.cfg")
    for name in ("deepnvm_isocapacity", "hdc_tracks"))]).returncode)
