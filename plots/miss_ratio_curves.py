#!/usr/bin/python3
"""Miss ratio of the last-level cache against its capacity, a line per workload, a panel
per phase; works on any result file that holds reuse curves."""
import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt
SHOWN = 12


def curves(data):
    """Misses of reads and writes over all accesses, by curve capacity."""
    misses = nv.metric(data, "curve_read_misses") + nv.metric(data, "curve_write_misses")
    accesses = nv.metric(data, "llc_reads") + nv.metric(data, "llc_writes")
    return (misses / accesses).assign_attrs(units="1", long_name="miss ratio").rename("miss_ratio")


def draw(data):
    ratio = curves(data)
    for axis in ("workload", "phase"):
        if axis not in ratio.dims:
            ratio = ratio.expand_dims(axis)
    others = [axis for axis in ratio.dims
              if axis not in ("workload", "phase", "curve_capacity_bytes")]
    ratio = ratio.isel({axis: 0 for axis in others})
    workloads = ratio.workload.values[:SHOWN]
    looks = fig.Look()
    figure, all_axes = plt.subplots(1, ratio.sizes["phase"], sharey=True, squeeze=False,
                                    figsize=(1 + 3.4 * ratio.sizes["phase"], 3.2),
                                    constrained_layout=True)
    for axes, phase in zip(all_axes[0], ratio.phase.values):
        for name in workloads:
            one = ratio.sel(phase=phase, workload=name)
            axes.plot(one.curve_capacity_bytes, one,
                      **looks.line(name, markevery=(4 * len(looks), 48)),
                      label=str(name))
        fig.capacity_axis(axes, 2.0 ** np.arange(14, 35, 3))
        axes.set_title(str(phase))
        axes.set_ylim(0, 1)
    all_axes[0][0].set_ylabel("Miss ratio of the last-level cache")
    left_out = ratio.sizes["workload"] - len(workloads)
    fig.legend(figure, all_axes, f"{left_out} more not shown" if left_out else None)
    return {"miss_ratio_curves": figure}


if __name__ == "__main__":
    fig.command(draw, __doc__, "deepnvm_scalability")
