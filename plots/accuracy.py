#!/usr/bin/python3
"""Accuracy beside cost: recognition by hypervectors with faults, learning in devices by rule and
by energy, Winograd in integers, operand bits of XR accelerators and crossbars, converters of crossbars."""
import os
import pathlib

import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt
SETTINGS = {
    (0, 0, 0, 0): "no faults", (0.05, 0, 0, 0): "5 % of class bits wrong",
    (0.125, 0, 0, 0): "12.5 % of class bits wrong", (0.25, 0, 0, 0): "25 % of class bits wrong",
    (0, 1 / 128, 0, 0): "0.8 % of reads wrong", (0, 0.125, 0, 0): "12.5 % of reads wrong",
    (0, 0, 6, 0): "counters of 6 bits", (0, 0, 8, 0): "counters of 8 bits",
    (0, 0, 12, 0): "counters of 12 bits", (0, 0, 0, 5): "5 languages"}


# A few seconds of each sweep: what of its text a sample replaces.
SAMPLES = {
    "learning_settings": {'"digits-mlp"': '"digits-short"', '"ideal", "gst-pcm", "hzo-fefet"': '"ideal", "hzo-fefet"'},
    "learning_rules": {'"digits-mlp"': '"digits-short"', "[ 1, 2, 4 ]": "[ 1, 2 ]",
                       '"taox-hfox", "ag-a-si", "alox-hfo2", "pcmo"': '"alox-hfo2"',
                       '"rram", "rram", "rram", "rram" ]': '"rram" ]'},
    "cell_accuracy": {'"digits-mlp-8-bit"': '"digits-short"', "[ 0.03, 0.1, 0.3 ]": "[ 0.1, 0.3 ]",
                      '"taox-hfox", "ag-a-si", "alox-hfo2", "pcmo"': '"alox-hfo2"',
                      '"rram", "rram", "rram", "rram" ]': '"rram" ]'},
    "hdc_faults": {'"gnome-languages"': '"gnome-languages-short"', "[ 3, 4 ]": "[ 3 ]",
                   "[ 500, 1000, 2000, 5000, 10000 ]": "[ 500, 1000, 2000 ]"},
    "crossbar_bits": {"[ 2, 3, 4, 5, 6, 7, 8, 9 ]": "[ 3, 5, 7 ]", "[ 1, 2, 4 ]": "[ 2, 4 ]",
                      'precision = 8;': 'precision = 8; few = { field = "experiment.trials"; values = [ 1 ]; };'},
    "winograd_bits": {'"fashion-winograd"': '"digits-winograd"', "[ 4, 6, 8, 10 ]": "[ 4, 8 ]"},
}


def data_find():
    """Point the program at the data that `make deps-data` unpacks, if nobody said where they are."""
    unpacked = fig.ROOT / "build" / "data"
    if "NVSWEEP_DATA" not in os.environ and unpacked.is_dir():
        os.environ["NVSWEEP_DATA"] = str(unpacked)


def opened(name):
    """The sweep's result if `jobs/run accuracy` has made it, else that of its sample; None, with a line
    that says why, where the data are missing."""
    whole = pathlib.Path(nv.results_folder()) / f"{name}.h5"
    if whole.exists():
        print(f"{name}: {whole}")
        return nv.open(whole)
    text = (fig.ROOT / "sweeps" / f"{name}.cfg").read_text()
    for old, new in SAMPLES[name].items():
        assert old in text, (name, old)
        text = text.replace(old, new)
    try:
        data = nv.open(nv.run(text, result=f"{name}_sample"))
    except RuntimeError as error:
        print(f"{name}: not drawn: {error}")
        return None
    print(f"{name}: a sample (jobs/run accuracy makes the whole: minutes)")
    return data


def setting_of(point):
    """The words for a point's faults; coordinates that are words ("exact", "all") count as 0."""
    numbers = []
    for name in ("class_faults", "read_faults", "counter_bits", "languages"):
        value = point[name].item()
        numbers.append(0 if isinstance(value, str) else float(value))
    return SETTINGS[tuple(numbers)]


def of_trigrams(data, name):
    values = nv.metric(data, name)
    return values.sel(ngram=3) if "ngram" in values.dims else values


