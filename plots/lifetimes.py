#!/usr/bin/python3
"""How long do data live in a last-level cache?  Lifetimes by capacity and class of tensor, which is
what a cell must retain them for, and the share of lines that will be used again."""
import numpy as np

import figure as fig

plt = fig.plt
CASES = (("resnet50", "inference"), ("resnet50", "training"), ("gpt2-medium", "inference"),
         ("gpt2-medium", "decode"))


def band(axes, data, colour, label):
    """From the median to 99 % of the residencies, the longest one above."""
    x = data.curve_capacity_bytes.values
    axes.fill_between(x, data.lifetime_50_s, data.lifetime_99_s, color=colour, alpha=0.2, lw=0)
    axes.plot(x, data.lifetime_50_s, color=colour, lw=1, ls="--")
    axes.plot(x, data.lifetime_100_s, color=colour, lw=1.4, label=label)


def draw(data):
    lifetimes = data.nvsweep.stage("data_lifetime").sel(machine="v100", precision_bits=16)
    lifetimes = lifetimes.sel(curve_capacity_bytes=slice(2**20, 2**30))
    figure, grid = plt.subplots(2, len(CASES), figsize=(10, 5), sharex=True, sharey="row",
                                constrained_layout=True)
    classes = ("weights", "activations", "gradients", "kv_cache")
    for column, (workload, phase) in enumerate(CASES):
        one = lifetimes.sel(workload=workload, phase=phase)
        above, below = grid[:, column]
        for i, tensor in enumerate(classes):
            of = one.sel(tensor=tensor)
            if np.isfinite(of.lifetime_50_s).any():
                band(above, of, fig.COLOURS[i], tensor)
                below.plot(of.curve_capacity_bytes, of.live_share, color=fig.COLOURS[i], lw=1.4)
        above.set_title(f"{workload}, {phase}")
        above.set_yscale("log")
        above.set_ylim(1e-8, 0.1)
        fig.capacity_axis(below, 2.0 ** np.arange(20, 31, 2))
        below.set_yscale("log")
        below.set_ylim(1e-5, 1)
    grid[0][0].set_ylabel("lifetime in s: median (dashed)\nto 99 %, longest (solid)")
    grid[1][0].set_ylabel("share of lines\nthat will be used again")
    handles = {}
    for axes in grid[0]:
        handles.update(zip(*axes.get_legend_handles_labels()[::-1]))
    figure.legend(handles.values(), handles.keys(), loc="lower center", ncol=4,
                  bbox_to_anchor=(0.5, -0.07))
    return {"lifetimes": figure}


if __name__ == "__main__":
    fig.command(draw, __doc__, "lifetimes")
