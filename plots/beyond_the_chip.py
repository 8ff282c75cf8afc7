#!/usr/bin/python3
"""What is around the chip, by what it consists of: a training step by its stalls, a model's life
by its phases, video by its steps, a detector by the layer after which it leaves the device."""
import numpy as np

import figure as fig
import nvsweep as nv

plt = fig.plt


def at(data, metric, **selection):
    """The metric at values of its axes, the others at their first."""
    array = nv.metric(data, metric)
    for axis, value in selection.items():
        if axis not in array.dims:
            continue
        if array[axis].dtype.kind in "fiu" and not isinstance(value, (list, str)):
            array = array.isel({axis: int(np.abs(array[axis].values - value).argmin())})
        else:
            array = array.sel({axis: value})
    return array


def first(array, *kept):
    return array.isel({axis: 0 for axis in array.dims if axis not in kept})


def stacked(axes, array, x, parts, looks, factor=1.0):
    """A bar per value of x, one part on the other; what cannot be stays empty."""
    bottom = np.zeros(array.sizes[x])
    for part in array[parts].values:
        height = np.nan_to_num(array.sel({parts: part}).values) * factor
        axes.bar(np.arange(array.sizes[x]), height, bottom=bottom, width=0.75,
                 label=str(part).replace("_", " "), **looks.bar(part))
        bottom += height
    for i, value in enumerate(array.isel({parts: 0}).values):
        if np.isnan(value):
            axes.text(i, 0, "cannot be", rotation=90, ha="center", va="bottom", size=7,
                      color=fig.GREY)
    axes.set_xticks(np.arange(array.sizes[x]))
    axes.grid(axis="x", visible=False)


def ticks(axes, names, rotation=40):
    axes.set_xticklabels(names, rotation=rotation, ha="right" if rotation else "center")


def panels(count, height=3.4, width=3.0, sharey=True):
    return plt.subplots(1, count, sharey=sharey, squeeze=False,
                        figsize=(1.4 + width * count, height), constrained_layout=True)


def draw_stalls(data):
    networks = ["squeezenet", "resnet18", "resnet50", "alexnet", "vgg11"]
    array = first(at(data, "step_part_s", batch=32), "instance", "workload", "step_part")
    looks = fig.Look()
    figure, all_axes = panels(len(networks), width=2.3)
    for axes, network in zip(all_axes[0], networks):
        part = array.sel(workload=network)
        share = part / part.sum("step_part")
        stacked(axes, share, "instance", "step_part", looks, 100)
        ticks(axes, part.instance.values, 60)
        axes.set_title(f"{network}, 32 images a GPU")
    all_axes[0][0].set_ylabel("Time of a training step in %")
    fig.legend(figure, all_axes, stacked=True)
    return figure


def draw_links(data):
    networks = [str(name) for name in data.workload.values]
    array = at(data, "step_s", batch=32, instances=4, gpu_share=0.624)
    looks = fig.Look()
    figure, all_axes = panels(len(networks), sharey=False)
    for axes, network in zip(all_axes[0], networks):
        part = first(array.sel(workload=network), "link", "network")
        for link in part.link.values:
            axes.plot(part.network / 0.125e9, part.sel(link=link) * 1e3,
                      label=f"{link / 1e9:g} GB/s", **looks.line(link))
        axes.set_xscale("log")
        axes.set_xticks(part.network.values / 0.125e9,
                        [f"{v:g}" for v in part.network.values / 0.125e9])
        axes.xaxis.set_minor_locator(fig.matplotlib.ticker.NullLocator())
        axes.set_ylim(bottom=0)
        axes.set_xlabel("Network in Gbit/s")
        axes.set_title(f"{network}, four p3.16xlarge")
    all_axes[0][0].set_ylabel("Training step in ms")
    fig.legend(figure, all_axes, "Between GPUs")
    return figure