def draw_hypervectors(data):
    looks = fig.Look()
    accuracy, energy = of_trigrams(data, "accuracy"), of_trigrams(data, "text_j")
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8), constrained_layout=True)
    along = next(d for d in accuracy.dims if d != "dimension")
    for i in range(accuracy.sizes[along]):
        one = accuracy.isel({along: i})
        name = setting_of(one)
        left.plot(one.dimension, 100 * one, **looks.line(name), label=name)
    left.set_xscale("log")
    left.set_xlabel("dimensions")
    left.set_ylabel("texts recognised [%]")
    left.legend(fontsize=6.5)
    best = accuracy.isel({along: 0})
    for machine in range(energy.sizes["hdc"]):
        one = energy.isel(hdc=machine)
        name = str(one.hdc.item())
        right.plot(one, 100 * best, **looks.line(name), label=name)
    right.set_xscale("log")
    right.set_xlabel("energy of a text [J]")
    right.set_ylabel("texts recognised, no faults [%]")
    right.legend()
    figure.suptitle("21 languages of GNOME's help by trigrams, pieces of 180 characters", fontsize=10)
    return figure


def best_settings(data):
    """Median, first and third quartile of the trials of learning_settings, each rule at the setting that gives it the
    best median in each device and depth."""
    right = nv.metric(data, "accuracy")
    best = right.argmax("activation")
    return [nv.metric(data, name).isel(activation=best) for name in ("accuracy", "accuracy_q1", "accuracy_q3")]


def draw_rules(data):
    looks = fig.Look()
    names = ("run_accuracy", "run_accuracy_q1", "run_accuracy_q3", "run_s")
    median, low, high, time = (nv.metric(data, name) for name in names)
    devices = [s for s in median.synapse.values if s != "ideal"]
    figure, all_axes = plt.subplots(2, median.sizes["depth"], figsize=(9.5, 5.5), sharex=True,
                                    sharey="row", constrained_layout=True)
    for axes, depth in zip(all_axes.T, median.depth.values):
        for k, rule in enumerate(median.learning.values):
            chosen = {"synapse": devices, "depth": depth, "learning": rule, "pipeline": "none"}
            at = np.arange(len(devices)) + 0.2 * (k - 0.5)
            middle = 100 * median.sel(chosen)
            axes[0].errorbar(at, middle, yerr=[middle - 100 * low.sel(chosen), 100 * high.sel(chosen) - middle],
                             label=str(rule).replace("_", " "), capsize=2,
                             **looks.line(str(rule), ls="none"))
            axes[1].plot(at, time.sel(chosen), **looks.line(str(rule), ls="none"))
        axes[0].set_title(f"{depth} hidden layer{'s' if depth > 1 else ''}")
        axes[1].set_yscale("log")
        axes[1].set_xticks(range(len(devices)), devices, rotation=40, ha="right")
    all_axes[0][0].set_ylabel("digits recognised [%]")
    all_axes[1][0].set_ylabel("time of the run on the chip [s]")
    all_axes[0][0].legend(loc="lower left")
    return figure


def draw_settings(data):
    looks = fig.Look()
    median, low, high = (100 * values for values in best_settings(data))
    figure, axes = plt.subplots(figsize=(5, 3.4), constrained_layout=True)
    for k, rule in enumerate(median.learning.values):
        at = np.arange(median.sizes["synapse"]) + 0.2 * (k - 0.5)
        middle, first, third = (values.sel(learning=rule) for values in (median, low, high))
        axes.errorbar(at, middle, yerr=[middle - first, third - middle], capsize=2,
                      label=str(rule).replace("_", " "), **looks.line(str(rule), ls="none"))
    axes.set_xticks(range(median.sizes["synapse"]), median.synapse.values)
    axes.set_ylabel("digits recognised [%]")
    axes.set_title(f"{int(median.depth)} hidden layers, units and learning rate that are best for each", fontsize=9)
    axes.legend()
    return figure


def draw_cells(data):
    looks = fig.Look()
    median, low, high, energy, wear = (nv.metric(data, name) for name in (
        "run_accuracy", "run_accuracy_q1", "run_accuracy_q3", "run_j", "run_endurance_share"))
    figure, panels = plt.subplots(1, 2, figsize=(9.5, 3.8), sharey=True, constrained_layout=True)
    for axes, x, words in zip(panels, (energy, 100 * wear), ("energy of the run [J]", "endurance that the run takes [%]")):
        for device in median.synapse.values:
            middle = 100 * median.sel(synapse=device)
            axes.errorbar(x.sel(synapse=device), middle,
                          yerr=[middle - 100 * low.sel(synapse=device), 100 * high.sel(synapse=device) - middle],
                          capsize=2, label=str(device), **looks.line(str(device)))
        axes.set_xscale("log")
        axes.set_xlabel(words)
    panels[0].set_ylabel("digits recognised [%]")
    panels[1].legend()
    rates = ", ".join(f"{rate:g}" for rate in median.learning_rate.values)
    figure.suptitle(f"Learning rates of {rates} along each line", fontsize=10)
    return figure


