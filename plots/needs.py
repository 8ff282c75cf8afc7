#!/usr/bin/python3
"""What would bitcells need to beat SRAM?  Each field in turn (how far it takes the ratio of the metric to
SRAM's, from where it is now, and the factor that it needs), a map of walls, and for two fields together the
line where both break even."""
import numpy as np

import figure as fig

plt, nv = fig.plt, fig.nv
SHORT = {"set_pulse_s+reset_pulse_s": "write pulse", "area_sram": "footprint",
         "read_power_w+read_energy_j+min_sense_v": "sensing"}
STATES = ("needs", "wins", "tie", "step", "wall", "absent")
# light to dark: the less a field can do, the darker
SHADES = {"wins": "#FFFFFF", "tie": "#EFEFEF", "needs": "#CFE3F2", "step": "#CFE3F2", "wall": "#BFBFBF",
          "absent": "none"}


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
        axes.barh(row, now - floor, left=floor, height=0.6, color=fig.COLOURS[row], lw=0,
                  hatch=fig.HATCHES[row], edgecolor="white")
        axes.text(max(now, floor) * 1.02, row, words(state, float(one.need_factor)), fontsize=7,
                  va="center")
    axes.axvline(1, color="0.4", lw=0.8)
    axes.plot([now] * 2, [-0.5, len(names) - 0.5], color="k", lw=1)
    axes.set_ylim(len(names) - 0.4, -0.6)


def tornado(needs, now, names, technologies, cells):
    figure, grid = plt.subplots(len(technologies), len(cells), sharex=True, sharey=True,
                                figsize=(3.6 * len(cells) + 1, 1.2 * len(technologies) + 0.6),
                                squeeze=False, constrained_layout=True)
    for row, technology in enumerate(technologies):
        for column, (node, capacity) in enumerate(cells):
            where = {"technology": technology, "node_m": node, "capacity_bytes": capacity}
            panel(grid[row][column], needs.sel(where).squeeze(), float(now.sel(where)), names)
            if row == 0:
                grid[0][column].set_title(f"{nv.quantity(node, 'm')}, {nv.quantity(capacity, 'byte')}")
        grid[row][0].set_yticks(range(len(names)), [SHORT.get(name, name) for name in names])
        grid[row][-1].text(1.02, 0.5, technology, transform=grid[row][-1].transAxes, va="center",
                           rotation=270)
    grid[0][0].set_xlim(min(0.9, float(needs.need_floor.min())) * 0.95, float(now.max()) * 1.2)
    for axes in grid[-1]:
        axes.set_xlabel("EDP over SRAM's (line: as it is)")
    return figure


def wall_words(one):
    """What stands in a field of the map, in two lines."""
    state, factor = STATES[int(one.need_state)], float(one.need_factor)
    if state == "wall":
        return f"wall\n{float(one.need_floor):.3g} at best"
    if state in ("needs", "step"):
        return f"x {factor:.2g}\nneeded"
    if state == "wins":
        return f"wins\nto x {factor:.2g}" if np.isfinite(factor) else "wins\nalways"
    return "tie" if state == "tie" else "has none"


def walls(needs, names, technologies, cells):
    """A row per technology and field, a column per cell and goal."""
    goals = needs.need_goal.values
    columns = [(node, capacity, goal) for goal in goals for node, capacity in cells]
    rows = [(technology, name) for technology in technologies for name in names]
    figure, axes = plt.subplots(figsize=(1.1 * len(columns) + 3, 0.42 * len(rows) + 1),
                                constrained_layout=True)
    for y, (technology, name) in enumerate(rows):
        for x, (node, capacity, goal) in enumerate(columns):
            one = needs.sel(technology=technology, need_field=name, node_m=node, capacity_bytes=capacity,
                            need_goal=goal).squeeze()
            state = STATES[int(one.need_state)]
            axes.add_patch(plt.Rectangle((x - 0.5, y - 0.5), 1, 1, fc=SHADES[state], ec="0.6", lw=0.5))
            axes.text(x, y, wall_words(one), ha="center", va="center", fontsize=6.5,
                      color="0.5" if state == "absent" else "k")
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    for i in range(1, len(technologies)):
        axes.axhline(i * len(names) - 0.5, color="k", lw=1.2)
    axes.axvline(len(cells) - 0.5, color="k", lw=1.2)
    axes.set_yticks(range(len(rows)), [f"{technology}: {SHORT.get(name, name)}" for technology, name in rows],
                    fontsize=8)
    axes.set_xticks(range(len(columns)), [f"{nv.quantity(node, 'm')}\n{nv.quantity(capacity, 'byte')}\n"
                                          f"goal {goal:g}" for node, capacity, goal in columns], fontsize=8)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(False)
    return figure


