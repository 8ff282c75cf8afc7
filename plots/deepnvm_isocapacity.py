#!/usr/bin/python3
"""DeepNVM++'s iso-capacity figures: dynamic and leakage energy, total energy and EDP of
STT and SOT MRAM over SRAM, by network and phase, and the energy's breakdown."""
import figure as fig
import isostudy


def draw(data):
    return isostudy.draw(data, "deepnvm_isocapacity", "Iso-capacity, 3 MiB")


if __name__ == "__main__":
    fig.command(draw, __doc__, "deepnvm_isocapacity")
