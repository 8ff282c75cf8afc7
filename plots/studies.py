#!/usr/bin/python3
"""One figure for each of the other studies: accelerators, carbon, cloud, edge, reliability,
computing in memory, crossbars, hypervectors.  A row of the table describes a study: file, metric,
x axis, the axis with a line per value, and the axis with a panel per value."""
import argparse
import pathlib
import re
import textwrap

import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt

STUDIES = {
    # name: (file, metric, x, line, panel, selection).  "over" in the selection names a baseline: its
    # metric over each point's is drawn, so above 1 is better.
    "xr_power": ("xr_inference_rate", "mean_power_w", "inference_hz", "technology",
                 "machine", {"placement": "weights", "roadmap": "lop",
                                 "temperature_k": 300,
                                 "workload": "hand-detection-surrogate"}),
    "xr_saving": ("xr_inference_rate", "sample_j", "inference_hz", "machine",
                  "temperature_k", {"placement": "all", "roadmap": "lop",
                                    "workload": "hand-detection-surrogate",
                                    "technology": "vgsot-mram",
                                    "over": ("technology", "sram")}),
    "xr_nodes_energy": ("xr_nodes", "sample_j", "node_m", "technology", "roadmap",
                        {"placement": "weights", "machine": "xr-eyeriss",
                         "workload": "hand-detection-surrogate"}),
    "xr_platforms": ("xr_platforms", "sample_j", "machine", "technology",
                     "placement", {}),
    "systolic_buffers": ("systolic_shapes", "sample_edp_js", "buffer_bytes", "technology",
                         "dataflow", {"workload": "resnet50", "pe_rows": 32,
                                      "pe_columns": 32}),
    "systolic_shapes": ("systolic_shapes", "utilization", "pe_rows", "pe_columns",
                        "dataflow", {"workload": "resnet50", "technology": "sram",
                                     "buffer_bytes": 65536}),
    "eie_queue_depth": ("eie_queue_depth", "utilization", "queue_depth", "layer", None, {}),
    "eie_pes": ("eie_pes", "latency_s", "pe_columns", "layer", None,
                {"over": ("pe_columns", 1)}),
    "eie_sram_width": ("eie_sram_width", "sample_j", "word_bits", "technology", "layer",
                       {"layer": [1, 4, 9]}),
    "winograd_networks": ("winograd_networks", "latency_s", "workload", "tile", "batch",
                          {"technology": "sram", "over": ("tile", "direct")}),
    "winograd_layers": ("winograd_layers", "latency_s", "layer", "tile", "workload",
                        {"over": ("tile", "direct")}),
    "carbon_nodes": ("carbon_nodes", "cpa_kg_per_m2", "node_m", "fab", "fab_grid",
                     {"fab_abatement": 0.97, "fab_grid": ["taiwan", "europe", "wind"]}),
    "carbon_share": ("carbon_share", "device_embodied_share", "utilisation", "grid_region",
                     None, {"device": "gpu-training-server",
                            "optimisations": 0, "lifetime_s": 126230400}),
    "carbon_cache": ("carbon_cache", "carbon_kg", "capacity_bytes", "technology",
                     "grid_region", {"workload": "alexnet", "device": "nothing",
                                     "utilisation": 0.45, "lifetime_s": 126230400,
                                     "grid_region": ["iceland", "usa", "coal"]}),
    "cloud_stalls": ("cloud_stalls", "interconnect_stall", "workload", "instance", "batch",
                     {}),
    "cloud_scaling_time": ("cloud_scaling", "epoch_s", "instances", "instance", "workload",
                           {"allreduce": "hierarchical", "overlap": "yes",
                            "bucket_bytes": 26214400}),
    "cloud_scaling_price": ("cloud_scaling", "epoch_usd", "instances", "instance", "workload",
                            {"allreduce": "hierarchical", "overlap": "yes",
                             "bucket_bytes": 26214400}),
    "edge_crossover": ("edge_rates", "average_power_w", "inference_hz", "technology",
                       "machine", {"workload": "mobilenet-v2", "idle": "gate",
                                       "node_m": 28e-9, "site": "coin-cell"}),
    "edge_video_power": ("edge_video", "device_w", "video_pipeline", "technology", "video",
                         {"site": "smart-glasses", "machine": "simba-like",
                          "node_m": 28e-9}),
    "edge_video_result": ("edge_video", "result_s", "video_pipeline", "machine", "video",
                          {"site": "smart-glasses", "technology": "stt-mram",
                           "node_m": 28e-9}),
    "reliability_lifetime": ("reliability_wear", "wear_lifetime_s", "technology", "levelling",
                             None, {"ecc": "none", "lifetime_s": 86400.0, "fit_target": 1e9,
                                    "write_error_rate": 0.0, "workload": "alexnet"}),
    "reliability_scrub": ("reliability_wear", "scrub_w", "technology", "ecc", "temperature_k",
                          {"levelling": "start_gap", "lifetime_s": 86400.0,
                           "fit_target": 1e9, "write_error_rate": 0.0,
                           "workload": "alexnet"}),
    "robust_networks_energy": ("robust_networks", "energy_j", "workload",
                               "technology", "machine",
                               {"batch": 1, "capacity_bytes": 3145728}),
    "robust_networks_time": ("robust_networks", "latency_s", "workload", "technology",
                             "machine", {"batch": 1, "capacity_bytes": 3145728}),
    "edge_rates": ("edge_rates", "battery_life_s", "inference_hz", "technology",
                   "machine", {"workload": "mobilenet-v2", "idle": "gate",
                                   "node_m": 28e-9, "site": "coin-cell"}),
    "cim_simdram": ("cim_simdram", "lanes_hz", "precision_bits", "operation", "machine",
                    {"active_banks": 1}),
    "crossbar_epoch_time": ("crossbar_cells", "epoch_s", "node_m", "technology",
                            "learning", {"pipeline": "layers"}),
    "crossbar_epoch_energy": ("crossbar_cells", "epoch_j", "node_m", "technology",
                              "learning", {"pipeline": "layers"}),
    "crossbar_converters": ("crossbar_converters", "epoch_j", "adc_bits",
                            "cell_bits", "rows",
                            {"technology": "fefet", "adc_columns": 8,
                             "rows": [32, 128, 512],
                             "adc_bits": [3, 4, 5, 6, 7, 8]}),
    "crossbar_depth_time": ("crossbar_depth", "latency_s", "workload", "learning",
                            "pipeline", {}),
    "crossbar_depth_area": ("crossbar_depth", "area_m2", "workload", "learning",
                            "pipeline", {}),
    "crossbar_wear": ("crossbar_wear", "endurance_share", "batch", "technology",
                      "update_share", {"update_pulses": 1}),
    "crossbar_inference": ("crossbar_inference", "throughput_hz", "workload", "technology",
                           "pipeline", {"batch": 16}),
    "hdc_tracks_time": ("hdc_tracks", "text_s", "domains", "span", "technology",
                        {"ngram": 4, "dimension": 10000}),
    "hdc_tracks_energy": ("hdc_tracks", "text_j", "domains", "span", "technology",
                          {"ngram": 4, "dimension": 10000}),
    "hdc_machines": ("hdc_machines", "text_j", "node_m", "technology", "hdc",
                     {"classes": 21, "dimension": 10000}),
}


