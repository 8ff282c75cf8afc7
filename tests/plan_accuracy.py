#!/usr/bin/python3
"""Is the plan's time of every stage within a factor of 3 of what it takes?

    tests/plan_accuracy.py [SWEEP.cfg...]      all shipped sweeps; NVSWEEP= the program

Every sweep is planned, then run on one rank with no reuse curve kept, and each stage's estimate
set beside the seconds of its blocks, as the journal has them.  They are scaled by the process'
share of a core, since others may use it, too.  Stages below 0.5 s either way are shown, not
judged: a stage's first block pays for what the others share.  Ends with 1 if a stage is off."""
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
NVSWEEP = os.environ.get("NVSWEEP", str(ROOT / "build" / "nvsweep"))
FACTOR, LEAST_S = 3, 0.5
os.environ.setdefault("NVSWEEP_DATA", str(ROOT / "build" / "data"))  # make deps-data


def planned(sweep):
    text = subprocess.run([NVSWEEP, "plan", sweep], check=True, capture_output=True,
                          text=True).stdout
    table = text.split("core seconds")[1].split("\n", 1)[1].split("\ntotal")[0]
    return {line.split()[0]: float(re.split(r"\s+", line.replace("<", " "))[3])
            for line in table.splitlines()}


def taken(sweep, folder):
    """Seconds of one core by stage."""
    result = f"{folder}/x.h5"
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run = subprocess.run([NVSWEEP, "run", sweep, "-o", result, "--quiet"], capture_output=True,
                         text=True, env=dict(os.environ, NVSWEEP_CURVES=f"{folder}/curves"))
    if "deps-data" in run.stderr:
        return None
    run.check_returncode()
    after, wall_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - begin
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    seconds = {}
    for line in open(result + ".journal"):
        event = json.loads(line)
        if event["event"] == "lease":
            stage = event["stage"]
            seconds[stage] = seconds.get(stage, 0) + event["seconds"]
    share = min(1, cpu_s / wall_s)
    return {stage: s * share for stage, s in seconds.items()}


def main(sweeps):
    off = judged = 0
    for sweep in sweeps:
        with tempfile.TemporaryDirectory() as folder:
            plan, real = planned(sweep), taken(sweep, folder)
        if real is None:
            print(f"left out: {pathlib.Path(sweep).stem}, whose data are not here (make deps-data)")
            continue
        for stage, estimate_s in plan.items():
            s = real.get(stage, 0)
            is_judged = max(s, estimate_s) >= LEAST_S
            is_off = is_judged and not 1 / FACTOR <= estimate_s / max(s, 1e-9) <= FACTOR
            judged += is_judged
            off += is_off
            if is_judged:
                print(f"{'OFF' if is_off else 'ok ':4} {pathlib.Path(sweep).stem:32} {stage:16} "
                      f"planned {estimate_s:8.3g} s  took {s:8.3g} s  "
                      f"{estimate_s / max(s, 1e-9):6.2f}", flush=True)
    print(f"{judged} stages of {len(sweeps)} sweeps judged, {off} off by more than {FACTOR}")
    return off > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or sorted(str(p) for p in (ROOT / "sweeps").glob("*.cfg"))))
