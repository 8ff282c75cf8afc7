#!/usr/bin/env python3
"""The time of a sweep on many ranks, and its bottleneck: the model of slurm/scaling.md with the
constants of your machine.

    slurm/scale.py                                   the page's tables
    slurm/scale.py --ranks 2000 --points 3e8 --point-us 12 --write-gbs 20 --lock-us 300
"""
import argparse
import math
import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "src"


def constant(file, pattern):
    return float(re.search(pattern, (SOURCE / file).read_text())[1])


BLOCKS_MOST = 2 ** constant("results/layout.h", r"LAYOUT_BLOCKS_MOST = 1 << (\d+)")
GUIDED = constant("run/scheduler.c", r"GUIDED_SHARES ([\d.]+)")
MOST_S = constant("run/scheduler.c", r"MOST_S ([\d.]+)")
SHARED_BYTES = 2.0 ** 10 * constant("run/file_system.h", r"RUN_IO_SHARED_BYTES = (\d+) << 10")
COMPUTES_UP_TO = constant("run/coordinator.c", r"COMPUTES_UP_TO = (\d+)")


def arguments(given=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranks", type=float, nargs="+", default=[1e2, 1e3, 1e4, 1e5])
    parser.add_argument("--points", type=float, nargs="+", default=[1e6, 1e8, 1e10])
    parser.add_argument("--point-us", type=float, default=3700,
                        help="core time per point (3700: an array search; 0.1: arithmetic)")
    parser.add_argument("--block-points", type=float, default=1,
                        help="points that the stage prefers per block")
    parser.add_argument("--metrics", type=int, default=20, help="columns of 8 bytes")
    parser.add_argument("--lease-us", type=float, default=12, help="rank 0's time per lease")
    parser.add_argument("--write-gbs", type=float, default=1.5, help="file system, GB/s")
    parser.add_argument("--lock-us", type=float, default=0,
                        help="time to move a byte-range lock from node to node (0: local disk)")
    parser.add_argument("--io", choices=("auto", "local", "root"), default="auto",
                        help="which ranks write: every rank, rank 0, or as the program chooses "
                             "if locks take time")
    parser.add_argument("--root-block-us", type=float, default=11,
                        help="rank 0's time to receive a block")
    parser.add_argument("--root-write-us", type=float, default=9.6,
                        help="rank 0's time to write a column of a block")
    parser.add_argument("--root-gbs", type=float, default=1, help="write bandwidth of one node, GB/s")
    parser.add_argument("--open-us", type=float, default=10,
                        help="metadata server's time per open")
    parser.add_argument("--library-files", type=int, default=74,
                        help="files of sweep and library, opened by rank 0")
    parser.add_argument("--library-mb", type=float, default=0.47, help="what they hold")
    parser.add_argument("--network-gbs", type=float, default=1,
                        help="bandwidth of a node, for the broadcast of the library")
    parser.add_argument("--program-files", type=int, default=0,
                        help="shared objects that each rank opens on the shared file system "
                             "(127 if program, MPI and HDF5 are installed there)")
    parser.add_argument("--other-mb", type=float, default=25, help="memory of a rank without points")
    parser.add_argument("--inputs-mb", type=float, default=0,
                        help="size of the results of earlier stages, which every rank holds")
    return parser.parse_args(given)


def least_s(ranks):
    """scheduler_min_lease_s of src/run/scheduler.c."""
    return 0.0005 * ranks if ranks <= 200 else 0.1 if ranks <= 1e4 else 1e-5 * ranks


def leases(core_s, ranks, blocks):
    """Number of leases of work/(3 ranks) seconds each, between least_s and MOST_S, at least a block."""
    least = min(max(least_s(ranks), core_s / blocks), MOST_S)
    long = max(core_s - GUIDED * ranks * MOST_S, 0) / MOST_S
    begin = min(core_s, GUIDED * ranks * MOST_S)
    end = min(begin, GUIDED * ranks * least)
    guided = GUIDED * ranks * math.log(begin / end) if begin > end else 0
    return min(long + guided + end / least, blocks)


def start_s(a, ranks):
    """Seconds in which rank 0 opens sweep and library and broadcasts them, and each rank opens
    the result file and the program."""
    opens = a.library_files + ranks * (1 + a.program_files)
    broadcast_s = math.ceil(math.log2(ranks)) * a.library_mb * 1e-3 / a.network_gbs
    return opens * a.open_us * 1e-6 + broadcast_s


def model(a, ranks, points):
    block = max(a.block_points, math.ceil(points / BLOCKS_MOST))
    blocks = math.ceil(points / block)
    core_s = points * a.point_us * 1e-6
    workers = ranks - (ranks > COMPUTES_UP_TO)
    point_bytes = 8 * a.metrics + 1
    count = leases(core_s, ranks, blocks)
    writes = (a.metrics + 4) * blocks
    is_root = a.io == "root" or (a.io == "auto" and a.lock_us > 0 and
                                 points * point_bytes / writes < SHARED_BYTES)
    parts = {  # seconds of each part alone
        "computing": core_s / workers,
        "blocks": core_s / blocks * math.ceil(blocks / workers),
        "coordinator": count * a.lease_us * 1e-6,
        "writing": points * point_bytes / (min(a.write_gbs, a.root_gbs) if is_root
                                           else a.write_gbs) / 1e9,
        "locks": 0 if is_root else writes * a.lock_us * 1e-6,
        "rank 0 writing": (blocks * a.root_block_us + writes * a.root_write_us +
                           points * point_bytes / (a.root_gbs * 1e3)) * 1e-6 * is_root,
        "start": start_s(a, ranks),
    }
    run_s = max(v for k, v in parts.items() if k != "start") + parts["start"]
    shown = dict(parts)
    if parts["blocks"] < 1.1 * parts["computing"]:
        shown.pop("blocks")
    bound = max(shown, key=shown.get)
    return {
        "run_s": run_s,
        "efficiency": core_s / ranks / run_s,
        "busy": parts["coordinator"] / run_s,
        "bytes_per_s": points * point_bytes / run_s,
        "rank_mb": a.other_mb + a.inputs_mb + block * (point_bytes + 8) / 1e6,
        "rank0_mb": a.other_mb + a.inputs_mb + blocks * 20 / 1e6 + ranks * 64 / 1e6,
        "bound": bound,
    }


def main():
    a = arguments()
    print("|   points |  ranks | run time | of ideal | rank 0 busy | file write | "
          "MB per rank | MB rank 0 | bound by |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---|")
    for points in a.points:
        for ranks in a.ranks:
            m = model(a, ranks, points)
            print(f"| {points:8.0e} | {ranks:6.0f} | {m['run_s']:.3g} s | "
                  f"{100 * m['efficiency']:.3g} % | {100 * m['busy']:.2g} % | "
                  f"{m['bytes_per_s'] / 1e6:.3g} MB/s | {m['rank_mb']:.0f} | "
                  f"{m['rank0_mb']:.0f} | {m['bound']} |")


if __name__ == "__main__":
    main()
