#!/usr/bin/python3
"""One figure for each of the studies beside DeepNVM++: accelerators, carbon, cloud, edge,
uncertainty, computing in memory, crossbars, hypervectors.  A study is a row of the table: which file, which metric,
along which axis, a line per value of which axis, a panel per value of which."""
import argparse
import pathlib
import re

import numpy as np

import figure as fig
import nvsweep_plots as nv

plt = fig.plt

STUDIES = {
    # name: (file, metric, x, line, panel, selection); "over" in the selection: the metric
    # at that value of that axis over the metric, so above 1 is better
    "xr_power": ("xr_inference_rate", "chip_power_w", "inference_hz", "technology",
                 "accelerator", {"placement": "weights", "roadmap": "lop",
                                 "temperature_k": 300,
                                 "workload": "hand-detection-surrogate"}),
    "xr_saving": ("xr_inference_rate", "inference_j", "inference_hz", "accelerator",
                  "temperature_k", {"placement": "all", "roadmap": "lop",
                                    "workload": "hand-detection-surrogate",
                                    "technology": "vgsot-mram",
                                    "over": ("technology", "sram")}),
    "xr_nodes_energy": ("xr_nodes", "inference_j", "node_m", "technology", "roadmap",
                        {"placement": "weights", "accelerator": "xr-eyeriss",
                         "workload": "hand-detection-surrogate"}),
    "xr_platforms": ("xr_platforms", "inference_j", "accelerator", "technology",
                     "placement", {}),
    "systolic_buffers": ("systolic_shapes", "chip_edp_js", "buffer_bytes", "technology",
                         "dataflow", {"workload": "resnet50", "pe_rows": 32,
                                      "pe_columns": 32}),
    "systolic_shapes": ("systolic_shapes", "utilization", "pe_rows", "pe_columns",
                        "dataflow", {"workload": "resnet50", "technology": "sram",
                                     "buffer_bytes": 65536}),
    "eie_queue_depth": ("eie_queue_depth", "utilization", "queue_depth", "layer", None, {}),
    "eie_pes": ("eie_pes", "latency_s", "pe_columns", "layer", None,
                {"over": ("pe_columns", 1)}),
    "eie_sram_width": ("eie_sram_width", "inference_j", "word_bits", "technology", "layer",
                       {"layer": [1, 4, 9]}),
    "winograd_networks": ("winograd_networks", "latency_s", "workload", "tile", "batch",
                          {"technology": "sram", "over": ("tile", "direct")}),
    "winograd_layers": ("winograd_layers", "latency_s", "layer", "tile", "workload",
                        {"over": ("tile", "direct")}),
    "carbon_share": ("carbon_share", "device_embodied_share", "utilisation", "grid_region",
                     "optimisations", {"device": "gpu-training-server",
                                       "optimisations": [0], "lifetime_s": 126230400}),
    "carbon_cache": ("carbon_cache", "carbon_kg", "capacity_bytes", "technology",
                     "grid_region", {"workload": "alexnet", "device": "nothing",
                                     "utilisation": 0.45, "lifetime_s": 126230400,
                                     "grid_region": ["iceland", "usa", "coal"]}),
    "cloud_stalls": ("cloud_stalls", "interconnect_stall", "workload", "instance", "batch",
                     {}),
    "edge_rates": ("edge_rates", "battery_life_s", "inference_hz", "technology",
                   "accelerator", {"workload": "mobilenet-v2", "idle": "gate",
                                   "node_m": 28e-9, "site": "coin-cell"}),
    "cim_simdram": ("cim_simdram", "operation_hz", "precision_bits", "operation", "cim",
                    {"units": 1}),
    "crossbar_epoch_time": ("crossbar_cells", "crossbar_epoch_s", "node_m", "technology",
                            "learning", {"pipeline": "layers"}),
    "crossbar_epoch_energy": ("crossbar_cells", "crossbar_epoch_j", "node_m", "technology",
                              "learning", {"pipeline": "layers"}),
    "crossbar_converters": ("crossbar_converters", "crossbar_epoch_j", "adc_bits",
                            "cell_bits", "crossbar_rows",
                            {"technology": "fefet", "adc_columns": 8,
                             "crossbar_rows": [32, 128, 512],
                             "adc_bits": [3, 4, 5, 6, 7, 8]}),
    "crossbar_depth_time": ("crossbar_depth", "crossbar_s", "workload", "learning",
                            "pipeline", {}),
    "crossbar_depth_area": ("crossbar_depth", "crossbar_area_m2", "workload", "learning",
                            "pipeline", {}),
    "crossbar_wear": ("crossbar_wear", "crossbar_endurance_share", "batch", "technology",
                      "update_share", {"update_pulses": 1}),
    "crossbar_inference": ("crossbar_inference", "crossbar_hz", "workload", "technology",
                           "pipeline", {"batch": 16}),
    "hdc_tracks_time": ("hdc_tracks", "hdc_text_s", "domains", "span", "technology",
                        {"ngram": 4, "dimension": 10000}),
    "hdc_tracks_energy": ("hdc_tracks", "hdc_text_j", "domains", "span", "technology",
                          {"ngram": 4, "dimension": 10000}),
    "hdc_machines": ("hdc_machines", "hdc_text_j", "node_m", "technology", "hdc",
                     {"classes": 21, "dimension": 10000}),
}