def break_even(data):
    """Factor on the pulse at which both tie, over footprint, and where today's cell stands."""
    needs = data.nvsweep.stage("need").sel(technology="fefet").isel(need_field=0).squeeze()
    area, factor = data.cell_area.values, needs.need_factor.values
    now = data.need_ratio.sel(technology="fefet").squeeze().values
    today = nv.number("technologies", "fefet", "area_sram")
    figure, axes = plt.subplots(figsize=(5.4, 3.6), constrained_layout=True)
    axes.fill_between(area, factor, 1e-2, color=fig.BLUE, alpha=0.15, lw=0)
    axes.plot(area, factor, "o-", color=fig.BLUE, lw=1.5, ms=4)
    for x, y, ratio in zip(area, factor, now):
        axes.annotate(f"{ratio:.2f}", (x, 1.0), (0, 9), textcoords="offset points", ha="center", fontsize=7,
                      color="0.35")
    axes.axhline(1, color="0.4", lw=0.8)
    axes.plot([today], [1], "k*", ms=11)
    axes.annotate("today's cell", (today, 1), (0, 22), textcoords="offset points", ha="center", fontsize=8)
    axes.text(0.45, 0.3, "FeFET beats SRAM", transform=axes.transAxes, fontsize=9, color=fig.BLUE)
    axes.text(0.97, 0.93, "SRAM wins", transform=axes.transAxes, fontsize=9, ha="right", color="0.2")
    axes.set_xscale("log")
    axes.set_xticks(area, [f"{x:.2g}" for x in area])
    axes.xaxis.set_minor_locator(fig.matplotlib.ticker.NullLocator())
    axes.set_yscale("log")
    axes.set_ylim(0.015, 3)
    axes.set_yticks([0.02, 0.05, 0.1, 0.2, 0.5, 1, 2], ["0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"])
    axes.yaxis.set_minor_locator(fig.matplotlib.ticker.NullLocator())
    axes.set_xlabel("footprint in SRAM cells (above: EDP over SRAM's with today's pulse)")
    axes.set_ylabel("factor on the write pulse, break-even")
    axes.set_title(f"{nv.quantity(float(data.capacity_bytes.values.ravel()[0]), 'byte')}, "
                   f"{nv.quantity(float(data.node_m.values.ravel()[0]), 'm')}, ResNet-18: EDP of FeFET and SRAM")
    return figure


def draw(data, two):
    needs = data.nvsweep.stage("need")
    names = [str(f) for f in needs.need_field.values]
    technologies = [str(t) for t in needs.technology.values if t != "sram"]
    cells = [(n, c) for n in needs.node_m.values for c in needs.capacity_bytes.values]
    smallest = {"need_goal": 1.0, "node_m": [needs.node_m.values.min()]}
    return {"needs": tornado(needs.sel(smallest), data.need_ratio.sel(smallest), names, technologies,
                             [(n, c) for n, c in cells if n == smallest["node_m"][0]]),
            "needs_walls": walls(needs, names, technologies, cells),
            "needs_break_even": break_even(two)}


if __name__ == "__main__":
    fig.command(draw, __doc__, "needs", "needs_map")
