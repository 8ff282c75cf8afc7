#!/usr/bin/python3
"""Latency, leakage per MiB and area per MiB of SRAM, MRAM and dynamic cells from 64 KiB to 1 GiB, with
a column per process node and measured silicon as marks."""
import figure as fig
import nvsweep as nv
from matplotlib.lines import Line2D

plt = fig.plt

METRICS = (("read_latency_s", "Read latency", False), ("leakage_w", "Leakage", True),
           ("area_m2", "Area", True))
MIB = 2.0**20
NAMES = {"sram": "SRAM", "stt-mram": "STT-MRAM", "sot-mram": "SOT-MRAM", "edram": "eDRAM",
         "edram-3t": "gain cell"}
FAMILIES = (("sram", "sram"), ("stt", "stt-mram"), ("edram", "edram"),
            ("gain-cell", "edram-3t"))
NANOMETRES = {"nm": 1e-9}
BYTES = {"B": 1.0, "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30}
MARKS = {"a macro": "D", "SRAM in an ASIC": "s", "a last-level cache": "*"}


def _number(text, units):
    value, unit = text.split()
    return float(value) * units[unit]


def _silicon():
    """Published rows for the figure: metric, node, capacity, technology, kind and the row."""
    for row in nv.published("silicon"):
        technology = [name for start, name in FAMILIES
                      if row["name"].startswith(f"silicon-{start}-")]
        if not technology or row["name"].endswith("-least") or "test chip" in row["class"]:
            continue
        kind = ("a last-level cache" if "cache" in row["class"] else
                "SRAM in an ASIC" if "ASIC" in row["class"] else "a macro")
        yield (row["metric"], _number(nv.setting(row, "node"), NANOMETRES),
               _number(nv.setting(row, "capacity"), BYTES), technology[0], kind, row)


def _mark(axes, row, kind, x, y, look):
    hollow = row["grade"] in ("recalled", "headline")
    axes.plot(x, y, ls="", marker=MARKS[kind], ms=9 if kind == "a last-level cache" else 5.5,
              mec="black", mew=0.9, mfc="none" if hollow else look["color"], zorder=5)


def _legend(figure, looks, technologies):
    handles = [Line2D([], [], **looks.line(name, ms=4), label=NAMES.get(name, name))
               for name in technologies]
    handles += [Line2D([], [], ls="", marker=mark, ms=7, mfc="0.8", mec="black",
                       label=f"measured: {kind}") for kind, mark in MARKS.items()]
    figure.legend(handles=handles, loc="lower center", ncol=4, bbox_to_anchor=(0.5, -0.1))


def draw(data):
    share, rest = nv.done_share(data, "array")
    print(f"array points done: {share:.0%}; others: {rest or 'none'}")
    nodes = sorted(data.node_m.values, reverse=True)
    technologies = [str(name) for name in data.technology.values]
    silicon = list(_silicon())
    looks = fig.Look()
    figure, grid = plt.subplots(len(METRICS), len(nodes), figsize=(11, 7), sharex=True,
                                sharey="row", constrained_layout=True)
    for line, (name, words, per_mib) in zip(grid, METRICS):
        array = nv.metric(data, name)
        if per_mib:
            array = (array / (array.capacity_bytes / MIB)).assign_attrs(array.attrs)
        array = nv.scaled(array)
        for axes, node in zip(line, nodes):
            for technology in technologies:
                curve = array.sel(technology=technology, node_m=node)
                axes.plot(curve.capacity_bytes.astype(float), curve,
                          **looks.line(technology, ms=2.5, lw=1.1))
            for metric, at, capacity, technology, kind, row in silicon:
                if metric == name and abs(at / node - 1) < 1e-6:
                    value = row["published"] / array.attrs["factor"]
                    _mark(axes, row, kind, capacity,
                          value / (capacity / MIB) if per_mib else value, looks[technology])
            fig.log_y(axes)
            fig.capacity_axis(axes, array.capacity_bytes)
            if line is not grid[-1]:
                axes.set_xlabel("")
        units = array.attrs["units"] + ("/MiB" if per_mib else "")
        line[0].set_ylabel(f"{words} [{units}]")
    for axes, node in zip(grid[0], nodes):
        axes.set_title(nv.quantity(node, "m"))
    _legend(figure, looks, technologies)
    figure.suptitle("Caches as the defaults build them, beside silicon; latencies measured of caches "
                    "are load to use, of which the array is a part", fontsize=9)
    return {"array_nodes": figure}


if __name__ == "__main__":
    fig.command(draw, __doc__, "array_nodes")
