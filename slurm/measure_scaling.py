#!/usr/bin/env python3
"""Strong and weak scaling of the runner, measured on this machine: a sweep without physics
(build/bench_runner) whose points take 4 ms of waiting instead of computing, so that more ranks than
cores can be looked at; dealing, messages and writing are the program's own.

    slurm/measure_scaling.py OUT.csv [--most-ranks 32]

A row: which scaling, who writes, ranks, points, seconds.  One point is a block, the worst for the
file.  `jobs/run runner_scaling` draws it beside
the model of slurm/scale.py."""
import argparse
import csv
import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "build" / "bench_runner"
POINT_S = 4e-3  # the mean of synthetic.h's weights times SYNTHETIC_SPIN_US
WEIGHT = 1.7    # that mean


def seconds(ranks, capacities, io, folder):
    """Points and wall seconds of a run of 12 points a capacity."""
    file = os.path.join(folder, "scaling.h5")
    environment = dict(os.environ, SYNTHETIC_BLOCK="1", SYNTHETIC_IO=io, SYNTHETIC_SLEEP="1",
                       SYNTHETIC_SPIN_US=str(POINT_S / WEIGHT * 1e6),
                       OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                       OMPI_MCA_btl_vader_single_copy_mechanism="none",
                       OMPI_MCA_mpi_yield_when_idle="1")
    for old in pathlib.Path(folder).glob("scaling.h5*"):
        old.unlink()
    said = subprocess.run(["timeout", "120", "mpirun", "-q", "--oversubscribe", "-n", str(ranks), BENCH,
                           "sweep", file, str(capacities), "0"],
                          env=environment, capture_output=True, text=True, check=True).stdout
    found = re.search(r"points (\d+) seconds ([\d.]+)", said)
    return int(found[1]), float(found[2])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--most-ranks", type=int, default=32)
    parser.add_argument("--strong", type=int, default=250, help="capacities in all (12 points each)")
    parser.add_argument("--weak", type=int, default=40, help="capacities a rank")
    a = parser.parse_args()
    subprocess.run(["make", "-C", ROOT, "--no-print-directory", "build/bench_runner"], check=True,
                   stdout=subprocess.DEVNULL)
    ranks = [2 ** i for i in range(20) if 2 ** i <= a.most_ranks]
    with tempfile.TemporaryDirectory() as folder, open(a.out, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["scaling", "io", "ranks", "points", "seconds"])
        for io in ("local", "root"):
            for n in ranks:
                for scaling, capacities in (("strong", a.strong), ("weak", a.weak * n)):
                    rows.writerow([scaling, io, n, *seconds(n, capacities, io, folder)])
                    file.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
