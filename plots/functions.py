#!/usr/bin/python3
"""Functions by networks in crossbars: their error beside the energy of an operation, over weight
bits and width, with weights rounded after the training and in it."""
import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt
WIDTH = 64
SHOWN = ("square_root", "exponential", "gelu", "reciprocal", "squash", "softmax")


def draw_energy(axes, share, energy, looks):
    for name in SHOWN:
        one = {"operation": name, "width": WIDTH}
        axes.plot(1e9 * energy.sel(**one), share.sel(approximation="functions-aware", **one),
                  **looks.line(name), label=name.replace("_", " "))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("energy of an operation [nJ]")
    axes.set_ylabel("mean squared error over variance")
    axes.set_title(f"4 to 16 bits along each line, {WIDTH} units", fontsize=9)
    axes.legend(fontsize=7)


def draw_bits(axes, errors, looks):
    for width in (8, 32, 128):
        for name, style in (("functions", ":"), ("functions-aware", "-")):
            words = f"{width} units, rounded {'in' if name != 'functions' else 'after'} training"
            axes.plot(errors.precision_bits, errors.sel(operation="gelu", width=width, approximation=name),
                      label=words, **dict(looks.line(str(width)), ls=style))
    axes.set_yscale("log")
    axes.set_xlabel("bits of weights and inputs")
    axes.set_ylabel("mean squared error of GELU, -4 to 4")
    axes.legend(fontsize=7)


def draw(data):
    share, errors, energy = (nv.metric(data, name).squeeze(drop=True) for name in (
        "function_variance_share", "function_mse", "lane_j"))
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8), constrained_layout=True)
    draw_energy(left, share, energy, fig.Look())
    draw_bits(right, errors, fig.Look())
    least = float(np.nanmin(share.sel(operation="softmax")))
    figure.suptitle(f"Networks that learnt functions, in crossbars (softmax of 64 keeps {least:.0%} of its variance at best)",
                    fontsize=10)
    return {"neon_functions": figure}


if __name__ == "__main__":
    fig.command(draw, __doc__, "neon_functions")
