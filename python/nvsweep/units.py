"""Formats values with readable units: 3 MiB, 4.2 ns, 5.53 mm²."""
import numpy as np

PREFIXES = ((1e-18, "a"), (1e-15, "f"), (1e-12, "p"), (1e-9, "n"), (1e-6, "µ"), (1e-3, "m"),
            (1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T"), (1e15, "P"))
AREAS = ((1e-12, "µm²"), (1e-6, "mm²"))
BYTES = ((1.0, "B"), (2.0**10, "KiB"), (2.0**20, "MiB"), (2.0**30, "GiB"), (2.0**40, "TiB"))
TIMES = ((3600.0, "h"), (86400.0, "d"), (31557600.0, "years"))
GRAMS = tuple((1e-3 * factor, prefix + "g") for factor, prefix in PREFIXES[:8]) + ((1e3, "t"),)
RATIOS = {"kg m-2": "kg/m²", "kg s-1": "kg/s", "kg J-1": "kg/J", "J m-1": "J/m", "W m-1": "W/m",
          "s m-1": "s/m", "s-1": "1/s", "byte/s": "B/s", "byte-1": "1/B", "m2": "m²"}
PREFIXABLE = ("s", "J", "W", "J s", "Hz", "V", "A", "m")


def scale_of(values, units):
    """(factor, words): dividing SI values by the factor gives values in the unit `words`."""
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
        return 1.0, "" if units == "1" else RATIOS.get(units, units)
    best = [step for step in steps if step[0] <= typical * 1.0001]
    return best[-1] if best else steps[0]


def scaled(array):
    """The array in a readable unit; its attributes units and factor say which."""
    factor, words = scale_of(array.values, array.attrs.get("units", "1"))
    return (array / factor).assign_attrs(array.attrs, units=words, factor=factor)


def label(array, words=None):
    """An axis label: the array's long_name (or `words`) and its units."""
    words = words or array.attrs.get("long_name") or array.name
    words = words if "_" in words else words[0].upper() + words[1:]
    units = array.attrs.get("units", "")
    return f"{words} [{units}]" if units not in ("", "1") else words


def quantity(value, units):
    """A value as text: quantity(3145728, "byte") is "3 MiB"."""
    factor, words = scale_of([value], units)
    return f"{value / factor:.3g} {words}".strip()


def text(coordinate):
    """One value of a coordinate (a scalar array) as text."""
    value = coordinate.item() if hasattr(coordinate, "item") else coordinate
    if isinstance(value, str) or not np.isreal(value):
        return str(value)
    return quantity(float(value), getattr(coordinate, "attrs", {}).get("units", "1"))
