#!/usr/bin/python3
"""DeepNVM++'s scalability figures: cache energy, latency and EDP of STT and SOT MRAM over
SRAM from 1 MiB on (mean and range over the networks), and PPA against capacity."""
import numpy as np

import deepnvm
import figure as fig
import nvsweep as nv

plt = fig.plt

GAINS = (("llc_energy_j", "Cache energy"), ("llc_delay_s", "Cache latency"),
         ("llc_edp_js", "Cache EDP"), ("edp_js", "EDP with DRAM"))
PPA = (("array/area_m2", "Area"), ("leakage_w", "Leakage power"), ("read_latency_s", "Read latency"),
       ("write_latency_s", "Write latency"), ("read_energy_j", "Read energy"),
       ("write_energy_j", "Write energy"))


def _networks(data):
    return [name for name in deepnvm.NETWORKS if name in data.workload.values]


def gains(data):
    looks = deepnvm.look()
    figure, all_axes = plt.subplots(2, 4, figsize=(10, 4.6), sharex=True,
                                    constrained_layout=True)
    grades = set()
    for row, phase in enumerate(deepnvm.PHASES):
        for axes, (name, words) in zip(all_axes[row], GAINS):
            ratio = deepnvm.gain(data, name, workload=_networks(data), phase=phase)
            for technology in deepnvm.rivals(data):
                one = ratio.sel(technology=technology).transpose("capacity_bytes", "workload")
                x = one.capacity_bytes.values.astype(float)
                axes.plot(x, one.mean("workload"), **looks.line(technology),
                          label=deepnvm.NAMES[technology])
                axes.fill_between(x, one.min("workload"), one.max("workload"), alpha=0.2,
                                  color=looks[technology]["color"], lw=0)
            fig.baseline_line(axes)
            grades |= deepnvm.mark_published(axes, name, "deepnvm_scalability.cfg",
                                             lambda figure, technology: 32 * 2.0**20, looks)
            fig.capacity_axis(axes, x)
            fig.log_y(axes)
            axes.set_title(f"{words}, {phase}")
            if row == 0:
                axes.set_xlabel("")
    figure.supylabel("Gain over SRAM of equal capacity", fontsize=9)
    deepnvm.published_legend(all_axes[0][0], grades, "paper, 32 MB, the largest gain; marker by technology")
    handles, labels = all_axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncol=4, bbox_to_anchor=(0.5, 1.06))
    return figure


def _mark_table2(axes, name):
    """The paper's cache table, at the capacities it states."""
    grades = set()
    for figure in nv.published("array", metric=name.rpartition("/")[2]):
        technology = nv.setting(figure, "technology")
        capacity = nv.setting(figure, "capacity")
        if figure["baseline"] or technology not in deepnvm.NAMES or capacity is None or \
                not figure["name"].startswith("deepnvm"):
            continue
        value, unit = capacity.split()
        bytes_ = float(value) * dict((word, factor) for factor, word in nv.BYTES)[unit]
        fig.published_mark(axes, bytes_, figure["published"] / axes.factor, figure["grade"],
                           marker=deepnvm.look()[technology]["marker"], ms=7)
        grades.add(figure["grade"])
    return grades


def ppa(data):
    looks = deepnvm.look()
    figure, all_axes = plt.subplots(2, 3, figsize=(8.4, 4.8), sharex=True,
                                    constrained_layout=True)
    grades = set()
    for axes, (name, words) in zip(all_axes.ravel(), PPA):
        array = nv.scaled(nv.metric(data, name))
        axes.factor = array.attrs["factor"]
        for technology in deepnvm.technologies(data):
            one = array.sel(technology=technology)
            axes.plot(one.capacity_bytes.astype(float), one, **looks.line(technology),
                      label=deepnvm.NAMES[technology])
        grades |= _mark_table2(axes, name)
        fig.log_y(axes)
        fig.capacity_axis(axes, array.capacity_bytes)
        axes.set_ylabel(nv.label(array, words))
        if axes in all_axes[0]:
            axes.set_xlabel("")
    deepnvm.published_legend(all_axes[0][0], grades, "paper's table, marker by technology")
    handles, labels = all_axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncol=5, bbox_to_anchor=(0.5, 1.06))
    return figure


def draw(data):
    return {"deepnvm_scalability": gains(data), "deepnvm_ppa": ppa(data)}


if __name__ == "__main__":
    fig.command(draw, __doc__, "deepnvm_scalability")
