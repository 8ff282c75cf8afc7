#!/usr/bin/python3
"""The same networks on every kind of machine, with a row per machine: the latency of one machine, or
the time between results of all that fit an area, and energy.  The Pareto front of each network is
marked."""
import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt
FRONT = fig.VERMILION
OTHERS = fig.BLUE
MARKERS = ("o", "s")  # by technology of the memories: filled, open
SAME = "D"  # both technologies have the same value


def front_of(times, energies):
    """The (machine, technology) pairs that no other one beats in both metrics."""
    pairs = [(machine, technology) for machine in times.machine.values
             for technology in times.technology.values]
    points = np.array([(float(times.sel(machine=machine, technology=technology)),
                        float(energies.sel(machine=machine, technology=technology)))
                       for machine, technology in pairs])
    finite = np.isfinite(points).all(axis=1)
    kept = [pair for pair, is_finite in zip(pairs, finite) if is_finite]
    if not kept:
        return set()
    return {pair for pair, is_best in zip(kept, nv.pareto_mask(*points[finite].T)) if is_best}


def edge(colour):
    """The Pareto front has a black edge, which grey prints show."""
    return "black" if colour == FRONT else colour


def panel(axes, values, front, machines, technologies):
    """Draws the values of a network: a row per machine, a marker per technology."""
    for row, machine in enumerate(machines):
        ends = [float(values.sel(machine=machine, technology=t)) for t in technologies]
        if np.isfinite(ends).sum() > 1:
            axes.plot(ends, [row, row], color="0.75", lw=1.2, zorder=1)
        if not np.isfinite(ends).any():
            axes.text(0.5, row, "not possible", transform=axes.get_yaxis_transform(), ha="center",
                      va="center", fontsize=6, color="0.45")
        colours = [FRONT if (machine, technology) in front else OTHERS
                   for technology in technologies]
        if len(set(ends)) == 1:
            axes.plot(ends[0], row, ls="", marker=SAME, ms=5, mfc=colours[0], mec=edge(colours[0]),
                      mew=1.2, zorder=2)
            continue
        for marker, colour, value in list(zip(MARKERS, colours, ends))[::-1]:
            axes.plot(value, row, ls="", marker=marker, ms=5, mec=edge(colour), mew=1.2,
                      mfc=colour if marker == MARKERS[0] else "white", zorder=2)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(plt.matplotlib.ticker.LogLocator(numticks=4))
    axes.xaxis.set_minor_locator(plt.matplotlib.ticker.NullLocator())
    axes.tick_params(axis="x", labelsize=7)
    axes.grid(axis="y", visible=False)


def draw_rows(data, row, name, label):
    times = nv.metric(data, name).isel(area_budget_m2=row)
    energies = nv.metric(data, "sample_j").isel(area_budget_m2=row)
    networks = times.workload.values
    technologies = [str(t) for t in times.technology.values]
    # fastest first, over the networks that a machine can compute
    order = np.argsort([float(np.nanmean(np.log(times.sel(machine=m).values.astype(float))))
                        for m in times.machine.values])[::-1]
    machines = times.machine.values[order]
    figure, grid = plt.subplots(2, len(networks), figsize=(1.55 * len(networks) + 1.2, 6.4),
                                sharey=True, squeeze=False, constrained_layout=True)
    for column, network in enumerate(networks):
        time, energy = times.sel(workload=network), energies.sel(workload=network)
        front = front_of(time, energy)
        panel(grid[0][column], time, front, machines, technologies)
        panel(grid[1][column], energy, front, machines, technologies)
        grid[0][column].set_title(str(network))
    for axes in grid[:, 0]:
        axes.set_yticks(range(len(machines)), [str(machine) for machine in machines], fontsize=7.5)
    middle = len(networks) // 2
    grid[0][middle].set_xlabel(f"{label} [s]")
    grid[1][middle].set_xlabel("Energy of an inference [J]")
    handles = [plt.Line2D([], [], ls="", marker=marker, ms=5, mec=OTHERS, mew=1.2,
                          mfc=OTHERS if marker == MARKERS[0] else "white",
                          label=f"memories of {technology.upper()}")
               for marker, technology in zip(MARKERS, technologies)]
    handles.append(plt.Line2D([], [], ls="", marker=SAME, ms=5, color=OTHERS,
                              label="both alike"))
    handles.append(plt.Line2D([], [], ls="", marker="o", ms=5, mfc=FRONT, mec="black", mew=1.2,
                              label="on the Pareto front of time and energy"))
    figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=4)
    return figure


def draw(data):
    budget = data.area_budget_m2.values
    area = f"{budget[-1] * 1e6:g} mm²"
    return {
        "machines_latency": draw_rows(data, 0, "latency_s", "Latency of one machine"),
        "machines_area": draw_rows(data, len(budget) - 1, "period_s",
                                   f"Time between results of the machines in {area}"),
    }


if __name__ == "__main__":
    fig.command(draw, __doc__, "machines")
