"""Opens result files as xarray datasets: each stage is masked by its status and read lazily."""
import os
import pathlib

import numpy as np
import pandas as pd
import xarray
from xarray.backends import BackendArray
from xarray.core import indexing

from . import compare, plots, program, units
from .version import LAYOUT

DONE = 1  # of the status datasets


class _Masked(BackendArray):
    """A metric that is NaN unless the point's status is done.  Only indexed parts are read."""

    def __init__(self, values, status):
        self.values, self.status = values, status
        self.shape, self.dtype = values.shape, np.dtype(float)

    def __getitem__(self, key):
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read)

    def _read(self, key):
        values = self.values[key].values.astype(float)
        done = self.status[key[:self.status.ndim]].values == DONE
        done = done.reshape(np.shape(done) + (1,) * (np.ndim(values) - np.ndim(done)))
        return np.where(done, values, np.nan)


def _group(path, group, engine):
    return xarray.open_dataset(path, engine=engine, group=group or None)


def _columns(path, stage, engine):
    """Paths of a stage's metrics: "area_m2" in the root group, "array/area_m2" in others."""
    with _group(path, f"run/{stage}", engine) as run:
        return run.attrs["columns"].split()


def _groups_of(path, stage, engine):
    """The groups that hold a stage's metrics; "" is the root."""
    return {column.rpartition("/")[0] for column in _columns(path, stage, engine)}


def _used(dataset):
    """The dataset without the labels ("unused.3") of elements that the sweep does not use."""
    for axis in list(dataset.dims):
        if axis in dataset.coords and dataset[axis].dtype.kind in "OU":
            used = [not str(label).startswith("unused.") for label in dataset[axis].values]
            if not all(used):
                dataset = dataset.isel({axis: used})
    return dataset


def _masked(dataset):
    """The dataset with metrics masked by the status.  Without the mask, pending points may have
    values other than NaN, in files that are being written or are larger than 16 MiB."""
    status = dataset.variables["status"]
    names = {}
    for name, variable in dataset.data_vars.items():
        if name != "status" and variable.dims[:status.ndim] == status.dims:
            data = indexing.LazilyIndexedArray(_Masked(variable.variable, status))
            names[name] = xarray.Variable(
                variable.dims, indexing.MemoryCachedArray(data), variable.attrs)
    masked = _used(dataset.assign(names))
    masked.set_close(dataset.close)
    return masked


def _single(path, stage, engine):
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; make it with: nvsweep run "
                                f"sweeps/{path.stem}.cfg -o {path}")
    root = _group(path, None, engine)
    layout = root.attrs.get("nvsweep_layout")
    if layout != LAYOUT:
        version = root.attrs.get("nvsweep_version")
        raise ValueError(f"{path}: " + (
            f"written by nvsweep {version}, whose files this package cannot read"
            if version or layout else "not a result file of nvsweep"))
    data = root
    if stage and stage != root.status.attrs["stage"]:
        root.close()
        data = _group(path, *_groups_of(path, stage, engine), engine)
    data = _masked(data)
    data.encoding["source"] = str(path)
    data.encoding["nvsweep_engine"] = engine
    return data


def _joined(parts):
    """Joins datasets along the axes in which they differ.  If they differ in none (the stage does
    not depend on these axes), the first one is returned."""
    first = parts[0]
    if all(part[axis].equals(first[axis]) for part in parts for axis in first.dims):
        return first
    return xarray.combine_by_coords(parts, combine_attrs="override", data_vars="all")


def open(path, stage=None, engine="netcdf4"):
    """Opens the results of a sweep's last stage, or of `stage`, as a lazy Dataset.  Metrics are NaN
    for points that are not done.  `data.nvsweep` gives access to the rest of the file.

    path: a file, which a run may be writing (data.nvsweep.refresh() reads it again), or a list
    of files, which are joined along the axes in which they differ.
    """
    if isinstance(path, (str, os.PathLike)):
        return _single(path, stage, engine)
    parts = [_single(one, stage, engine) for one in path]
    joined = _joined([part.reset_coords(drop=True) for part in parts])
    if "status" in joined and joined.status.dtype.kind == "f":  # points that no file has
        joined["status"] = joined.status.fillna(0).astype("int8").assign_attrs(
            parts[0].status.attrs)
    joined.set_close(lambda: [part.close() for part in parts])
    joined.encoding["source"] = [part.encoding["source"] for part in parts]
    joined.encoding["nvsweep_engine"] = engine
    return joined


def _select(array, selection):
    """Selects by label; numbers by the nearest value, because 16 nm may differ in its last bit."""
    present = {axis: value for axis, value in selection.items() if axis in array.dims}
    numeric = {axis for axis in present if array[axis].dtype.kind == "f"}
    exact = {axis: value for axis, value in present.items() if axis not in numeric}
    near = {axis: value for axis, value in present.items() if axis in numeric}
    return array.sel(exact).sel(near, method="nearest") if near else array.sel(exact)


