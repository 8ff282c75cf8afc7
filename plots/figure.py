"""The look of all figures: one colour, dash, marker and hatch per technology, which colour-blind
readers and grey prints can distinguish; readable units; saved as PNG and PDF."""
import argparse
import os
import pathlib
import sys

import matplotlib
import matplotlib.ticker
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIGURES = pathlib.Path(os.environ.get("NVSWEEP_FIGURES", ROOT / "build" / "figures"))
sys.path.insert(0, str(ROOT / "python"))  # the package of this repository

import nvsweep as nv  # noqa: E402

# Okabe and Ito's palette (jfly.uni-koeln.de/color); black is for published values.
BLUE, VERMILION, GREEN, YELLOW, SKY, PURPLE, ORANGE, GREY = (
    "#0072B2", "#D55E00", "#009E73", "#F0E442", "#56B4E9", "#CC79A7", "#E69F00", "#7F7F7F")
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, GREY, YELLOW)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "h", "p", "d")
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo", "--")
# No two of the first 24 curves have the same colour and dash; neighbours differ in both.
DASHES = ("-", (0, (5, 1.5)), (0, (6, 1.5, 1, 1.5)), (0, (1, 1.2)), (0, (2.5, 1)),
          (0, (6, 1.2, 1, 1.2, 1, 1.2)))

plt.rcParams.update({
    "figure.dpi": 120,
    "savefig.dpi": 160,
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "legend.fontsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "0.88",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "pdf.fonttype": 42,
    "svg.hashsalt": "nvsweep",
})


class Look(dict):
    """Colour, dash, marker and hatch by label, in the order in which labels are first used.  The
    baseline is used first, so it is blue in every figure."""

    def __missing__(self, name):
        i = len(self)
        self[name] = {
            "color": COLOURS[i % len(COLOURS)],
            "marker": MARKERS[i % len(MARKERS)],
            "hatch": HATCHES[i % len(HATCHES)],
            "dash": DASHES[i % len(DASHES)],
        }
        return self[name]

    def bar(self, name):
        look = self[name]
        return {"color": look["color"], "hatch": look["hatch"], "edgecolor": "white",
                "linewidth": 0.4}

    def line(self, name, **more):
        look = self[name]
        return {"color": look["color"], "marker": look["marker"], "ls": look["dash"],
                "ms": 4, "lw": 1.4, **more}


def command(draw, description, *results):
    """Main function of the scripts: opens RESULTS_DIR/NAME.h5 for each name in `results`, calls
    draw(*datasets), which returns a dict of names and figures, and saves the figures."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("results", nargs="?", default=str(ROOT / "build" / "results"),
                        help="folder of the result files, or one result file")
    given = pathlib.Path(parser.parse_args().results)
    paths = [given if given.is_file() else given / f"{name}.h5" for name in results]
    try:
        datasets = [nv.open(path) for path in paths]
    except FileNotFoundError as error:
        parser.exit(2, f"{error}\n")
    for path, data in zip(paths, datasets):
        is_finished(path, data) or parser.exit(2)
    for name, figure in draw(*datasets).items():
        save(figure, name, [data.nvsweep.attribute("nvsweep_commit") for data in datasets])


def is_finished(path, data):
    """Are all points of the file's last stage computed?  Otherwise says how to continue the run,
    because a figure of a part of the points would look like a result."""
    pending = int((data["status"].values == 0).sum())
    if pending:
        print(f"{path}: {pending} of {data['status'].size} points are not computed yet; continue "
              f"with: nvsweep run SWEEP -o {path}", file=sys.stderr)
    return pending == 0


def held(figures):
    """Returns the figures closed, so that a notebook shows them only where it names them."""
    for figure in figures.values():
        plt.close(figure)
    return figures


def save(figure, name, commits=()):
    FIGURES.mkdir(parents=True, exist_ok=True)
    for ending, metadata in (("png", {"Software": None}), ("pdf", {"CreationDate": None})):
        path = FIGURES / f"{name}.{ending}"
        figure.savefig(path, metadata=metadata, bbox_inches="tight")
    plt.close(figure)
    note = f" (models of {', '.join(sorted(set(commits)))})" if any(commits) else ""
    print(f"figure: {FIGURES / name}.png and .pdf{note}")


# ---- axes


def capacity_axis(axes, values=None):
    """Makes a logarithmic axis of capacities, labelled 64 KiB, 1 MiB, ..."""
    axes.set_xscale("log", base=2)
    if values is not None:
        values = np.sort(np.asarray(values, float))
        step = max(1, -(-len(values) // 7))
        axes.set_xticks(values[::step])
    axes.xaxis.set_major_formatter(
        matplotlib.ticker.FuncFormatter(lambda value, _: nv.quantity(value, "byte")))
    axes.xaxis.set_minor_locator(matplotlib.ticker.NullLocator())
    axes.set_xlabel("Capacity")
    axes.tick_params(axis="x", rotation=30)


def log_y(axes):
    """Makes a logarithmic y axis; over a short range with ticks at 1, 2 and 5 of each decade."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    if high > 300 * low:
        return
    axis = axes.yaxis
    axis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 5), numticks=12))
    axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(matplotlib.ticker.NullFormatter())


