"""Draws metrics with readable units (64 KiB, 16 nm) and labels from the file."""
import numpy as np

from . import units


def selection_of(words):
    """Converts "technology=sram" into {"technology": "sram"}; a dict is copied."""
    if isinstance(words, str):
        axis, equals, value = words.partition("=")
        if not equals:
            raise ValueError(f"'{words}': must be axis=label")
        return {axis: value}
    if not words:
        raise ValueError("a baseline is needed, such as over={'technology': 'sram'}")
    return dict(words)


def ticks(axis, coordinate, most=7):
    """Puts ticks of a matplotlib axis at the values of a coordinate, in readable units."""
    import matplotlib.ticker as ticker
    values = np.sort(coordinate.values.astype(float))
    step = max(1, -(-len(values) // most))
    axis.set_major_locator(ticker.FixedLocator(values[::step]))
    axis.set_minor_locator(ticker.NullLocator())
    unit = coordinate.attrs.get("units", "1")
    axis.set_major_formatter(ticker.FuncFormatter(lambda x, _: units.quantity(x, unit)))


def _is_even_in_logarithms(values):
    values = np.sort(values)
    return len(values) > 2 and values[0] > 0 and values[-1] > 20 * values[0]


def lines(array, x, line=None, axes=None, **kwargs):
    """Draws one line per value of the axis `line` against `x`; other axes must have one value.
    Returns the matplotlib axes."""
    import matplotlib.pyplot as plt
    wanted = [axis for axis in (x, line) if axis]
    over = [axis for axis in array.dims if array.sizes[axis] > 1 and axis not in wanted]
    if over:
        raise ValueError(f"select one value of {', '.join(over)}, or aggregate over it")
    single = {axis: units.text(array[axis]) for axis in array.dims
              if array.sizes[axis] == 1 and axis not in wanted}
    array = units.scaled(array.squeeze([axis for axis in single], drop=True))
    axes = axes or plt.subplots(constrained_layout=True)[1]
    coordinate = array[x]
    is_number = coordinate.dtype.kind not in "OU"
    places = coordinate.values.astype(float) if is_number else np.arange(coordinate.size)
    for value in array[line] if line else [None]:
        one = array if line is None else array.sel({line: value.item()})
        axes.plot(places, one.values, marker="o", ms=4, ls="-" if is_number else "",
                  label=None if line is None else units.text(value), **kwargs)
    if is_number and _is_even_in_logarithms(places):
        axes.set_xscale("log")
    if is_number:
        ticks(axes.xaxis, coordinate)
    else:
        axes.set_xticks(places, [str(value) for value in coordinate.values])
    axes.tick_params(axis="x", rotation=30)
    words = coordinate.attrs.get("long_name", x)
    axes.set_xlabel(words[0].upper() + words[1:])
    axes.set_ylabel(units.label(array))
    finite = array.values[np.isfinite(array.values)]
    if finite.size and finite.min() > 0 and finite.max() > 20 * finite.min():
        axes.set_yscale("log")
    axes.set_title(", ".join(single.values()))
    if line:
        axes.legend()
    return axes
