#!/usr/bin/python3
"""The same networks on every kind of machine: energy against latency of one machine, and
against the time between results of as many as fit an area; Pareto fronts drawn in."""
import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt
TECHNOLOGIES = ("o", "s")  # markers


def words(data, machine):
    """A short name: what its record in the file says, or the machine's own."""
    return str(machine).replace("gtx-1080-ti", "GPU GTX 1080 Ti")


def panel(axes, times, energies, looks, technologies):
    """One network: a marker per machine and technology, the front as a line."""
    points = []
    for machine in times.machine.values:
        for marker, technology in zip(TECHNOLOGIES, technologies):
            time = float(times.sel(machine=machine, technology=technology))
            energy = float(energies.sel(machine=machine, technology=technology))
            if not np.isfinite(time * energy):
                continue
            points.append((time, energy))
            look = looks[machine]
            axes.plot(time, energy, ls="", marker=marker, ms=6, color=look["color"],
                      mec=look["edge"], mew=0.9, alpha=0.9)
    if points:
        front = np.array(points)[nv.pareto_mask(*np.array(points).T)]
        front = front[np.argsort(front[:, 0])]
        axes.step(front[:, 0], front[:, 1], where="post", color="0.35", lw=1, zorder=0)
    axes.set_xscale("log")
    axes.set_yscale("log")


def machine_looks(machines):
    """Eight colours; machines beyond have a black edge."""
    return {machine: {"color": fig.COLOURS[i % len(fig.COLOURS)],
                      "edge": "black" if i >= len(fig.COLOURS) else "white"}
            for i, machine in enumerate(machines)}


def draw_fronts(data, row, name, label):
    times = nv.metric(data, name).isel(area_budget_m2=row)
    energies = nv.metric(data, "sample_j").isel(area_budget_m2=row)
    networks = times.workload.values
    technologies = [str(t) for t in times.technology.values]
    looks = machine_looks(times.machine.values)
    columns = (len(networks) + 1) // 2
    figure, grid = plt.subplots(2, columns, figsize=(2.7 * columns, 5.4), squeeze=False,
                                constrained_layout=True)
    for axes in grid.ravel()[len(networks):]:
        axes.set_axis_off()
    for axes, network in zip(grid.ravel(), networks):
        panel(axes, times.sel(workload=network), energies.sel(workload=network), looks,
              technologies)
        axes.set_title(str(network))
    for axes in grid[:, 0]:
        axes.set_ylabel("energy of an inference (J)")
    for axes in grid[-1]:
        axes.set_xlabel(f"{label} (s)")
    handles = [plt.Line2D([], [], ls="", marker="o", ms=6, color=look["color"],
                          mec=look["edge"], label=words(data, machine))
               for machine, look in looks.items()]
    handles += [plt.Line2D([], [], ls="", marker=marker, ms=6, color="0.6",
                           label=f"memories of {technology}")
                for marker, technology in zip(TECHNOLOGIES, technologies)]
    handles.append(plt.Line2D([], [], color="0.35", lw=1, label="Pareto front"))
    figure.legend(handles=handles, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def draw(data):
    budget = data.area_budget_m2.values
    area = f"{budget[-1] * 1e6:g} mm²"
    return {
        "machines_latency": draw_fronts(data, 0, "latency_s",
                                        "latency, one machine"),
        "machines_area": draw_fronts(data, len(budget) - 1, "period_s",
                                     f"time between results in {area}"),
    }


if __name__ == "__main__":
    fig.command(draw, __doc__, "machines")
