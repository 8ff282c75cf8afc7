"""Compares designs: gains over a baseline, Pareto fronts, the best point of a group, the crossover
of two designs, and the sensitivity to the parameters of a spread."""
import numpy as np
import pandas as pd
import xarray


def over(array, **baseline):
    """The baseline's value divided by each point's: above 1 is better than the baseline."""
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


def table(arrays):
    """A table with one row per point and the arrays as columns.  Axes with one value are left
    out."""
    data = xarray.merge([array.rename(array.name).reset_coords(drop=True)
                         if not array.dims else array.rename(array.name)
                         for array in arrays], combine_attrs="drop", join="outer")
    frame = data.to_dataframe().reset_index() if data.dims else pd.DataFrame(
        {name: [float(data[name])] for name in data.data_vars})
    single = [axis for axis in data.dims if data.sizes[axis] == 1]
    names = [array.name for array in arrays]
    axes = [axis for axis in data.dims if axis not in single]
    others = [c for c in data.coords if c not in data.dims and data[c].dims
              and not set(data[c].dims) <= set(single)]
    return frame[[*axes, *others, *names]]


def _groups(frame, per):
    per = [per] if isinstance(per, str) else list(per)
    by = per[0] if len(per) == 1 else per
    return [part for _, part in frame.groupby(by, sort=False)] if per else [frame]


def pareto(arrays, per=()):
    """A table of the points that no other one beats in all arrays (smaller is better), per value of
    the axes `per`, sorted by the first array."""
    names = [array.name for array in arrays]
    fronts = [part[pareto_mask(*(part[name] for name in names))].sort_values(names[0])
              for part in _groups(table(arrays).dropna(subset=names), per)]
    return pd.concat(fronts).reset_index(drop=True)


def best(array, per=()):
    """A table of the points with the smallest value, one per value of the axes `per`."""
    frame = table([array]).dropna(subset=[array.name])
    rows = [part.loc[[part[array.name].idxmin()]] for part in _groups(frame, per) if len(part)]
    return (pd.concat(rows) if rows else frame).reset_index(drop=True)


def _crossing(x, ratio):
    """The first x at which the ratio a / b crosses 1, interpolated linearly in log(ratio) and, if
    the axis is positive, log(x)."""
    good = np.isfinite(ratio) & (ratio > 0)
    x, y = x[good], np.log(ratio[good])
    changes = np.flatnonzero(np.sign(y[:-1]) * np.sign(y[1:]) < 0)
    exact = np.flatnonzero(y == 0)
    if not changes.size and not exact.size:
        return np.nan
    if exact.size and (not changes.size or exact[0] <= changes[0]):
        return x[exact[0]]
    i = changes[0]
    is_log = x[i] > 0 and x[i + 1] > 0
    here, there = (np.log(x[i]), np.log(x[i + 1])) if is_log else (x[i], x[i + 1])
    at = here - y[i] * (there - here) / (y[i + 1] - y[i])
    return np.exp(at) if is_log else at


def _better_first(ratio):
    good = ratio[np.isfinite(ratio) & (ratio > 0)]
    away = good[good != 1]
    return "" if not away.size else "b" if away[0] > 1 else "a"


def crossover(array, axis, a, b):
    """The position on the axis at which the better (smaller) of the designs a and b changes; NaN if
    it does not change.  The coordinate `first` names the better one at the beginning of the
    axis: "a", "b", or "" if a value is missing.

    a, b: {axis: label} each."""
    one, other = (array.sel(pick, drop=True) for pick in (a, b))
    ratio = one / other
    x = ratio[axis].astype(float)
    order = np.argsort(x.values)
    ratio, x = ratio.isel({axis: order}), x.values[order]
    rest = {"input_core_dims": [[axis]], "vectorize": True}
    where = xarray.apply_ufunc(lambda row: _crossing(x, row), ratio, **rest)
    first = xarray.apply_ufunc(_better_first, ratio, output_dtypes=[object], **rest)
    attrs = {key: array[axis].attrs[key] for key in ("units",) if key in array[axis].attrs}
    words = [", ".join(str(value) for value in pick.values()) for pick in (a, b)]
    return where.assign_coords(first=first).assign_attrs(
        attrs, long_name=f"{axis} at which {words[0]} and {words[1]} meet").rename(axis)


def first_order(factors, values):
    """Share of the variance of the values that each factor alone explains, as in the sensitivity
    stage, for any metric.  It is the correlation ratio over equal ranges of the factor's rank;
    the number of ranges is the cube root of the number of samples (Plischke et al., EJOR
    226(3), 2013).

    factors[samples, parameters]: for example parameter_factor of the samples stage."""
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
