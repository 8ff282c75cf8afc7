"""What figures and notebooks share: opening result files, baselines, Pareto fronts,
published values, and axes whose labels come from the file's own units.

    import nvsweep_plots as nv
    data = nv.open_results("build/results/deepnvm_isocapacity.h5")
    gain = nv.over(nv.metric(data, "edp_js"), technology="sram")

Files are opened lazily: a metric is read when it is asked for, and only the part that
is selected.
"""
import functools
import json
import os
import pathlib
import shutil
import subprocess

import numpy as np
import xarray

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIGURES = pathlib.Path(os.environ.get("NVSWEEP_FIGURES", ROOT / "build" / "figures"))
DONE = 1  # of the <stage>_status datasets

# ---- result files


def open_results(path):
    """The file's datasets, lazily.  Points that are not done are masked by metric()."""
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; make it with: nvsweep run "
                                f"sweeps/{path.stem}.cfg -o {path}")
    return xarray.open_dataset(path, engine="netcdf4", mask_and_scale=False)


def status_of(data, name):
    """The status dataset of the stage that computes this metric, or None."""
    for variable in data.data_vars.values():
        if name in variable.attrs.get("columns", "").split():
            return variable
    return None


def metric(data, name, **selection):
    """A metric as a labelled array; NaN where the point is not done.

    selection: axis=value or axis=[values], by label.  Only that part is read.
    """
    if name not in data:
        raise KeyError(f"no '{name}' in this file; it has {', '.join(metrics(data))}")
    array = _select(data[name], selection)
    status = status_of(data, name)
    if status is not None:
        array = array.where(_select(status, selection) == DONE)
    return array.assign_attrs(data[name].attrs)


def keep(array, *axes):
    """The array over these axes alone, the others at their first value."""
    return array.isel({axis: 0 for axis in array.dims if axis not in axes})


def metrics(data):
    """Names of the metrics of all stages, in the file's order of stages."""
    return [name for variable in data.data_vars.values()
            for name in variable.attrs.get("columns", "").split()]


def _select(array, selection):
    present = {axis: value for axis, value in selection.items() if axis in array.dims}
    numeric = {axis for axis in present if array[axis].dtype.kind == "f"}
    exact = {axis: value for axis, value in present.items() if axis not in numeric}
    near = {axis: value for axis, value in present.items() if axis in numeric}
    return array.sel(exact).sel(near, method="nearest") if near else array.sel(exact)


def done_share(data, stage):
    """Share of a stage's points that are done, and the counts of every other status."""
    status = data[f"{stage}_status"]
    words = status.attrs["flag_meanings"].split()
    counts = np.bincount(status.values.ravel(), minlength=len(words))
    rest = {word: int(count) for word, count in zip(words, counts) if count and word != "done"}
    return counts[DONE] / status.size, rest


# ---- comparing


def over(array, **baseline):
    """The baseline's value over each point's: above 1 is better than the baseline."""
    ratio = array.sel(baseline, drop=True) / array
    words = " ".join(str(value) for value in baseline.values())
    return ratio.assign_attrs(units="1", long_name=f"{array.name}, {words} over this",
                              baseline=words).rename(array.name)


def pareto_mask(*columns):
    """True where no other point is at least as good in all columns (smaller is better)
    and better in one.  Points with a NaN are never on the front."""
    values = np.column_stack([np.asarray(column, float).ravel() for column in columns])
    mask = np.zeros(len(values), bool)
    valid = np.flatnonzero(~np.isnan(values).any(axis=1))
    order = valid[np.lexsort(values[valid].T[::-1])]
    front = np.empty((0, values.shape[1]))
    for i in order:
        worse = (front <= values[i]).all(axis=1) & (front < values[i]).any(axis=1)
        if not worse.any():
            front = np.vstack([front, values[i]])
            mask[i] = True
    return mask


# ---- uncertainty


