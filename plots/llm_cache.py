#!/usr/bin/python3
"""When does a larger, denser last-level cache pay for language models?  Time, energy and carbon of
a step over those with 50 MiB of SRAM, by capacity."""
import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt
MIB = 1 << 20
BASE = {"technology": "sram", "capacity_bytes": 50 * MIB, "tiers": 1}


def relative(data, name):
    """A metric over that of the cache that the GPU is sold with."""
    values = nv.metric(data, name)
    return values / values.sel(**BASE).drop_vars(list(BASE))


def panel(axes, values, technologies):
    capacities = values.capacity_bytes.values / MIB
    for i, technology in enumerate(technologies):
        for tiers, line in ((1, "-"), (4, ":")):
            axes.plot(capacities, values.sel(technology=technology, tiers=tiers), line,
                      color=fig.COLOURS[i], marker=fig.MARKERS[i], ms=3.5, lw=1.4,
                      label=f"{technology}, {'one die' if tiers == 1 else 'four dies'}")
    axes.axhline(1, color="0.6", lw=0.8, zorder=0)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set_xticks([32, 128, 512, 2048], ["32", "128", "512", "2048"])
    ticks = [0.7, 1, 1.4, 2, 3, 4, 6]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


def draw(data):
    technologies = [str(t) for t in data.technology.values]
    cases = [("inference", 1, 2048, "prompt of 2048 tokens"),
             ("decode", 1, 2048, "a token after 2048"),
             ("decode", 16, 32768, "16 tokens after 32768 each")]
    figure, grid = plt.subplots(3, 3, figsize=(9, 7.6), sharex=True, constrained_layout=True)
    shown = (("gpu/latency_s", "time", {}), ("gpu/energy_j", "energy", {}),
             ("carbon/carbon_kg", "carbon (India)", {"grid_region": "india"}))
    for row, (name, label, where) in enumerate(shown):
        values = relative(data, name)
        values = values.sel(**where).squeeze(drop=True)
        for axes, (phase, batch, sequence, title) in zip(grid[row], cases):
            panel(axes, values.sel(phase=phase, batch=batch, sequence_length=sequence,
                                   workload="llama-3-8b"), technologies)
            axes.set_title(title if row == 0 else "", fontsize=9)
        grid[row][0].set_ylabel(f"{label} over 50 MiB of SRAM")
    for axes in grid[-1]:
        axes.set_xlabel("capacity (MiB)")
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", bbox_to_anchor=(0.5, -0.08), ncol=4)
    return {"llm_cache": figure}


if __name__ == "__main__":
    fig.command(draw, __doc__, "llm_cache")