def chosen(array, selection):
    """The part of the array a study shows; axes it does not name at their first value."""
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
    """Names of a network's computing layers as the axis `layer` numbers them, from the
    records in the file; 0 is the network."""
    record = re.search(r'workload \{\s*name = "%s";.*?\n\}' % re.escape(workload),
                       data.attrs["library_records"], re.S)
    kinds = "convolution|transposed-convolution|fully-connected|gemm|attention"
    return {0: "all", **dict(enumerate(
        re.findall(r'name = "([^"]+)"; kind = "(?:%s)"' % kinds, record.group(0)), 1))}


def words(name):
    """A short label: the dataset's name without its unit."""
    parts = name.split("_")
    units = {"s", "j", "w", "m", "k", "hz", "bytes", "bits", "kg", "js"}
    return " ".join(parts[:-1] if parts[-1] in units and len(parts) > 1 else parts)


def value_axis(axes, values, name):
    """A logarithmic axis whose ticks are the sweep's own values."""
    axes.set_xscale("log")
    at = values.values[:: max(1, -(-values.size // 6))]
    axes.set_xticks(at, [nv.quantity(float(v), values.attrs.get("units", "1")) for v in at],
                    rotation=30)
    axes.xaxis.set_minor_locator(fig.matplotlib.ticker.NullLocator())
    axes.set_xlabel(words(name))


def draw_study(data, metric, x, line, panel, selection):
    array = nv.metric(data, metric)
    if "over" in selection:
        axis, value = selection["over"]
        array = array.sel({axis: value}, drop=True) / array
        array.attrs = {"units": "1"}
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
                                    figsize=(1.4 + 2.9 * len(panels), 3.1),
                                    constrained_layout=True)
    is_text = array[x].dtype.kind in "OU"
    for axes, value in zip(all_axes[0], panels):
        part = array.sel({panel: value}) if panel else array
        for name in part[line].values:
            one = part.sel({line: name})
            at = np.arange(one.sizes[x]) if is_text else one[x]
            axes.plot(at, one, **looks.line(name, **({"ls": ""} if is_text else {})),
                      label=str(name))
        if is_text:
            axes.set_xticks(np.arange(array.sizes[x]), array[x].values, rotation=40,
                            ha="right")
        elif x == "layer":
            axes.set_xlabel("layer (0: all)")
        elif x in ("capacity_bytes", "buffer_bytes"):
            fig.capacity_axis(axes, array[x].values)
        else:
            value_axis(axes, array[x], x)
        if panel:
            axes.set_title(f"{value}" if array[panel].dtype.kind in "OU"
                           else f"{words(panel)} "
                           f"{nv.quantity(float(value), array[panel].attrs.get('units', '1'))}")
        if float(array.min()) > 0 and float(array.max()) > 10 * float(array.min()):
            fig.log_y(axes)
    label = nv.label(array, words(metric))
    if "over" in selection:
        label = f"{words(metric)}, {selection['over'][1]} over it"
        if selection["over"][0] == x:
            label = f"{words(metric)}, smallest over it"
    all_axes[0][0].set_ylabel(label)
    handles, labels = all_axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="center left", bbox_to_anchor=(1, 0.5), title=line)
    return figure


def draw_uncertainty(data):
    """Median and the middle 90 % of the samples, and which parameter decides."""
    looks = fig.Look()
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.3), constrained_layout=True)
    middle, low, high = (nv.metric(data, f"edp_{q}_js") for q in (50, 5, 95))
    for name in middle.technology.values:
        pick = {axis: 0 for axis in middle.dims if axis not in ("technology", "capacity_bytes")}
        one, under, above = (q.isel(pick).sel(technology=name) for q in (middle, low, high))
        look = looks.line(name)
        left.plot(one.capacity_bytes, one, label=str(name), **look)
        left.fill_between(one.capacity_bytes, under, above, color=look["color"], alpha=0.2)
    left.set_yscale("log")
    fig.capacity_axis(left, middle.capacity_bytes.values)
    left.set_ylabel(nv.label(middle))
    left.legend(fontsize=7)
    index = nv.metric(data, "first_order_index")
    others = {axis: 0 for axis in index.dims
              if axis not in ("technology", "capacity_bytes", "parameter")}
    index = index.isel(others).mean("capacity_bytes").fillna(0)
    bottom = np.zeros(index.sizes["technology"])
    names = re.findall(r'name = "(\w+)"; low', data.attrs["library_records"])
    for number in range(index.sizes["parameter"]):
        part = index.isel(parameter=number).values
        if part.max() > 0.02:
            name = names[number] if number < len(names) else str(number)
            right.barh(index.technology.values, part, left=bottom, label=name,
                       **fig.Look.bar(looks, name))
            bottom = bottom + part
    right.set_xlabel("share of the variance of EDP a parameter alone explains")
    right.legend(fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="?", default=str(nv.ROOT / "build" / "results"))
    folder = pathlib.Path(parser.parse_args().results)
    drawn = 0
    for name, (stem, *study) in STUDIES.items():
        path = folder / f"{stem}.h5"
        if path.is_file():
            data = nv.open_results(path)
            fig.save(draw_study(data, *study), name, [data.attrs.get("nvsweep_commit", "")])
            drawn += 1
    path = folder / "uncertainty_technology.h5"
    if path.is_file():
        data = nv.open_results(path)
        fig.save(draw_uncertainty(data), "uncertainty_technology")
        drawn += 1
    return 0 if drawn else 2


if __name__ == "__main__":
    raise SystemExit(main())