@xarray.register_dataset_accessor("nvsweep")
class Sweep:
    """`data.nvsweep`: the result file of a dataset, with all its stages."""

    def __init__(self, data):
        self._data = data
        self._stages = {}
        self._parts = []  # further open groups

    def _paths(self):
        source = self._data.encoding.get("source")
        if source is None:
            raise ValueError("the dataset has lost its file; use the dataset that "
                             "nvsweep.open returned")
        return [source] if isinstance(source, str) else source

    def _engine(self):
        return self._data.encoding.get("nvsweep_engine", "netcdf4")

    def _run(self, group="run"):
        return _group(self._paths()[0], group, self._engine())

    def refresh(self):
        """Opens the file again, to see what a run has written since."""
        source = self._data.encoding["source"]
        for data in (self._data, *self._stages.values(), *self._parts):
            data.close()
        return open(source, engine=self._engine())

    # ---- attributes of the file

    @property
    def title(self):
        return self.attribute("title")

    @property
    def sweep(self):
        """The sweep's text."""
        return self.attribute("sweep")

    @property
    def records(self):
        """The library records that the sweep used, as text."""
        return self.attribute("library_records")

    @property
    def version(self):
        return f"{self.attribute('nvsweep_version')} ({self.attribute('nvsweep_commit')})"

    def attribute(self, name):
        with self._run() as run:
            return run.attrs.get(name, "")

    @property
    def defaults(self):
        """The values of the axes that the sweep does not give."""
        with self._run("run/defaults") as run:
            return {name: value.item() for name, value in run.variables.items()}

    def waterfall(self, other=None, metric="edp_js", reduce="max", svg=None, **settings):
        """A table of how much each difference changes a metric, from this file's study to `other` (a
        dataset from open, or a sweep) or to this study with other settings."""
        second = other.nvsweep.sweep if isinstance(other, xarray.Dataset) else other
        return program.waterfall(self.sweep, second, metric, reduce, svg, **settings)

    # ---- stages

    @property
    def stages(self):
        """Names of the stages; the sweep's last stage comes last."""
        import netCDF4
        with netCDF4.Dataset(self._paths()[0]) as file:
            names = [name for name, group in file["run"].groups.items()
                     if "columns" in group.ncattrs()]
            return sorted(names, key=lambda name: name == file["status"].getncattr("stage"))

    def _order(self):
        """The stages so that each comes after those that it reads."""
        import netCDF4
        with netCDF4.Dataset(self._paths()[0]) as file:
            inputs = {stage: getattr(file["run"][stage], "inputs", "").split()
                      for stage in self.stages}
        order = []
        for _ in inputs:
            order += [stage for stage in inputs if stage not in order
                      and all(read in order or read not in inputs for read in inputs[stage])]
        return order

    def stage(self, name):
        """The Dataset of a stage, with its metrics that have inner dimensions."""
        if name in self._stages:
            return self._stages[name]
        source, engine = self._data.encoding["source"], self._engine()
        if name != self._data.status.attrs.get("stage"):
            self._stages[name] = open(source, name, engine)
            return self._stages[name]
        data = self._data
        for group in _groups_of(self._paths()[0], name, engine) - {""}:
            opened = [_masked(_group(path, group, engine)) for path in self._paths()]
            self._parts += opened
            parts = [part.drop_vars("status") for part in opened]
            data = data.assign(_joined(parts).data_vars)
        self._stages[name] = data
        return data

    @property
    def metrics(self):
        """Names of all metrics: plain for the last stage, such as "array/area_m2" for others."""
        names = []
        for stage in self.stages:
            names += _columns(self._paths()[0], stage, self._engine())
        return names

    def _nearest(self, having):
        """Of stages (a set) those from which the fewest reads lead to the file's last stage; beyond
        what that one reads, to the last stage of the rest.  All if the file does not say who
        reads whom."""
        import netCDF4
        with netCDF4.Dataset(self._paths()[0]) as file:
            groups = {stage: file["run"][stage] for stage in self._order()}
            if self.stages[-1] not in having and not all(
                    "inputs" in group.ncattrs() for group in groups.values()):
                return having
            inputs = {stage: getattr(group, "inputs", "").split()
                      for stage, group in groups.items()}
        left = list(inputs)
        front = {self.stages[-1]}
        while front:
            if front & having:
                return front & having
            left = [stage for stage in left if stage not in front]
            front = {read for stage in front for read in inputs[stage]} & set(left)
            front = front or set(left[-1:])
        return having

    def find(self, name):
        """(stage, name) of a metric.  A plain name that several stages have is that of the file's last
        stage, or else of the nearest one upstream; "chip/part_j" names the stage."""
        columns = {stage: _columns(self._paths()[0], stage, self._engine())
                   for stage in self.stages}
        found = {}
        for stage, paths in columns.items():
            for path in paths:
                leaf = path.rpartition("/")[2]
                if name in (path, f"{stage}/{leaf}"):
                    return stage, leaf
                if leaf == name:
                    found[stage] = (stage, leaf)
        if len(found) > 1:
            near = self._nearest(set(found))
            found = {stage: found[stage] for stage in found if stage in near}
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            names = ", ".join("/".join(pair) for pair in found.values())
            raise KeyError(f"several stages have '{name}'; use one of {names}")
        raise KeyError(f"no '{name}' in this file; it has {', '.join(self.metrics)}")

    def metric(self, name, **selection):
        """A metric as a labelled array without axes that have one value; NaN if a point is not
        done.

        selection: axis=value or axis=[values], by label.  Only this part is read."""
        if name in self._data and name != "status":
            array = self._data[name]
        else:
            stage, leaf = self.find(name)
            array = self.stage(stage)[leaf]
        array = _select(array, selection)
        chosen = {axis for axis, value in selection.items() if np.ndim(value)}
        single = [axis for axis in array.dims if array.sizes[axis] == 1 and axis not in chosen]
        return array.squeeze(single)

    def status(self):
        """A table of the number of points per stage and status."""
        rows = {}
        for name in self.stages:
            status = self.stage(name)["status"]
            words = status.attrs["flag_meanings"].split()
            rows[name] = np.bincount(np.ravel(status.values), minlength=len(words))
        frame = pd.DataFrame(rows, index=words).T
        frame.insert(0, "points", frame.sum(axis=1))
        return frame

    # ---- comparing

    def _arrays(self, names):
        return [self.metric(name) if isinstance(name, str) else name for name in names]

    def gain(self, metrics=None, over=None):
        """The baseline's value divided by each point's, for some metrics or all of the last stage.

        over: {axis: label}, or "axis=label"."""
        over = plots.selection_of(over)
        last = [name for name in self._data.data_vars
                if name != "status" and self._data[name].dims == self._data.status.dims]
        names = [metrics] if isinstance(metrics, str) else metrics or last
        return xarray.Dataset({array.name: compare.over(array, **over)
                               for array in self._arrays(names)})

    def pareto(self, *metrics, per=()):
        """A table of the points that no other one beats in all metrics (smaller is better), per
        value of the axes `per`."""
        return compare.pareto(self._arrays(metrics), per)

    def best(self, metric, per=()):
        """A table of the points with the smallest value, one per value of the axes `per`."""
        return compare.best(self._arrays([metric])[0], per)

    def crossover(self, metric, axis, a, b):
        """The position on the axis at which the designs a and b ({axis: label}) are equal in a
        metric."""
        return compare.crossover(self._arrays([metric])[0], axis, plots.selection_of(a),
                                 plots.selection_of(b))


