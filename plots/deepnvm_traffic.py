#!/usr/bin/python3
"""DeepNVM++'s traffic figures: reads per write at the last-level cache by network and
phase, and DRAM accesses against capacity, with the paper's values for 7 and 10 MB."""
import numpy as np

import deepnvm
import figure as fig
import nvsweep as nv

plt = fig.plt


def reads_per_write(data):
    ratio = nv.metric(data, "llc_reads") / nv.metric(data, "llc_writes")
    networks = [name for name in deepnvm.NETWORKS if name in data.workload.values]
    looks = fig.Look()
    figure, axes = plt.subplots(figsize=(4.6, 2.6), constrained_layout=True)
    values = [[float(ratio.sel(workload=network, phase=phase)) for phase in deepnvm.PHASES]
              for network in networks]
    fig.grouped_bars(axes, networks, deepnvm.PHASES, values, looks, stated=True)
    axes.set_ylabel("Cache reads per write")
    axes.legend()
    return figure


def _reduction(data, phase, networks):
    """DRAM reads and writes by capacity over those at 3 MiB, from the reuse curves, which hold more
    capacities than the sweep."""
    parts = ("curve_read_misses", "curve_write_misses", "curve_writebacks")
    total = sum(nv.metric(data, name, workload=networks, phase=phase) for name in parts)
    base = total.interp(curve_capacity_bytes=3 * 2.0**20)
    return (total / base).sel(curve_capacity_bytes=slice(2.0**20, 2.0**30))


def dram(data):
    networks = [name for name in deepnvm.NETWORKS if name in data.workload.values]
    looks = fig.Look()
    figure, all_axes = plt.subplots(1, 2, figsize=(7.6, 3), sharey=True,
                                    constrained_layout=True)
    for axes, phase in zip(all_axes, deepnvm.PHASES):
        share = _reduction(data, phase, networks)
        for network in networks:
            one = share.sel(workload=network)
            style = looks.line(network, markevery=(6 * len(looks), 40))
            axes.plot(one.curve_capacity_bytes, one, **style, label=network)
        fig.capacity_axis(axes, 2.0 ** np.arange(20, 31))
        axes.set_ylim(0, 1.3)
        axes.axvline(3 * 2.0**20, color="0.5", lw=0.7, ls=":")
        fig.baseline_line(axes)
        axes.set_title(phase)
    for figure_ in nv.published("deepnvm", metric="dram_reads"):
        capacity = {"stt-mram-deepnvm": 7, "sot-mram-deepnvm": 10}.get(
            nv.setting(figure_, "technology"))
        if capacity:
            fig.published_mark(all_axes[0], capacity * 2.0**20, 1 / figure_["published"],
                               figure_["grade"])
    fig.published_mark(all_axes[0], [], [], "recalled", label="paper, AlexNet (recalled)")
    all_axes[0].set_ylabel("DRAM accesses over those with 3 MiB")
    handles, labels = all_axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncol=6, bbox_to_anchor=(0.5, 1.09))
    return figure


def draw(data):
    return {"deepnvm_reads_per_write": reads_per_write(data), "deepnvm_dram": dram(data)}


if __name__ == "__main__":
    fig.command(draw, __doc__, "deepnvm_isocapacity")