def draw_life(data):
    lives = [str(name) for name in data.life.values]
    grids = [str(name) for name in data.grid_region.values]
    names = [name if len(name) < 16 else "great-britain" for name in grids]
    looks = fig.Look()
    figure, all_axes = panels(len(lives), sharey=False)
    where = {"work_hours": 24, "utilisation": 0.45}
    for axes, life in zip(all_axes[0], lives):
        for metric, offset in (("phase_operational_kg", -0.2), ("phase_embodied_kg", 0.2)):
            array = first(at(data, metric, life=life, **where), "grid_region", "life_phase")
            bottom = np.zeros(len(grids))
            for phase in array.life_phase.values:
                height = array.sel(life_phase=phase).values
                axes.bar(np.arange(len(grids)) + offset, height, 0.36, bottom=bottom,
                         label=str(phase) if offset < 0 else None, **looks.bar(phase))
                bottom += height
        axes.set_xticks(np.arange(len(grids)))
        ticks(axes, names)
        axes.grid(axis="x", visible=False)
        axes.set_title(life)
    all_axes[0][0].set_ylabel("kg of CO2: operation left, embodied right")
    fig.legend(figure, all_axes, stacked=True)
    return figure


def draw_hours(data):
    """The trade of waiting: cleaner hours against machines that idle."""
    grid = "great-britain-6-may-2020"
    figure, all_axes = panels(2, sharey=False)
    looks = fig.Look()
    for axes, metric in zip(all_axes[0], ("life_operational_kg", "life_embodied_kg")):
        array = first(at(data, metric, life="image-service", grid_region=grid),
                      "utilisation", "work_hours", "work_start")
        for use in array.utilisation.values:
            part = array.sel(utilisation=use)
            axes.plot(part.work_start, part.sel(work_hours=8), label=f"{use:g}",
                      **looks.line(use))
            axes.axhline(float(part.sel(work_hours=24)[0]), lw=1, ls=":",
                         color=looks[use]["color"])
        axes.set_xlabel("Eight hours from this one on (dotted: all day)")
        axes.set_xticks(array.work_start.values)
        axes.set_ylim(bottom=0)
    all_axes[0][0].set_ylabel("Operational carbon of a life in kg")
    all_axes[0][1].set_ylabel("Embodied carbon of a life in kg")
    fig.legend(figure, all_axes, "Utilisation")
    return figure


def draw_video(data):
    videos = [str(name) for name in data.video.values]
    looks = fig.Look()
    figure, all_axes = plt.subplots(2, len(videos), squeeze=False,
                                    figsize=(1.4 + 3 * len(videos), 6),
                                    constrained_layout=True)
    where = {"site": "street-camera", "technology": "stt-mram", "machine": "simba-like",
             "node_m": 28e-9}
    for column, video in enumerate(videos):
        for row, (metric, factor) in enumerate((("result_step_s", 1e3), ("device_step_w", 1e3))):
            axes = all_axes[row][column]
            array = first(at(data, metric, video=video, **where), "video_pipeline",
                          "video_step")
            stacked(axes, array, "video_pipeline", "video_step", looks, factor)
            ticks(axes, array.video_pipeline.values if row else [])
            if not row:
                axes.set_title(video)
    all_axes[0][0].set_ylabel("Time to tracked objects in ms")
    all_axes[1][0].set_ylabel("Power of the device by step in mW")
    fig.legend(figure, all_axes, stacked=True)
    return figure


def draw_split(data):
    machines = [str(name) for name in data.machine.values]
    looks = fig.Look()
    figure, all_axes = panels(len(machines))
    for axes, machine in zip(all_axes[0], machines):
        array = first(at(data, "result_step_s", machine=machine, site="street-camera",
                         technology="stt-mram"), "cut_layer", "video_step")
        stacked(axes, array, "cut_layer", "video_step", looks, 1e3)
        ticks(axes, [int(v) for v in array.cut_layer.values], 0)
        axes.set_xlabel("Layers on the device")
        axes.set_title(machine)
    all_axes[0][0].set_ylabel("Time to tracked objects in ms")
    fig.legend(figure, all_axes, stacked=True)
    return figure


def draw(stalls, links, life, video, split):
    return {"cloud_steps": draw_stalls(stalls), "cloud_links": draw_links(links),
            "carbon_life": draw_life(life), "carbon_hours": draw_hours(life),
            "edge_video_steps": draw_video(video), "edge_split": draw_split(split)}


if __name__ == "__main__":
    raise SystemExit(fig.command(draw, __doc__, "cloud_stalls", "cloud_links", "carbon_life",
                                 "edge_video", "edge_split"))
