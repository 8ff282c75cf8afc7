#!/usr/bin/python3
"""Training in crossbars: our model and DNN+NeuroSim's run, by part and by phase; the energy of an
epoch by cell and by the way in which errors reach the layers; what feedback alignment gains over N
equal layers."""
import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt
MODEL, PEER, OTHERS = "model", "DNN+NeuroSim V2.1", "others"


def beside(axes, data, name, words, looks):
    """Draws bars of one metric over its extra dimension, with NeuroSim's value next to each."""
    array = nv.metric(data, name).sel(learning="backpropagation", layer=0)
    labels = array.dims[-1]
    theirs = {f["at"]: f["published"] for f in nv.published("cim-training", metric=name)
              if f["at"] and "layer=all" in f["where"]}
    shown = [label for label in array[labels].values if str(label) in theirs]
    ours = array.sel({labels: shown}).values
    values = np.column_stack([ours, [theirs[str(label)] for label in shown]])
    fig.grouped_bars(axes, [str(s).replace("_", " ") for s in shown], [MODEL, PEER], values,
                     looks)
    axes.set_yscale("log")
    axes.set_ylabel(f"{words} [{array.attrs['units']}]")


def draw_beside(data):
    looks = fig.Look()
    figure, all_axes = plt.subplots(2, 2, figsize=(9.5, 6), constrained_layout=True)
    names = (("part_s", "time by part"), ("part_j", "energy by part"),
             ("phase_s", "time by phase"), ("phase_j", "energy by phase"))
    for axes, (name, words) in zip(all_axes.flat, names):
        beside(axes, data, name, words, looks)
    figure.suptitle("VGG-8 in training on NeuroSim's chip, a batch of 200", fontsize=10)
    fig.legend(figure, all_axes)
    return figure


def draw_parts(data, node_m=32e-9):
    looks = fig.Look()
    energy = nv.metric(data, "part_j").sel(node_m=node_m, method="nearest")
    energy = energy.sel(pipeline="layers")
    largest = (energy / energy.sum("crossbar_part")).fillna(0)
    largest = largest.max([axis for axis in largest.dims if axis != "crossbar_part"])
    shown = [str(name) for name in largest.crossbar_part.values[largest.values > 0.02]]
    others = [name for name in energy.crossbar_part.values if str(name) not in shown]
    figure, all_axes = plt.subplots(1, energy.sizes["learning"], figsize=(9.5, 3.6),
                                    sharey=True, constrained_layout=True)
    for axes, learning in zip(all_axes, energy.learning.values):
        part = nv.scaled(energy.sel(learning=learning))
        bottom = np.zeros(part.sizes["technology"])
        for name in shown + [OTHERS]:
            heights = np.nan_to_num(part.sel(crossbar_part=name).values if name != OTHERS else
                                    part.sel(crossbar_part=others).sum("crossbar_part").values)
            axes.bar(part.technology.values, heights, bottom=bottom, label=str(name),
                     **looks.bar(str(name)))
            bottom = bottom + heights
        axes.set_title(str(learning).replace("_", " "))
        axes.tick_params(axis="x", rotation=30)
        axes.grid(axis="x", visible=False)
    all_axes[0].set_ylabel(nv.label(part, "energy of a batch by part"))
    fig.legend(figure, all_axes, stacked=True)
    return figure


def draw_equal(data):
    """Draws backpropagation's time over feedback alignment's by the number of equal layers."""
    looks = fig.Look()
    layers = nv.metric(data, "layer_count").sel(learning="backpropagation", pipeline="none").values
    figure, axes = plt.subplots(figsize=(5.5, 3.6), constrained_layout=True)
    axes.plot(layers, layers, color="0.6", linestyle="--", label="N: phases of equal length")
    for name, words in (("backward_s", "backward pass"), ("latency_s", "whole step")):
        time = nv.metric(data, name)
        gain = time.sel(learning="backpropagation") / time.sel(learning="feedback_alignment")
        for pipeline, said in (("none", "no pipeline"), ("layers", "layers pipelined")):
            label = f"{words}, {said}"
            axes.plot(layers, gain.sel(pipeline=pipeline).values, label=label, **looks.line(label))
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    axes.set_xlabel("equal layers N")
    axes.set_ylabel("time of backpropagation over\nfeedback alignment")
    axes.legend(fontsize=8)
    return figure


def draw(neurosim, cells, equal):
    return {"crossbar_equal_layers": draw_equal(equal),
            "crossbar_neurosim": draw_beside(neurosim), "crossbar_parts": draw_parts(cells)}


if __name__ == "__main__":
    fig.command(draw, __doc__, "crossbar_neurosim", "crossbar_cells",
                "crossbar_equal_layers")
