#!/usr/bin/python3
"""What does a shorter retention save?  Of a 64 MiB cache over the retention of its cells: what it
draws with all or only live lines refreshed, what is lost without refresh, and the GPU's energy-delay
product over that with SRAM, with live lines refreshed, for two write currents."""
import numpy as np

import figure as fig

plt = fig.plt
CAPACITY = 64 * 2**20
COLUMNS = [(w, p) for w in ("resnet50", "bert-base") for p in ("inference", "training")]


def series(one, technology):
    """The points of a technology by retention, shortest first."""
    of = one.sel(technology=technology).dropna("stability", subset=["cell_retention_s"])
    return of.sortby("cell_retention_s")


def power_panel(axes, one, technologies, look):
    one = one.sel(overdrive=0)
    for technology in technologies:
        for refresh, dash in (("all", "--"), ("live", "-")):
            of = series(one.sel(refresh=refresh), technology)
            axes.plot(of.cell_retention_s, of.policy_leakage_w,
                      **{**look.line(technology), "ls": dash})
    sram = one.sel(technology="sram", refresh="all").policy_leakage_w.max()
    axes.axhline(float(sram), color=look["sram"]["color"], lw=1.4)
    axes.set_yscale("log")


def lost_panel(axes, one, technologies, look):
    one = one.sel(overdrive=0)
    for technology in technologies:
        of = series(one.sel(refresh="none"), technology)
        axes.plot(of.cell_retention_s, of.lost_share, **look.line(technology))
    need = float(one.needed_retention_99_s.sel(tensor="all").max())
    if np.isfinite(need):
        axes.axvline(need, color="0.5", lw=0.8, ls=":")
        axes.text(need * 1.5, 0.9, "99 % of lifetimes", fontsize=7, color="0.4",
                  transform=axes.get_xaxis_transform(), va="top")
    axes.set_yscale("log")
    axes.set_ylim(1e-12, 3)


def edp_panel(axes, one, technologies, look):
    one = one.sel(refresh="live")
    sram = float(one.sel(technology="sram").edp_js.max())
    for technology in technologies:
        for overdrive, dash in ((0, "-"), (3, ":")):
            of = series(one.sel(overdrive=overdrive), technology)
            axes.plot(of.cell_retention_s, of.edp_js / sram,
                      **{**look.line(technology), "ls": dash})
    axes.axhline(1, color=look["sram"]["color"], lw=1.4)
    axes.set_yscale("log")
    axes.set_ylim(0.6, 40)


def draw(data):
    retention = data.nvsweep.stage("retention").sel(capacity_bytes=CAPACITY)
    both = retention.assign(edp_js=data.edp_js.sel(capacity_bytes=CAPACITY)).load()
    both = both.squeeze(drop=True)
    technologies = [str(t) for t in both.technology.values if t != "sram"]
    look = fig.Look()
    look["sram"]
    figure, grid = plt.subplots(3, len(COLUMNS), figsize=(11, 7), sharex=True, sharey="row",
                                constrained_layout=True)
    for column, (workload, phase) in enumerate(COLUMNS):
        one = both.sel(workload=workload, phase=phase)
        for row, panel in enumerate((power_panel, lost_panel, edp_panel)):
            panel(grid[row][column], one, technologies, look)
        grid[0][column].set_title(f"{workload}, {phase}")
        grid[2][column].set_xscale("log")
        grid[2][column].set_xlabel("retention of the cells in s")
    grid[0][0].set_ylabel("leakage and refresh in W:\nall lines (dashed), live (solid)")
    grid[1][0].set_ylabel("share of residencies\nlost without refresh")
    grid[2][0].set_ylabel("EDP over SRAM's, live: current\n1.5 (solid), 3 times\n(dotted) the critical one")
    handles = [plt.Line2D([], [], **look.line(name, ls="-")) for name in ["sram", *technologies]]
    figure.legend(handles, ["sram", *technologies], loc="lower center",
                  ncol=len(handles), bbox_to_anchor=(0.5, -0.05))
    return {"retention": figure}


if __name__ == "__main__":
    fig.command(draw, __doc__, "retention")
