"""The figures that the iso-capacity and the iso-area study have in common."""
import numpy as np

import deepnvm
import figure as fig
import nvsweep as nv

plt = fig.plt


def _panel(axes, data, array, looks, title, published_of=None, sweep=None):
    count = deepnvm.bars_by_network(axes, data, array, looks, stated=True)
    rivals = [str(name) for name in array.technology.values]
    fig.baseline_line(axes)
    axes.set_ylabel(title)
    axes.margins(y=0.16)
    if not published_of:
        return set()

    def place(figure, technology):
        if technology not in rivals:
            return None
        offset = (rivals.index(technology) - (len(rivals) - 1) / 2) * 0.8 / len(rivals)
        if figure["reduce"] in ("mean", "geomean"):
            return count + offset
        return count + 1 + offset if figure["reduce"] == "max" else None

    grades = deepnvm.mark_published(axes, published_of, f"{sweep}.cfg", place)
    if any(figure["reduce"] == "max" for figure in
           nv.published("deepnvm", metric=published_of, sweep=f"{sweep}.cfg")):
        _add_maximum(axes, array, looks, count)
    return grades


def _add_maximum(axes, array, looks, count):
    """Adds a group with the largest value over networks and phases, which abstracts state."""
    names = [str(name) for name in array.technology.values]
    width = 0.8 / len(names)
    for s, name in enumerate(names):
        height = float(array.sel(technology=name).max())
        x = count + 1 + (s - (len(names) - 1) / 2) * width
        axes.bar(x, height, width, **looks.bar(name))
        axes.text(x, height, fig.two_digits(height), ha="center", va="bottom", fontsize=6)
    ticks = [text.get_text() for text in axes.get_xticklabels()]
    axes.set_xticks(range(count + 2), ticks + ["max"], rotation=30, ha="right")


def _gains(data, sweep, title, rows):
    looks = deepnvm.look()
    figure, all_axes = plt.subplots(len(rows), 1, figsize=(7.2, 1.9 * len(rows) + 0.6),
                                    sharex=False, constrained_layout=True)
    grades = set()
    for axes, (metric, words) in zip(np.atleast_1d(all_axes), rows):
        array = deepnvm.gain(data, metric).sel(technology=deepnvm.rivals(data))
        grades |= _panel(axes, data, array, looks, words, metric, sweep)
    first = np.atleast_1d(all_axes)[0]
    deepnvm.published_legend(first, grades)
    handles, labels = first.get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncol=4, bbox_to_anchor=(0.5, 1.05))
    figure.suptitle(f"{title}: gain over SRAM (above 1 is better)", y=1.09, fontsize=10)
    return figure


def _breakdown(data, title):
    """Draws dynamic, leakage and DRAM energy of each design over SRAM's total."""
    parts = (("llc_dynamic_j", "cache, dynamic"), ("llc_leakage_j", "cache, leakage"),
             ("dram_energy_j", "DRAM"))
    total = nv.metric(data, "energy_j").sel(technology=deepnvm.baseline(data), drop=True)
    pairs, labels = deepnvm.groups(data)
    technologies = deepnvm.technologies(data)
    figure, axes = plt.subplots(figsize=(7.2, 2.8), constrained_layout=True)
    width = 0.8 / len(technologies)
    for s, technology in enumerate(technologies):
        below = np.zeros(len(pairs))
        for part, (name, words) in enumerate(parts):
            share = (nv.metric(data, name, technology=technology) / total)
            heights = np.array([float(share.sel(workload=network, phase=phase))
                                for network, phase in pairs])
            place = np.arange(len(pairs)) + (s - (len(technologies) - 1) / 2) * width
            axes.bar(place, heights, width * 0.92, bottom=below,
                     color=(fig.ORANGE, fig.BLUE, fig.GREY)[part],
                     hatch=("//", "", "..")[part], edgecolor="white", lw=0.4,
                     label=words if s == 0 else None)
            below += heights
        for x, height in zip(place, below):
            axes.annotate(deepnvm.NAMES[technology].split("-")[0], (x, height), rotation=90,
                          xytext=(0, 3), textcoords="offset points", ha="center",
                          va="bottom", fontsize=5.5)
    axes.set_xticks(range(len(pairs)), [f"{network}\n{phase[:5]}." for network, phase in pairs],
                    fontsize=7)
    axes.grid(axis="x", visible=False)
    axes.set_ylabel("Energy over SRAM's total")
    axes.set_title(f"{title}: energy by component, serial time base")
    axes.legend(ncol=3, loc="upper center", bbox_to_anchor=(0.5, -0.2))
    axes.margins(y=0.15)
    return figure


def draw(data, sweep, title):
    energy = (("llc_dynamic_j", "Dynamic energy"), ("llc_leakage_j", "Leakage energy"),
              ("llc_energy_j", "Cache energy"))
    edp = (("llc_edp_js", "EDP, cache only"), ("edp_js", "EDP with DRAM"))
    return {
        f"{sweep}_energy": _gains(data, sweep, title, energy),
        f"{sweep}_edp": _gains(data, sweep, title, edp),
        f"{sweep}_breakdown": _breakdown(data, title),
    }
