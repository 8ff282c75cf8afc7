#!/usr/bin/python3
"""How certain an answer is if parameters are not known exactly: the spread of the sweep's objective,
how often each candidate wins, and the parameters that decide both.  For every file with the
sensitivity stage (sweeps/uncertainty_*.cfg)."""
import argparse
import pathlib
import textwrap

import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt
RIVALS = "technology"  # the axis whose values compete, if a sweep has several
WEAK = 0.03            # smaller indices are noise with a few hundred samples


def objective(data):
    """Name of the metric that the sensitivity stage used."""
    return data["objective_50"].attrs.get("objective", "objective")


def spoken(data):
    """The objective in words, as the file describes it up to the first comma or colon."""
    words = nv.metric(data, objective(data)).attrs.get("long_name", objective(data))
    words = words.split(":")[0].split(",")[0]
    return words[0].upper() + words[1:]


def rivals(data):
    array = data["objective_50"]
    return RIVALS if RIVALS in array.dims else array.dims[0]


def horizontal(data):
    """The x axis: the first one with numbers, otherwise the first one except the competing axis."""
    dims = [axis for axis in data["objective_50"].dims
            if axis != rivals(data) and data.sizes[axis] > 1]
    numbers = [axis for axis in dims if data[axis].dtype.kind in "fiu"]
    return (numbers or dims or [rivals(data)])[0]


def at_first(array, keep):
    """The array with every other axis at its first value."""
    return array.isel({axis: 0 for axis in array.dims if axis not in keep})


def parameters(data):
    """Names of the parameters that the file's spreads vary."""
    return list(data.nvsweep.stage("sensitivity")["parameter"].values)


def x_values(axes, array, x):
    """The positions along x; sets scale and ticks of the axis."""
    if array[x].dtype.kind in "OU":
        axes.set_xticks(np.arange(array.sizes[x]), array[x].values, rotation=30, ha="right")
        return np.arange(array.sizes[x])
    if x == "capacity_bytes":
        fig.capacity_axis(axes, array[x].values)
    else:
        axes.set_xscale("log")
        axes.set_xlabel(nv.label(array[x]))
    return array[x].values


def draw_quantiles(data, x=None, axes=None, **selection):
    """Draws the median and the middle 90 % of the samples."""
    x, line, looks = x or horizontal(data), rivals(data), fig.Look()
    names = ["objective_50", "objective_5", "objective_95"]
    middle, low, high = (at_first(nv.metric(data, name, **selection), (x, line))
                         for name in names)
    factor = nv.scaled(middle).attrs["factor"]
    axes = axes or plt.subplots(figsize=(5, 3.3), constrained_layout=True)[1]
    at = x_values(axes, middle, x)
    for i, name in enumerate(middle[line].values):
        one, under, above = (q.sel({line: name}).values / factor for q in (middle, low, high))
        look = looks.line(name)
        if middle[x].dtype.kind in "OU" or middle.sizes[x] == 1:
            shift = 0.15 * (i - (middle.sizes[line] - 1) / 2)
            axes.errorbar(at * 1.0 + (shift if middle[x].dtype.kind in "OU" else 0), one,
                          yerr=[one - under, above - one], label=str(name), capsize=3,
                          **{**look, "ls": ""})
        else:
            axes.plot(at, one, label=str(name), **look)
            axes.fill_between(at, under, above, color=look["color"], alpha=0.2, lw=0)
    fig.log_y(axes)
    axes.set_ylabel(nv.label(nv.scaled(middle), textwrap.fill(
        f"{spoken(data)}: median, 5 to 95 %", 34)))
    axes.legend(fontsize=7)
    return axes


def draw_winners(data, x=None, axes=None, **selection):
    """Draws the share of samples in which each candidate has the smallest objective."""
    x, line, looks = x or horizontal(data), rivals(data), fig.Look()
    share = at_first(nv.metric(data, "win_share", **selection), (x, line)).fillna(0)
    axes = axes or plt.subplots(figsize=(4.5, 3.3), constrained_layout=True)[1]
    at, bottom = np.arange(share.sizes[x]), 0
    for name in share[line].values:
        part = share.sel({line: name}).values
        axes.bar(at, part, bottom=bottom, label=str(name), **looks.bar(name))
        bottom = bottom + part
    texts = [str(v) if share[x].dtype.kind in "OU"
             else nv.quantity(float(v), share[x].attrs.get("units", "1"))
             for v in share[x].values]
    axes.set_xticks(at, texts, rotation=30, ha="right")
    axes.set_ylabel("share of samples won")
    axes.set_ylim(0, 1)
    return axes


def deciding(index):
    """Parameters that explain more than noise, the most important one first."""
    others = [axis for axis in index.dims if axis != "parameter"]
    most = index.max(others).fillna(0)
    return [str(name) for name in most.parameter.values[np.argsort(-most.values)]
            if float(most.sel(parameter=name)) > WEAK]


def draw_indices(data, name="first_order_index", x=None, axes=None, **selection):
    """Draws the share of the variance that each parameter explains, one bar per candidate."""
    x, line, looks = x or horizontal(data), rivals(data), fig.Look()
    index = at_first(nv.metric(data, name, **selection), (line, "parameter", x))
    index = index.mean(x) if x != line else index
    axes = axes or plt.subplots(figsize=(5, 3.3), constrained_layout=True)[1]
    left, kept = np.zeros(index.sizes[line]), deciding(index)
    for parameter in kept[:8]:
        part = index.sel(parameter=parameter).fillna(0).values
        axes.barh([str(v) for v in index[line].values], part, left=left, label=parameter,
                  **looks.bar(parameter))
        left = left + part
    axes.set_xlim(0, max(1, float(np.max(left, initial=0))))
    what = "winning" if name == "win_index" else spoken(data)
    axes.set_xlabel(textwrap.fill(f"share of the variance that a parameter alone explains: {what}", 44))
    if kept:
        axes.legend(fontsize=7, loc="upper center", bbox_to_anchor=(0.5, -0.25), ncol=2)
    else:
        axes.text(0.5, 0.5, "nothing decides: always the same", ha="center",
                  transform=axes.transAxes)
    return axes


def draw(data, **selection):
    """Draws all three views of a file next to each other."""
    figure, axes = plt.subplots(1, 3, figsize=(13, 3.9), constrained_layout=True)
    draw_quantiles(data, axes=axes[0], **selection)
    draw_winners(data, axes=axes[1], **selection)
    draw_indices(data, axes=axes[2], **selection)
    return figure


SELECTIONS = {"uncertainty_carbon": {"grid_region": "iceland"},
              "uncertainty_edge": {"roadmap": "lstp"}}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="?", default=str(fig.ROOT / "build" / "results"))
    given = pathlib.Path(parser.parse_args().results)
    paths = [given] if given.is_file() else sorted(given.glob("uncertainty_*.h5"))
    paths = [path for path in paths if not path.name.endswith(".packed.h5")]
    for path in paths:
        data = nv.open(path)
        if "objective_50" in data and fig.is_finished(path, data):
            fig.save(draw(data, **SELECTIONS.get(path.stem, {})), path.stem,
                     [data.nvsweep.attribute("nvsweep_commit")])
    if not paths:
        parser.exit(2, f"{given} has no uncertainty_*.h5; make one with: nvsweep run "
                       "sweeps/uncertainty_edge.cfg\n")


if __name__ == "__main__":
    main()
