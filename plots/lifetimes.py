#!/usr/bin/python3
"""How long do data live in a last-level cache, and in the buffers of a PE array?  Lifetimes by capacity and
class of tensor, the share of lines that will be used again; and lifetimes against the time for which
technologies retain data."""
import numpy as np

import figure as fig

plt, nv = fig.plt, fig.nv
CASES = (("resnet50", "inference"), ("resnet50", "training"), ("gpt2-medium", "inference"),
         ("gpt2-medium", "decode"))
TECHNOLOGIES = ("edram-3t-pessimistic", "edram-3t", "sot-mram-aggressive", "stt-mram")
BUFFERS = {"input_buffer": "inputs", "weight_buffer": "weights", "output_buffer": "outputs",
           "global_buffer": "global", "pe_weight": "weights in PEs"}


def band(axes, data, colour, dash, label):
    """From the median to 99 % of the residencies, the longest one above."""
    x = data.curve_capacity_bytes.values
    axes.fill_between(x, data.lifetime_50_s, data.lifetime_99_s, color=colour, alpha=0.2, lw=0)
    axes.plot(x, data.lifetime_50_s, color=colour, lw=1, ls=":")
    axes.plot(x, data.lifetime_100_s, color=colour, lw=1.4, ls=dash, label=label)


def by_capacity(lifetimes):
    figure, grid = plt.subplots(2, len(CASES), figsize=(10, 5), sharex=True, sharey="row",
                                constrained_layout=True)
    classes = ("weights", "activations", "gradients", "kv_cache")
    for column, (workload, phase) in enumerate(CASES):
        one = lifetimes.sel(workload=workload, phase=phase)
        above, below = grid[:, column]
        for i, tensor in enumerate(classes):
            of = one.sel(tensor=tensor)
            if np.isfinite(of.lifetime_50_s).any():
                dash = fig.DASHES[i]
                band(above, of, fig.COLOURS[i], dash, tensor)
                below.plot(of.curve_capacity_bytes, of.live_share, color=fig.COLOURS[i], lw=1.4, ls=dash)
        above.set_title(f"{workload}, {phase}")
        above.set_yscale("log")
        above.set_ylim(1e-8, 0.1)
        fig.capacity_axis(below, 2.0 ** np.arange(20, 31, 2))
        below.set_yscale("log")
        below.set_ylim(1e-5, 1)
    grid[0][0].set_ylabel("lifetime in s: median (dotted)\nto 99 %, longest (thick)")
    grid[1][0].set_ylabel("share of lines\nthat will be used again")
    handles = {}
    for axes in grid[0]:
        handles.update(zip(*axes.get_legend_handles_labels()[::-1]))
    figure.legend(handles.values(), handles.keys(), loc="lower center", ncol=4,
                  bbox_to_anchor=(0.5, -0.07))
    return figure


def retention_lines(axes, is_labelled):
    """A line per technology at the retention that its record states; names stand outside on the right."""
    low, high = axes.get_ylim()
    for name in TECHNOLOGIES:
        retention = nv.number("technologies", name, "retention_s")
        years = retention / nv.TIMES["y"]
        words = f"{years:.0f} years" if years >= 1 else nv.quantity(retention, "s")
        if retention < high:
            axes.axhline(retention, color="0.3", lw=0.9, ls=(0, (1, 1.5)), zorder=1)
        if is_labelled:
            axes.annotate(f"{name}\n{words}" + ("" if retention < high else " (above)"),
                          (1.01, min(retention, high)), xycoords=axes.get_yaxis_transform(), ha="left",
                          va="center", fontsize=7, color="0.2", annotation_clip=False)


def caches(axes, lifetimes):
    """The longest lifetime of any data in a cache; the line ends where weights stay for ever."""
    for i, (workload, phase) in enumerate(CASES):
        one = lifetimes.sel(workload=workload, phase=phase, tensor="all")
        longest = one.lifetime_100_s.where(np.isfinite(one.lifetime_100_s))
        x = one.curve_capacity_bytes.values
        axes.plot(x, longest, color=fig.COLOURS[i], ls=fig.DASHES[i], lw=1.5, label=f"{workload}, {phase}")
        last = np.flatnonzero(np.isfinite(longest.values))
        if len(last) and last[-1] + 1 < len(x):
            axes.plot(x[last[-1]], longest.values[last[-1]], "^", color=fig.COLOURS[i], ms=6)
    fig.capacity_axis(axes, 2.0 ** np.arange(20, 31, 2))
    axes.set_title("last-level cache, V100 (triangle: larger\ncaches keep weights from run to run)")
    axes.set_ylabel("longest lifetime, retention in s")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 0.56), fontsize=8)


def arrays(axes, held):
    """The longest time in each buffer of a machine, over all networks: least to most."""
    names, places = [], 0
    for machine in held.machine.values:
        for level, word in BUFFERS.items():
            longest = held.hold_longest_s.sel(machine=machine, level=level).values
            longest = longest[np.isfinite(longest)]
            if len(longest) == 0:
                continue
            axes.plot([places] * 2, [longest.min(), longest.max()], color=fig.BLUE, lw=3, alpha=0.5,
                      solid_capstyle="butt")
            axes.plot([places] * len(longest), longest, "_", color="k", ms=7, mew=1)
            names.append(f"{machine}: {word}")
            places += 1
        places += 0.6
        names.append(None)
    ticks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "_"]
    axes.set_xticks(ticks, [name for name in names if name], rotation=90, fontsize=7)
    axes.set_xlim(-0.7, places)
    axes.set_title("buffers of PE arrays, inference of four\nnetworks (a mark each), batch 1")


def against_retention(lifetimes, held):
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.6), sharey=True, constrained_layout=True)
    caches(left, lifetimes)
    arrays(right, held)
    left.set_yscale("log")
    left.set_ylim(1e-6, 1e4)
    left.set_yticks(10.0 ** np.arange(-6, 5, 2))
    for axes in (left, right):
        retention_lines(axes, axes is right)
    return figure


def draw(data, buffers):
    lifetimes = data.nvsweep.stage("data_lifetime").sel(machine="v100", precision_bits=16)
    lifetimes = lifetimes.sel(curve_capacity_bytes=slice(2**20, 2**30))
    held = buffers.nvsweep.stage("buffer_lifetime").sel(batch=1).squeeze()
    return {"lifetimes": by_capacity(lifetimes),
            "lifetimes_retention": against_retention(lifetimes, held)}


if __name__ == "__main__":
    fig.command(draw, __doc__, "lifetimes", "buffer_lifetimes")