@xarray.register_dataarray_accessor("nvsweep")
class Metric:
    """`array.nvsweep`: compares and draws one array."""

    def __init__(self, array):
        self._array = array

    def gain(self, over):
        return compare.over(self._array, **plots.selection_of(over))

    def best(self, per=()):
        return compare.best(self._array, per)

    def pareto(self, *others, per=()):
        return compare.pareto([self._array, *others], per)

    def crossover(self, axis, a, b):
        return compare.crossover(self._array, axis, plots.selection_of(a),
                                 plots.selection_of(b))

    def scaled(self):
        return units.scaled(self._array)

    def plot(self, x, line=None, axes=None, **kwargs):
        return plots.lines(self._array, x, line, axes, **kwargs)


# ---- the same as functions, for figures


def metric(data, name, **selection):
    return data.nvsweep.metric(name, **selection)


def metrics(data):
    """Names of the metrics of all stages."""
    return data.nvsweep.metrics


def keep(array, *axes):
    """The array over these axes only; other axes are at their first value."""
    return array.isel({axis: 0 for axis in array.dims if axis not in axes})


def done_share(data, stage):
    """The share of a stage's points that are done, and the counts of the other statuses."""
    status = data.nvsweep.stage(stage)["status"]
    words = status.attrs["flag_meanings"].split()
    counts = np.bincount(np.ravel(status.values), minlength=len(words))
    rest = {word: int(count) for word, count in zip(words, counts) if count and word != "done"}
    return counts[DONE] / status.size, rest


def front_of(data, most=8):
    """The Pareto front of time, energy and area, as far as the last stage has them: a table with
    readable units, or None if no point is done."""
    names = [next((name for name in data.data_vars if data[name].attrs.get("units") == unit
                   and data[name].dims == data.status.dims), None) for unit in ("s", "J", "m2")]
    arrays = [data.nvsweep.metric(name) for name in names if name]
    arrays = [array for array in arrays if bool(array.notnull().any())]
    if not arrays:
        return None
    front = compare.pareto(arrays).iloc[:most]
    for array in arrays:
        front[array.name] = [units.quantity(value, array.attrs["units"])
                             for value in front[array.name]]
    return front