def first_order(factors, values):
    """Share of the variance of the values that each factor alone explains: the correlation
    ratio over equal ranges of its rank, as many as the cube root of the samples (Plischke
    et al., EJOR 226(3), 2013).  factors[samples, parameters]; the samples stage's
    parameter_factor is such an array.  As the sensitivity stage computes it, for any
    metric."""
    factors, values = np.asarray(factors, float), np.asarray(values, float)
    good = np.isfinite(values)
    factors, values = factors[good], values[good]
    n, total = len(values), values.var() * len(values)
    bins = int(np.clip(np.round(np.cbrt(n)), 4, 32))
    edges = [n * b // bins for b in range(bins + 1)]
    indices = np.full(factors.shape[1], np.nan)
    for p, column in enumerate(factors.T):
        if np.ptp(column) > 0 and total > 0 and n >= 4 * bins:
            order = np.argsort(column, kind="stable")
            within = sum(values[order[a:b]].var() * (b - a) for a, b in zip(edges, edges[1:]))
            indices[p] = 1 - within / total
    return indices


# ---- published values


def nvsweep():
    """The program: $NVSWEEP, the built one, or the installed one."""
    for path in (os.environ.get("NVSWEEP"), ROOT / "build" / "nvsweep", shutil.which("nvsweep")):
        if path and os.access(path, os.X_OK):
            return str(path)
    raise FileNotFoundError("no nvsweep; build it with make, or set NVSWEEP")


def published(*systems, **conditions):
    """Published figures (dicts in SI units, as `nvsweep validate --json` prints them),
    those whose fields equal the conditions."""
    return [figure for figure in _all_published(nvsweep())
            if (not systems or figure["system"] in systems)
            and all(figure[key] == value for key, value in conditions.items())]


@functools.lru_cache
def _all_published(program):
    text = subprocess.run([program, "validate", "--json", "--no-model"], check=True,
                          capture_output=True, text=True).stdout
    return json.loads(text)


def setting(figure, axis):
    """The value a published figure gives an axis in its `where`, or None."""
    for text in figure["where"]:
        key, value = text.split("=", 1)
        if key == axis:
            return value
    return None


# ---- units

PREFIXES = ((1e-18, "a"), (1e-15, "f"), (1e-12, "p"), (1e-9, "n"), (1e-6, "µ"), (1e-3, "m"),
            (1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T"), (1e15, "P"))
AREAS = ((1e-12, "µm²"), (1e-6, "mm²"))
BYTES = ((1.0, "B"), (2.0**10, "KiB"), (2.0**20, "MiB"), (2.0**30, "GiB"), (2.0**40, "TiB"))
TIMES = ((3600.0, "h"), (86400.0, "d"), (31557600.0, "years"))
GRAMS = tuple((1e-3 * factor, prefix + "g") for factor, prefix in PREFIXES[:8]) + ((1e3, "t"),)
PREFIXABLE = ("s", "J", "W", "J s", "Hz", "V", "A", "m")


def scale_of(values, units):
    """(factor, words): divide SI values by the factor and label them with the words."""
    finite = np.abs(np.asarray(values, float))
    finite = finite[np.isfinite(finite) & (finite > 0)]
    typical = float(np.exp(np.log(finite).mean())) if finite.size else 1.0
    if units == "byte":
        steps = BYTES
    elif units == "m2":
        steps, typical = AREAS, 1e3 * typical  # 0.2 mm² rather than 200000 µm²
    elif units == "kg":
        steps = GRAMS
    elif units == "s" and typical >= 7200:
        steps = TIMES
    elif units in PREFIXABLE:
        steps = [(factor, prefix + units) for factor, prefix in PREFIXES]
    else:
        return 1.0, "" if units == "1" else units
    best = [step for step in steps if step[0] <= typical * 1.0001]
    return best[-1] if best else steps[0]


def scaled(array):
    """The array in a unit people read, with attrs units and factor set accordingly."""
    factor, words = scale_of(array.values, array.attrs.get("units", "1"))
    return (array / factor).assign_attrs(array.attrs, units=words, factor=factor)


def label(array, words=None):
    """An axis label from the file: long_name (or the words given) and units."""
    words = words or array.attrs.get("long_name") or array.name
    words = words if "_" in words else words[0].upper() + words[1:]
    units = array.attrs.get("units", "")
    return f"{words} [{units}]" if units not in ("", "1") else words


def quantity(value, units):
    """A value as people write it: quantity(3145728, "byte") is "3 MiB"."""
    factor, words = scale_of([value], units)
    return f"{value / factor:.3g} {words}".strip()

def front_of(data, most=8):
    """The Pareto front of a file's time, energy and area (those of them that its last stage
    with one has), as a table in units people read; None if nothing is done."""
    for status in reversed([v for v in data.data_vars if v.endswith("_status")]):
        columns = data[status].attrs.get("columns", "").split()
        wanted = [next((name for name in columns if data[name].attrs.get("units") == unit
                        and data[name].dims == data[status].dims), None)
                  for unit in ("s", "J", "m2")]
        table = None
        names = [name for name in wanted if name]
        if names and data[status].ndim:
            table = data[names].where(data[status] == DONE).to_dataframe()[names].dropna(how="all")
        if table is None or not len(table):
            continue
        table = table.dropna(axis="columns", how="all").dropna()
        front = table[pareto_mask(*(table[name] for name in table))].iloc[:most].reset_index()
        for name in names:
            if name in front:
                front[name] = [quantity(value, data[name].attrs["units"])
                               for value in front[name]]
        return front
    return None


# ---- running sweeps from a notebook


def results_folder():
    """Where run() leaves result files: $NVSWEEP_RESULTS, or build/results."""
    return pathlib.Path(os.environ.get("NVSWEEP_RESULTS", ROOT / "build" / "results"))


def run(sweep, result=None, ranks=None):
    """Run a sweep (or resume it; at once if it is done) and return its result file.

    sweep: a file under sweeps/, or the text of a sweep; a text needs the result's name.
    """
    folder = results_folder()
    folder.mkdir(parents=True, exist_ok=True)
    if "\n" in sweep or "axes" in sweep:
        path = folder / f"{result}.cfg"
        path.write_text(sweep)
    else:
        path = ROOT / "sweeps" / sweep
    output = folder / f"{result or path.stem}.h5"
    command = [nvsweep(), "run", str(path), "-o", str(output), "--quiet"]
    ranks = ranks or len(os.sched_getaffinity(0))
    if ranks > 1 and shutil.which("mpirun"):
        root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
        command = ["mpirun", "-q", "--oversubscribe", *root, "-n", str(ranks), *command]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.strip() or f"nvsweep stopped with {done.returncode}")
    return output


def plan(sweep_file):
    """What a sweep would compute, in words."""
    return subprocess.run([nvsweep(), "plan", str(sweep_file)], check=True,
                          capture_output=True, text=True).stdout