def chosen(array, selection):
    """The part of the array that a study shows; axes that it does not name are at their first
    value."""
    for axis, value in selection.items():
        if axis not in array.dims or axis == "over":
            continue
        values = np.atleast_1d(value)
        if array[axis].dtype.kind == "f":
            at = [int(np.abs(array[axis].values - v).argmin()) for v in values]
            array = array.isel({axis: at})
        else:
            array = array.sel({axis: list(values)})
        if np.ndim(value) == 0:
            array = array.squeeze(axis)
    return array


def layer_names(data, workload):
    """Names of a network's computing layers from the records in the file, in the order of the axis
    `layer`; 0 is the whole network."""
    record = re.search(r'workload \{\s*name = "%s";.*?\n\}' % re.escape(workload),
                       data.nvsweep.records, re.S)
    kinds = "convolution|transposed-convolution|fully-connected|gemm|attention"
    return {0: "all", **dict(enumerate(
        re.findall(r'name = "([^"]+)"; kind = "(?:%s)"' % kinds, record.group(0)), 1))}


# Where the description that a file holds of an axis or a metric is a sentence rather than a label.
SHORT = {
    "machine": "Machine", "operation": "Operation", "learning": "Errors reach layers by",
    "pipeline": "Pipeline", "adc_bits": "Bits of a converter", "cell_bits": "Bits of a cell",
    "rows": "Rows", "update_share": "Share of cells updated", "batch": "Batch",
    "tile": "Winograd's outputs\nper side of a tile", "domains": "Domains of a track",
    "span": "Domains between\nthe ports that read", "placement": "NVM holds",
    "dataflow": "Dataflow", "precision_bits": "Bits of an operand", "carbon_kg": "Carbon of a batch",
    "sample_j": "Energy of an inference", "latency_s": "Time of a batch", "levelling": "Wear levelling",
    "energy_j": "Energy of a batch", "mean_power_w": "Power of the chip", "utilization": "Utilization of the PEs",
    "device_embodied_share": "Embodied share of the device's carbon",
    "sample_edp_js": "Energy-delay product of an inference",
    "endurance_share": "Share of a cell's endurance\nused in an epoch",
    "epoch_j": "Energy of an epoch", "epoch_s": "Time of an epoch",
    "temperature_k": "Temperature", "layer": "Layer", "technology": "Memory technology",
}
NAMED = ("pipeline", "placement", "learning", "dataflow")  # panels whose values do not speak


def words(array):
    """A short label: the beginning of the metric's description, or the dataset's name."""
    if array.name in SHORT:
        return SHORT[array.name]
    text = array.attrs.get("long_name", array.name).split(";")[0].split(" (")[0]
    if "_" in text or "/" in text:
        text = array.name.replace("_", " ")
    return textwrap.fill(text[0].upper() + text[1:], 34)


