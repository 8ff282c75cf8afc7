#!/usr/bin/python3
"""How memory technologies scale: area, latencies, energies and leakage against capacity,
a line per technology, a figure per process node; one more figure for the nodes at 1 MiB."""
import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt

METRICS = (("density", "Area of a MiB"), ("read_latency_s", "Read latency"),
           ("write_latency_s", "Write latency"), ("read_energy_j", "Read energy"),
           ("write_energy_j", "Write energy"), ("leakage_w", "Leakage power"))


def density(data):
    """Area over capacity, because the lines of areas would lie on top of each other."""
    array = nv.metric(data, "area_m2")
    resolved = nv.metric(data, "resolved_capacity_bytes")
    array = array / resolved * 2.0**20
    array.attrs = dict(nv.metric(data, "area_m2").attrs)
    return array


def _legend(figure, axes):
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="center left", bbox_to_anchor=(1.0, 0.5))


def _panels(data, draw_one):
    looks = fig.Look()
    technologies = [str(name) for name in data.technology.values]
    figure, all_axes = plt.subplots(2, 3, figsize=(8.6, 5), sharex=True,
                                    constrained_layout=True)
    for i, (axes, (name, words)) in enumerate(zip(all_axes.ravel(), METRICS)):
        array = density(data) if name == "density" else nv.metric(data, name)
        draw_one(axes, array, words, technologies, looks)
        fig.log_y(axes)
        fig.outliers_clip(axes, {line.get_label(): np.asarray(line.get_ydata(), float)
                                 for line in axes.lines})
        if i < 3:
            axes.set_xlabel("")
    _legend(figure, all_axes[0][0])
    return figure


def _against_capacity(data, node):
    def one(axes, array, words, technologies, looks):
        array = nv.scaled(array.sel(node_m=node))
        for technology in technologies:
            line = array.sel(technology=technology)
            axes.plot(line.capacity_bytes.astype(float), line,
                      **looks.line(technology, ms=3, lw=1), label=technology)
        fig.capacity_axis(axes, array.capacity_bytes)
        axes.set_ylabel(nv.label(array, words))

    figure = _panels(data, one)
    figure.suptitle(f"Caches at {nv.quantity(node, 'm')}; a line ends where a technology "
                    "cannot be built", y=1.04)
    return figure


def _against_node(data, capacity):
    nodes = np.sort(data.node_m.values)[::-1]

    def one(axes, array, words, technologies, looks):
        array = nv.scaled(array.sel(capacity_bytes=capacity))
        for technology in technologies:
            line = array.sel(technology=technology, node_m=nodes)
            axes.plot(range(len(nodes)), line, **looks.line(technology, ms=4, lw=1),
                      label=technology)
        axes.set_xticks(range(len(nodes)), [nv.quantity(node, "m") for node in nodes])
        axes.set_xlabel("Process node")
        axes.set_ylabel(nv.label(array, words))

    figure = _panels(data, one)
    figure.suptitle(f"Caches of {nv.quantity(capacity, 'byte')} by process node", y=1.04)
    return figure


def draw(data):
    share, rest = nv.done_share(data, "array")
    print(f"array points done: {share:.0%}; others: {rest or 'none'}")
    figures = {f"array_scalability_{nv.quantity(node, 'm').replace(' ', '')}":
               _against_capacity(data, node) for node in data.node_m.values}
    capacities = data.capacity_bytes.values
    middle = capacities[np.argmin(np.abs(np.log2(capacities / 2.0**20)))]
    figures["array_scalability_nodes"] = _against_node(data, middle)
    return figures


if __name__ == "__main__":
    fig.command(draw, __doc__, "array_scalability")
