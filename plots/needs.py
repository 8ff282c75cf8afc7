#!/usr/bin/python3
"""What would bitcells need to beat SRAM?  For each field how far it can take the ratio of the
metric to SRAM's, from where it is now, and the factor that it needs; walls are said so."""
import numpy as np

import figure as fig

plt = fig.plt
SHORT = {"set_pulse_s+reset_pulse_s": "write pulse", "area_sram": "footprint",
         "read_power_w+read_energy_j+min_sense_v": "sensing"}
STATES = ("needs", "wins", "tie", "step", "wall", "absent")


def words(state, factor):
    """What stands beside a bar."""
    name = STATES[int(state)]
    if name in ("needs", "step"):
        return f"x {factor:.2g}"
    return f"wins to x {factor:.2g}" if name == "wins" and np.isfinite(factor) else name


def panel(axes, needs, now, names):
    """A bar per field: from the ratio now to the least that the field can give."""
    for row, field in enumerate(names):
        one = needs.sel(need_field=field)
        state = float(one.need_state)
        if STATES[int(state)] == "absent":
            axes.text(1.01, row, "has none", fontsize=7, va="center", color="0.5")
            continue
        floor = float(one.need_floor)
        axes.barh(row, now - floor, left=floor, height=0.6, color=fig.COLOURS[row], lw=0)
        axes.text(max(now, floor) * 1.02, row, words(state, float(one.need_factor)), fontsize=7,
                  va="center")
    axes.axvline(1, color="0.4", lw=0.8)
    axes.plot([now] * 2, [-0.5, len(names) - 0.5], color="k", lw=1)
    axes.set_ylim(len(names) - 0.4, -0.6)


def draw(data):
    needs = data.nvsweep.stage("need").sel(need_goal=1.0)
    now = data.need_ratio.sel(need_goal=1.0)
    names = [str(f) for f in needs.need_field.values]
    technologies = [str(t) for t in needs.technology.values if t != "sram"]
    cells = [(n, c) for n in needs.node_m.values for c in needs.capacity_bytes.values]
    figure, grid = plt.subplots(len(technologies), len(cells), sharex=True, sharey=True,
                                figsize=(3.6 * len(cells) + 1, 1.2 * len(technologies) + 0.6),
                                squeeze=False, constrained_layout=True)
    for row, technology in enumerate(technologies):
        for column, (node, capacity) in enumerate(cells):
            where = {"technology": technology, "node_m": node, "capacity_bytes": capacity}
            panel(grid[row][column], needs.sel(where).squeeze(), float(now.sel(where)), names)
            if row == 0:
                grid[0][column].set_title(
                    f"{fig.nv.quantity(node, 'm')}, {fig.nv.quantity(capacity, 'byte')}")
        grid[row][0].set_yticks(range(len(names)), [SHORT.get(name, name) for name in names])
        grid[row][-1].text(1.02, 0.5, technology, transform=grid[row][-1].transAxes, va="center",
                           rotation=270)
    grid[0][0].set_xlim(min(0.9, float(needs.need_floor.min())) * 0.95, float(now.max()) * 1.2)
    for axes in grid[-1]:
        axes.set_xlabel("EDP over SRAM's (line: as it is)")
    return {"needs": figure}


if __name__ == "__main__":
    fig.command(draw, __doc__, "needs")