def said(array, value):
    """A value of an axis as text."""
    if array.dtype.kind in "OU":
        return str(value)
    return nv.quantity(float(value), array.attrs.get("units", "1"))


def value_axis(axes, values):
    """Makes a logarithmic axis with the sweep's values as ticks."""
    axes.set_xscale("log")
    least = (values.values.max() / values.values.min()) ** (1 / 8)
    at = [values.values[0]]
    for value in values.values[1:]:  # those that would stand in each other are left out
        if max(value / at[-1], at[-1] / value) >= least:
            at.append(value)
    axes.set_xticks(at, [said(values, v) for v in at], rotation=30)
    axes.xaxis.set_minor_locator(fig.matplotlib.ticker.NullLocator())
    axes.set_xlabel(words(values))


def mark_published(axes, array, stem, x, panel):
    """Draws published values of the metric at their x in their panel, or a line for a maximum."""
    for figure in nv.published(metric=array.name):
        if figure["sweep"] not in ("", f"{stem}.cfg") or figure["baseline"]:
            continue
        place = nv.setting(figure, x.removesuffix("_m"))
        where = [text.split("=", 1) for text in figure["where"]]
        value = figure["published"] / array.attrs["factor"]
        if figure["reduce"] == "max" and not where:
            axes.axhline(value, color="black", ls=":", lw=1, label="published: the largest")
        elif place and x == "node_m" and (not panel or list(panel) in where):
            fig.published_mark(axes, float(place.split()[0]) * 1e-9, value, figure["grade"])


def draw_line(axes, one, x, look, name):
    if one[x].dtype.kind in "OU":
        axes.plot(np.arange(one.sizes[x]), one, label=name, **{**look, "ls": ""})
    else:
        axes.plot(one[x], one, label=name, **look)


def dress(axes, array, x):
    if array[x].dtype.kind in "OU":
        axes.set_xticks(np.arange(array.sizes[x]), array[x].values, rotation=40, ha="right")
    elif x == "layer":
        axes.set_xlabel("Layer (0: all)")
    elif x in ("capacity_bytes", "buffer_bytes"):
        fig.capacity_axis(axes, array[x].values)
    else:
        value_axis(axes, array[x])
    if float(array.min()) > 0 and float(array.max()) > 10 * float(array.min()):
        fig.log_y(axes)


def draw_study(data, stem, metric, x, line, panel, selection):
    array = nv.metric(data, metric)
    label = words(array)
    if "over" in selection:
        axis, value = selection["over"]
        array = array.sel({axis: value}, drop=True) / array
        array.attrs = {"units": "1"}
        base = "the first" if axis == x else value
        label = textwrap.fill(f"{label}: {base} over this one", 34)
    array = chosen(array, selection)
    for axis in (line, panel):
        if axis and axis not in array.dims:
            array = array.expand_dims(axis)
    extra = [axis for axis in array.dims if axis not in (x, line, panel)]
    array = nv.scaled(array.isel({axis: 0 for axis in extra}))
    if "layer" in (line, panel) and data.workload.size == 1:
        names = layer_names(data, str(np.ravel(data.workload.values)[0]))
        array = array.assign_coords(layer=[names.get(int(n), str(n))
                                           for n in array.layer.values])
    panels = array[panel].values if panel else [None]
    looks = fig.Look()
    figure, all_axes = plt.subplots(1, len(panels), sharey=True, squeeze=False,
                                    figsize=(1.8 + 2.9 * len(panels), 3.3),
                                    constrained_layout=True)
    for axes, value in zip(all_axes[0], panels):
        part = array.sel({panel: value}) if panel else array
        for name in part[line].values:
            draw_line(axes, part.sel({line: name}), x, looks.line(name),
                      said(array[line], name))
        dress(axes, array, x)
        if "over" not in selection:
            mark_published(axes, array, stem, x, (panel, str(value)) if panel else None)
        if len(panels) > 1:
            is_bare = panel in NAMED or array[panel].dtype.kind not in "OU" and \
                array[panel].attrs.get("units", "1") == "1"
            named = f"{words(array[panel])}: " if is_bare else ""
            axes.set_title((named + said(array[panel], value)).replace("_", " "))
    all_axes[0][0].set_ylabel(nv.label(array, label))
    fig.legend(figure, all_axes, words(array[line]))
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="?", default=str(fig.ROOT / "build" / "results"))
    folder = pathlib.Path(parser.parse_args().results)
    drawn = 0
    for name, (stem, *study) in STUDIES.items():
        path = folder / f"{stem}.h5"
        if path.is_file():
            data = nv.open(path)
            if not fig.is_finished(path, data):
                continue
            fig.save(draw_study(data, stem, *study), name, [data.nvsweep.attribute("nvsweep_commit")])
            drawn += 1
    return 0 if drawn else 2


if __name__ == "__main__":
    raise SystemExit(main())