def two_digits(value):
    """Two significant digits with a trailing zero: 3.0 next to 3.2."""
    return f"{value:#.2g}".rstrip(".")


def powers_of_ten(value):
    """2.2e+04 with an exponent above the line."""
    digits, exponent = f"{value:.1e}".split("e")
    return f"${digits} \\times 10^{{{int(exponent)}}}$"


def outliers_clip(axes, lines, gap=30.0):
    """Cuts off lines that lie `gap` times above all others and would compress these; their names and
    values are written at the top of the panel.  lines: label to values."""
    tops = {label: np.nanmax(values) for label, values in lines.items()
            if np.isfinite(values).any()}
    bottoms = {label: np.nanmin(lines[label]) for label in tops}
    order = sorted(tops, key=tops.get)
    for i in range(len(order) - 1, max(0, len(order) - 3), -1):
        below = max(tops[label] for label in order[:i])
        if min(bottoms[label] for label in order[i:]) < gap * below:
            continue
        axes.set_ylim(top=below * 3)
        words = ", ".join(f"{label}: {powers_of_ten(bottoms[label])}" +
                          (f" to {powers_of_ten(tops[label])}"
                           if tops[label] > 1.2 * bottoms[label] else "") for label in order[i:])
        axes.annotate(f"↑ {words}", (0.02, 1.0), xycoords="axes fraction", fontsize=7, va="bottom")
        return


def legend(figure, axes, title=None, stacked=False):
    """Puts one legend of all panels' labels to the right of the figure, each label once; of stacked
    bars the topmost comes first."""
    shown = {}
    for one in np.ravel(axes):
        for handle, label in zip(*one.get_legend_handles_labels()):
            shown.setdefault(label, handle)
    order = list(shown.items())[::-1 if stacked else 1]
    figure.legend([handle for _, handle in order], [label for label, _ in order],
                  loc="center left", bbox_to_anchor=(1, 0.5), title=title)


def baseline_line(axes, value=1.0):
    axes.axhline(value, color="0.25", lw=0.9, zorder=1.5)


def grouped_bars(axes, groups, series, values, look, names=None, stated=False):
    """Draws values[g, s] as one bar per series in every group; missing ones are marked n/a."""
    width = 0.8 / len(series)
    for s, name in enumerate(series):
        place = np.arange(len(groups)) + (s - (len(series) - 1) / 2) * width
        heights = np.asarray(values)[:, s]
        axes.bar(place, np.nan_to_num(heights), width, label=(names or {}).get(name, name),
                 **look.bar(name))
        for x, height in zip(place, heights):
            if np.isnan(height):
                axes.text(x, 0, "n/a", rotation=90, ha="center", va="bottom", fontsize=6)
            elif stated:
                axes.text(x, height, two_digits(height), ha="center", va="bottom", fontsize=6)
    axes.set_xticks(range(len(groups)), groups, rotation=30, ha="right")
    axes.grid(axis="x", visible=False)


def published_mark(axes, x, y, grade, **more):
    """Draws a published value: filled if read from its source, hollow if recalled."""
    hollow = grade in ("recalled", "headline")
    axes.plot(x, y, ls="", marker=more.pop("marker", "D"), ms=more.pop("ms", 6), mew=1.2,
              mec="black", mfc="none" if hollow else "black", zorder=5, **more)
