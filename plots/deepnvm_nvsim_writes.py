#!/usr/bin/python3
"""The iso-capacity and iso-area figures with the published array tool's accounting of cache
writes, which DeepNVM++ used: a write's cell energy is divided by the associativity."""
import figure as fig
import isostudy


def draw(isocapacity, isoarea):
    return {
        **isostudy.draw(isocapacity, "deepnvm_isocapacity_nvsim_writes",
                        "Iso-capacity, 3 MiB, the tool's write energy"),
        **isostudy.draw(isoarea, "deepnvm_isoarea_nvsim_writes",
                        "Iso-area, the tool's write energy"),
    }


if __name__ == "__main__":
    fig.command(draw, __doc__, "deepnvm_isocapacity_nvsim_writes", "deepnvm_isoarea_nvsim_writes")
