#!/usr/bin/python3
"""Computing in and near memory: Mensa's gains over the Edge TPU with the paper's headline,
layers under their rooflines, binary networks in DRAM rows."""
import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt


def draw_mensa(data):
    """Draws Edge TPU over Mensa: above 1 Mensa is better; lines are the paper's means."""
    figure, all_axes = plt.subplots(1, 2, figsize=(9.5, 3.4), constrained_layout=True)
    looks = fig.Look()
    for axes, name, headline, label in ((all_axes[0], "latency_s", 3.1, "Throughput"),
                                        (all_axes[1], "energy_j", 3.0, "Energy")):
        gain = nv.over(nv.metric(data, name), machine="mensa-edge-tpu").sel(machine="mensa")
        gain = gain.transpose("workload", "schedule")
        mean = np.exp(np.log(gain).mean("workload"))
        fig.grouped_bars(axes, [*gain.workload.values, "geometric mean"],
                         [str(s) for s in gain.schedule.values],
                         np.vstack([gain.values, mean.values]), looks)
        fig.baseline_line(axes)
        axes.axhline(headline, color="black", lw=0.9, ls="--",
                     label="the paper's mean over\n24 networks of its own")
        axes.set_ylabel(f"{label}: Edge TPU over Mensa")
    fig.legend(figure, all_axes, "Layer goes by")
    return figure


def draw_layers(data):
    """Draws rate over intensity of every layer; lines are the rooflines of the engines."""
    names = {1: "Pascal", 2: "Pavlov", 3: "Jacquard"}
    roofs = {"Edge TPU": (1e12, 32e9), "Pascal": (1e12, 32e9), "Pavlov": (64e9, 256e9),
             "Jacquard": (256e9, 256e9)}
    looks = fig.Look()
    for name in roofs:
        looks[name]  # in this order
    figure, all_axes = plt.subplots(1, 2, figsize=(9, 3.5), sharey=True,
                                    constrained_layout=True)
    for axes, network in zip(all_axes, data.workload.values):
        at = np.geomspace(0.3, 3e4, 100)
        for name, (peak, bandwidth) in roofs.items():
            if name != "Pascal": # the Edge TPU's roof
                axes.plot(at, np.minimum(peak, at * bandwidth), color=looks[name]["color"],
                          ls=looks[name]["dash"], lw=0.9, label=f"{name}, roof")
        for machine in data.machine.values:
            pick = {"machine": machine, "workload": network}
            rate = nv.metric(data, "achieved_hz").sel(pick)
            intensity = nv.metric(data, "intensity").sel(pick).fillna(1e4)
            engine = nv.metric(data, "last_engine").sel(pick)
            for number in (1, 2, 3):
                name = "Edge TPU" if machine != "mensa" else names[number]
                here = (engine == number) & np.isfinite(rate)
                if not here.any():
                    continue
                axes.plot(intensity.where(here), rate.where(here), ls="",
                          marker=looks[name]["marker"], ms=4, color=looks[name]["color"],
                          label=name, alpha=0.8)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_title(str(network))
        axes.set_xlabel("Multiply-accumulates per byte of DRAM ($10^4$: no DRAM)")
    all_axes[0].set_ylabel("Multiply-accumulates a second")
    fig.legend(figure, all_axes, "Layers on")
    return figure


def draw_binary(data):
    """Draws the time of an inference over the number of banks, a panel per network."""
    time = nv.metric(data, "latency_s").isel(batch=-1, active_subarrays=0) / float(data.batch[-1])
    looks = fig.Look()
    figure, all_axes = plt.subplots(1, time.sizes["workload"], figsize=(9.5, 3.2),
                                    constrained_layout=True)
    for axes, network in zip(all_axes, time.workload.values):
        for machine in time.machine.values:
            one = time.sel(workload=network, machine=machine)
            axes.plot(one.active_banks, one, **looks.line(str(machine)), label=str(machine))
        axes.set_xscale("log", base=2)
        axes.set_xticks(one.active_banks.values, [str(u) for u in one.active_banks.values])
        axes.set_yscale("log")
        axes.set_title(str(network))
        axes.set_xlabel("Banks at work")
    all_axes[0].set_ylabel("Time of an inference of one bit [s]")
    fig.legend(figure, all_axes)
    return figure


def draw(mensa, layers, binary):
    return {"mensa": draw_mensa(mensa), "mensa_layers": draw_layers(layers),
            "simdram_binary": draw_binary(binary)}


if __name__ == "__main__":
    fig.command(draw, __doc__, "cim_mensa", "cim_mensa_layers", "cim_binary")