def draw_winograd(data):
    looks = fig.Look()
    accuracy, noise = nv.metric(data, "accuracy"), nv.metric(data, "noise_share")
    along = next(d for d in accuracy.dims if d != "precision_bits")
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8), constrained_layout=True)
    for i in range(accuracy.sizes[along]):
        one = accuracy.isel({along: i})
        algorithm, scales = str(one.algorithm.item()), str(one.scales.item())
        name = "direct" if algorithm == "direct" else f"{algorithm.upper()}, scales: {scales.replace('_', ' ')}"
        left.plot(one.precision_bits, 100 * one, **looks.line(name), label=name)
        right.plot(one.precision_bits, -10 * np.log10(noise.isel({along: i})), **looks.line(name))
    for axes in left, right:
        axes.set_xlabel("bits of operands")
    left.set_ylabel("images recognised [%]")
    right.set_ylabel("signal to noise of the convolutions [dB]")
    left.legend()
    return figure


def draw_bits(data):
    looks = fig.Look()
    accuracy, energy = nv.metric(data, "accuracy").squeeze(), nv.metric(data, "machines/sample_j").squeeze()
    along = next(d for d in energy.dims if d != "precision_bits")
    figure, axes = plt.subplots(figsize=(6, 3.8), constrained_layout=True)
    for i in range(energy.sizes[along]):
        one = energy.isel({along: i})
        name = f"{one.machine.item()}, {one.technology.item()}"
        axes.plot(1e6 * one, 100 * accuracy, **looks.line(name), label=name)
    for bits in energy.precision_bits.values:
        place = float(energy.sel(precision_bits=bits).min()), 100 * float(accuracy.sel(precision_bits=bits))
        axes.annotate(f"{bits}", (1e6 * place[0], place[1]), (-8, 4), textcoords="offset points", fontsize=7)
    axes.set_xscale("log")
    axes.set_xlabel("energy of hand detection [uJ]")
    axes.set_ylabel("pictures of clothes recognised [%]")
    axes.set_title("2 to 8 bits along each line", fontsize=9)
    axes.legend(fontsize=7)
    return figure


def draw_converters(data):
    """Accuracy over converter bits, and over the chip's energy; panels: spreads of the cells."""
    looks = fig.Look()
    accuracy, energy = nv.metric(data, "accuracy"), nv.metric(data, "machines/sample_j")
    figure, panels = plt.subplots(1, 3, figsize=(12, 3.8), sharey=True, constrained_layout=True)
    for technology in accuracy.technology.values:
        for cell in accuracy.tried_cell_bits.values:
            at = {"technology": technology, "tried_cell_bits": cell}
            one, cost = accuracy.sel(at), energy.sel(at)
            name = f"{technology}, {int(one.tried_rows)} rows, {cell} bit{'s' if cell > 1 else ''} a cell"
            for axes, sigma in zip(panels, one.cell_sigma.values):
                axes.plot(one.tried_adc_bits, 100 * one.sel(cell_sigma=sigma), **looks.line(name), label=name)
            panels[2].plot(1e6 * cost, 100 * one.isel(cell_sigma=0), **looks.line(name))
    for axes, sigma in zip(panels, accuracy.cell_sigma.values):
        axes.set_title(f"cells spread by {100 * sigma:g} % of their range", fontsize=9)
        axes.set_xlabel("bits of a converter")
    panels[2].set_title("no spread", fontsize=9)
    panels[2].set_xscale("log")
    panels[2].set_xlabel("energy of hand detection [uJ]")
    panels[0].set_ylabel("digits recognised [%]")
    panels[0].legend(fontsize=7)
    return figure


def draw(hypervectors, rules, settings, cells, winograd, bits, converters):
    return {"hdc_faults": draw_hypervectors(hypervectors), "learning_rules": draw_rules(rules),
            "learning_settings": draw_settings(settings),
            "cell_accuracy": draw_cells(cells), "winograd_bits": draw_winograd(winograd),
            "operand_bits": draw_bits(bits), "crossbar_bits": draw_converters(converters)}


if __name__ == "__main__":
    fig.command(draw, __doc__, "hdc_faults", "learning_rules", "learning_settings", "cell_accuracy",
                "winograd_bits", "operand_bits", "crossbar_bits")
