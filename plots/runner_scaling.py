#!/usr/bin/python3
"""Scaling of a run: strong and weak scaling measured on this machine (jobs/run runner_scaling), and
the model of slurm/scaling.md for more ranks, with and without the locks of a parallel file
system."""
import csv
import pathlib
import sys

import numpy as np

import figure as fig

sys.path.insert(0, str(fig.ROOT / "slurm"))
import scale  # noqa: E402

plt = fig.plt
NAMES = {"local": "every rank writes", "root": "rank 0 writes"}
LOCKS = ["--write-gbs", "20", "--lock-us", "300"]


def measured(path):
    with open(path, newline="") as file:
        return [{**row, "ranks": int(row["ranks"]), "points": int(row["points"]),
                 "seconds": float(row["seconds"])} for row in csv.DictReader(file)]


def of(rows, scaling, io):
    rows = [row for row in rows if row["scaling"] == scaling and row["io"] == io]
    return [np.array([row[key] for row in rows], float) for key in ("ranks", "points", "seconds")]


def draw_measured(axes, rows, scaling, looks):
    for io, name in NAMES.items():
        ranks, points, seconds = of(rows, scaling, io)
        rate = points / seconds
        axes.plot(ranks, 100 * rate / rate[0] / ranks, label=name, **looks.line(name))
    axes.axhline(100, color="black", ls=":", lw=1, label="ideal")
    axes.set_xscale("log", base=2)
    axes.set_xticks(ranks, [f"{n:g}" for n in ranks])
    axes.set_ylim(0, 110)
    axes.set_xlabel("Ranks")
    axes.set_title("Measured, 3000 points in total" if scaling == "strong" else
                   "Measured, 480 points per rank")


def draw_model(axes, points, looks):
    ranks = np.logspace(1, 5, 33).round()
    for name, more in (("every rank writes, no locks", []),
                       ("every rank writes, 0.3 ms per lock", [*LOCKS, "--io", "local"]),
                       ("as the program chooses", LOCKS)):
        a = scale.arguments(["--write-gbs", "20", *more])
        run_s = [scale.model(a, n, points)["run_s"] for n in ranks]
        axes.plot(ranks, run_s, label=name, **{**looks.line(name), "marker": ""})
    core_s = points * scale.arguments([]).point_us * 1e-6
    axes.plot(ranks, core_s / ranks, color="black", ls=":", lw=1, label="ideal")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("Ranks")
    axes.set_title(f"Model, $10^{{{np.log10(points):.0f}}}$ array searches")


def draw(rows):
    looks, model_looks = fig.Look(), fig.Look()
    figure, all_axes = plt.subplots(1, 4, figsize=(13, 3.4), constrained_layout=True)
    draw_measured(all_axes[0], rows, "strong", looks)
    draw_measured(all_axes[1], rows, "weak", looks)
    all_axes[0].set_ylabel("Efficiency in %")
    all_axes[0].legend(loc="lower left")
    for axes, points in zip(all_axes[2:], (1e6, 1e8)):
        draw_model(axes, points, model_looks)
    all_axes[2].set_ylabel("Run time in s")
    fig.legend(figure, all_axes[2], "Model")
    return figure


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else fig.ROOT / "build" / "results")
    path = folder / "runner_scaling.csv"
    if not path.is_file():
        print(f"{path}: missing; make it with jobs/run runner_scaling", file=sys.stderr)
        return 2
    fig.save(draw(measured(path)), "runner_scaling", [])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
