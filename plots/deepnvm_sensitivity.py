#!/usr/bin/python3
"""Sensitivity of the iso-area headline to values that the paper does not state: the largest EDP
gain over DRAM energy per bit and DRAM time per access, for both serial time bases."""
import numpy as np

import deepnvm
import figure as fig
import nvsweep as nv

plt = fig.plt


def _headline(technology):
    for figure in nv.published("deepnvm", metric="edp_js", sweep="deepnvm_isoarea.cfg"):
        if nv.setting(figure, "technology") == technology:
            return figure["published"]
    return None


def _ticks(values, units):
    return [nv.quantity(value, units) for value in values]


def draw(data):
    rivals = deepnvm.rivals(data)
    times = list(data.time_base.values)
    gain = deepnvm.gain(data, "edp_js").max(("workload", "phase"))
    figure, all_axes = plt.subplots(len(times), len(rivals), figsize=(7.6, 5.4), sharex=True,
                                    sharey=True, squeeze=False, constrained_layout=True)
    low, high = float(gain.sel(technology=rivals).min()), float(gain.sel(technology=rivals).max())
    for row, time in zip(all_axes, times):
        for axes, technology in zip(row, rivals):
            one = gain.sel(technology=technology, time_base=time)
            one = one.transpose("dram_read_j_per_bit", "dram_latency_s")
            image = axes.imshow(one.values, origin="lower", cmap="cividis", vmin=low, vmax=high,
                                aspect="auto")
            for (i, j), value in np.ndenumerate(one.values):
                axes.text(j, i, f"{value:.2g}", ha="center", va="center", fontsize=6.5,
                          color="white" if value < (low + high) / 2 else "black")
            headline = _headline(technology)
            if headline and float(one.min()) < headline < float(one.max()):
                for colour, width in (("black", 3.2), ("white", 1.6)):
                    axes.contour(one.values, levels=[headline], colors=colour,
                                 linewidths=width)
            axes.set_title(f"{deepnvm.NAMES[technology]}, leaks in "
                           f"{'cache' if time == 'serial' else 'cache and DRAM'} time"
                           + (f" (paper {headline:g})" if headline else ""), fontsize=8)
            axes.set_xticks(range(one.sizes["dram_latency_s"]),
                            _ticks(one.dram_latency_s.values, "s"), rotation=30)
            axes.set_yticks(range(one.sizes["dram_read_j_per_bit"]),
                            _ticks(one.dram_read_j_per_bit.values, "J"))
            axes.grid(visible=False)
    for axes in all_axes[-1]:
        axes.set_xlabel("DRAM time per access")
    for axes in all_axes[:, 0]:
        axes.set_ylabel("DRAM energy per bit")
    figure.colorbar(image, ax=all_axes, shrink=0.7,
                    label="largest EDP gain over SRAM (white line: the paper's)")
    return {"deepnvm_sensitivity": figure}


if __name__ == "__main__":
    fig.command(draw, __doc__, "deepnvm_sensitivity")
