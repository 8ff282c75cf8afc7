"""Common parts of the figures of the DeepNVM++ study: technologies, labels and published
values."""
import numpy as np

import figure as fig
import nvsweep as nv

NAMES = {"sram": "SRAM", "sram-deepnvm": "SRAM", "stt-mram-deepnvm": "STT-MRAM",
         "sot-mram-deepnvm": "SOT-MRAM"}
NETWORKS = ("alexnet", "googlenet", "vgg16", "resnet18", "squeezenet")
PHASES = ("inference", "training")
PHASE_HATCHES = {"inference": "", "training": "//"}


def look():
    """SRAM is blue, STT vermilion, SOT green."""
    looks = fig.Look()
    by_words = fig.Look()
    for name, words in NAMES.items():
        looks[name] = by_words[words]
    return looks


def technologies(data):
    return [name for name in NAMES if name in data.technology.values]


def baseline(data):
    """The SRAM baseline of the file: the paper's, or the library's own."""
    return next(name for name in technologies(data) if NAMES[name] == "SRAM")


def rivals(data):
    return [name for name in technologies(data) if NAMES[name] != "SRAM"]


def gain(data, name, **selection):
    """SRAM's value over the technology's, by technology, network and phase."""
    return nv.over(nv.metric(data, name, **selection), technology=baseline(data))


def groups(data):
    """(network, phase) pairs and their labels, for the networks of the paper's study."""
    pairs = [(network, phase) for phase in PHASES for network in NETWORKS
             if network in data.workload.values and phase in data.phase.values]
    return pairs, [network for network, _ in pairs]


def bars_by_network(axes, data, array, looks, stated=False):
    """Draws grouped bars: a group per network and phase, and the mean of each phase."""
    pairs, labels = groups(data)
    technologies_here = [str(name) for name in array.technology.values]
    values = [[float(array.sel(technology=name, workload=network, phase=phase))
               for name in technologies_here] for network, phase in pairs]
    values.append([float(np.mean([row[s] for row in values]))
                   for s in range(len(technologies_here))])
    fig.grouped_bars(axes, labels + ["mean"], technologies_here, values, looks, NAMES, stated)
    per_phase = len(labels) // 2
    for i, phase in enumerate(PHASES):
        axes.text((per_phase - 1) / 2 + i * per_phase, 1.01, phase, ha="center", va="bottom",
                  fontsize=8, transform=axes.get_xaxis_transform())
    for x in (per_phase - 0.5, 2 * per_phase - 0.5):
        axes.axvline(x, color="0.7", lw=0.7, ls=":")
    return len(labels)


def mark_published(axes, metric, sweep, x_of, looks=None):
    """Marks the published ratios of a metric; x_of gives the place, looks the marker (a
    diamond without).  Returns the grades marked."""
    grades = set()
    for figure in nv.published("deepnvm", metric=metric, sweep=sweep):
        technology = nv.setting(figure, "technology")
        place = x_of(figure, technology)
        if place is None:
            continue
        marker = looks[technology]["marker"] if looks else "D"
        fig.published_mark(axes, place, figure["published"], figure["grade"], marker=marker)
        grades.add(figure["grade"])
    return grades


def published_legend(axes, grades, what="paper"):
    """Legend entries for the grades that were marked."""
    for hollow, words in ((False, "published"), (True, "headline or recalled")):
        if any((grade in ("recalled", "headline")) == hollow for grade in grades):
            fig.published_mark(axes, [], [], "recalled" if hollow else "published",
                               label=f"{what} ({words})")
