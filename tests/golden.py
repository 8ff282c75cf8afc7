#!/usr/bin/python3
"""Do results move?  Names, values and bits of all shipped sweeps against what is kept.

    tests/golden.py check [SWEEP...]     run sweeps (all but those that learn for minutes; the
                                         word learning: these), compare with tests/golden/*.txt
    tests/golden.py update [SWEEP...]    write tests/golden/*.txt anew and say what moved: a
                                         commit that does lists each number that moved
    tests/golden.py compare OLD NEW [SWEEP...] [--tolerance X]
                                         two result files, or two folders of them (and of
                                         validate.json), value by value

`check` and `update` run build/nvsweep, or $NVSWEEP.  `compare` reads files of any version since
0.3.0: results at the root or in groups, dimensions in any order, axes that vary or not, points
that repeat a result or not.  A value is found by its coordinates; the file of names
(tests/golden/names.txt, or --names FILE) says what was renamed, so that no more than names may
change unseen.  It ends with 1 if a value moved, is gone or is new.

A line of tests/golden/SWEEP.txt: stage/metric, the number of values, three sums over them
(bits at their coordinates; distinct bits; the values themselves, so that a movement has a
size), and one value with its coordinates.  Only points that are done count.
"""
import argparse
import collections
import hashlib
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = ROOT / "tests" / "golden"
DONE = 1
HIDDEN = ("CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST")


# ---- reading a result file

def words(text):
    return (text.decode() if isinstance(text, bytes) else str(text)).split()


def spelled(value, meanings):
    """A coordinate as text: equal for what is the same quantity, exactly computed or not."""
    if isinstance(value, bytes):
        return value.decode()
    if meanings:
        return meanings.get(int(value), str(value))
    if isinstance(value, (float, numpy.floating)):
        return "%.12g" % value
    return "%.12g" % int(value) if isinstance(value, (int, numpy.integer)) else str(value)


def texts(dataset):
    meanings = None
    if "flag_meanings" in dataset.attrs:
        meanings = dict(zip((int(v) for v in numpy.atleast_1d(dataset.attrs["flag_values"])),
                            words(dataset.attrs["flag_meanings"])))
    values = numpy.atleast_1d(dataset[()])
    return numpy.array([spelled(v, meanings) for v in values.tolist()], dtype=object)


def dimension_names(dataset):
    return [dim[0].name.rsplit("/", 1)[-1] if len(dim) else f"{dataset.name}:{i}"
            for i, dim in enumerate(dataset.dims)]


class Stage:
    """Points of a stage: dims, their coordinates, the metrics of points that are done."""

    def __init__(self, status):
        group = status.parent
        self.name = words(status.attrs["stage"])[0]
        self.dims = dimension_names(status)
        self.status = status[()]
        self.meanings = dict(zip((int(v) for v in status.attrs["flag_values"]),
                                 words(status.attrs["flag_meanings"])))
        self.axes = {}  # name: (dimension or None, texts)
        for dim, scales in zip(self.dims, status.dims):
            if len(scales):
                self.axes[dim] = (dim, texts(scales[0]))
        for name in words(status.attrs.get("coordinates", "")):
            dataset = self.find(group, name)
            if dataset is None or dataset.ndim > 1:
                continue
            dim = dimension_names(dataset)[0] if dataset.ndim else None
            self.axes[name] = (dim, texts(dataset))
        self.metrics = {}  # name: (inner dims and their texts, array)
        # The last stage's metrics are at the root, those with inner dimensions in its group.
        groups = {group.name: group}
        for other in (group.file["/"], group.file.get(self.name)):
            if isinstance(other, h5py.Group) and "status" in other and \
                    words(other["status"].attrs["stage"])[0] == self.name:
                groups[other.name] = other
        if group.name == "/" and isinstance(group.get(self.name), h5py.Group):
            groups[f"/{self.name}"] = group[self.name]
        columns = [other[name] for other in groups.values()
                   for name in self.columns_of(other, status)]
        for dataset in columns:
            name = dataset.name.rsplit("/", 1)[-1]
            inner = []
            for dim, scales in list(zip(dimension_names(dataset), dataset.dims))[len(self.dims):]:
                inner.append((dim, texts(scales[0]) if len(scales) else None))
            self.metrics[name] = (inner, dataset)

    def columns_of(self, group, status):
        """Its metrics: named (0.3), or what in its group is no coordinate."""
        if "columns" in status.attrs:
            return words(status.attrs["columns"])
        coordinates = words(status.attrs.get("coordinates", ""))
        return [name for name, item in group.items()
                if isinstance(item, h5py.Dataset) and name != "status" and
                name not in coordinates and item.attrs.get("CLASS") != b"DIMENSION_SCALE" and
                item.ndim >= status.ndim and dimension_names(item)[:status.ndim] == self.dims]

    @staticmethod
    def find(group, name):
        while True:
            if name in group:
                return group[name]
            if group.name == "/":
                return None
            group = group.parent

    def counts(self):
        values, counts = numpy.unique(self.status, return_counts=True)
        return {self.meanings.get(int(v), str(v)): int(c) for v, c in zip(values, counts)}

    def columns(self, name, inner_axes=True):
        """Texts of every axis for every value of a metric that is done, flat, as (distinct
        texts, index of each value); and the values."""
        inner, dataset = self.metrics[name]
        shape = self.status.shape + tuple(dataset.shape[len(self.dims):])
        done = numpy.broadcast_to(
            (self.status == DONE).reshape(self.status.shape + (1,) * len(inner)), shape)
        done = done.reshape(-1)
        values = numpy.asarray(dataset[()]).reshape(-1)[done]
        fill = dataset.attrs.get("_FillValue")
        if values.dtype.kind in "iu" and fill is not None and (values == fill).any():
            values = numpy.where(values == fill, numpy.nan, values.astype(float))
        places = numpy.nonzero(done)[0]
        positions = dict(zip(self.dims + [d for d, _ in inner],
                             numpy.unravel_index(places, shape) if shape else []))
        axes = {}
        for axis, (dim, labels) in self.axes.items():
            index = positions[dim] if dim is not None else numpy.zeros(len(places), dtype=int)
            axes[axis] = (labels, index)
        for dim, labels in inner:
            if labels is None:
                labels = numpy.array([str(i) for i in range(positions[dim].max(initial=-1) + 1)],
                                     dtype=object)
            axes[dim] = (labels, positions[dim])
        return axes, values


def stages_of(file):
    found = []

    def visit(_, item):
        if isinstance(item, h5py.Dataset) and "stage" in item.attrs and \
                "flag_meanings" in item.attrs:
            root = file.get("status")  # the last stage's has a second name in its group
            found.append(Stage(root if root is not None and root == item else item))

    file.visititems(visit)
    return {stage.name: stage for stage in found}


def bits_of(values):
    if values.dtype.kind == "f":
        return numpy.ascontiguousarray(values, dtype="f8").view("u8")
    return values.astype("i8").view("u8")


# ---- what is kept

def mix(x):
    """The finalizer of SplitMix64."""
    x = (x ^ (x >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return x ^ (x >> numpy.uint64(31))


def hash_text(text):
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def total(hashes):
    return int(numpy.add.reduce(hashes, dtype="u8")) if len(hashes) else 0


def summary(stage, name):
    axes, values = stage.columns(name)
    bits = bits_of(values)
    key = numpy.zeros(len(values), dtype="u8")
    varying = {}
    for axis, (labels, index) in sorted(axes.items()):
        if len(set(labels)) < 2:  # stands along no dimension, or along one of length 1
            continue
        varying[axis] = (labels, index)
        key += mix(numpy.array([hash_text(f"{axis}={t}") for t in labels], dtype="u8"))[index]
    placed = total(mix(mix(key) ^ bits))
    distinct = total(mix(numpy.unique(bits)))
    numbers = values.astype(float)
    size = math.fsum(numbers[numpy.isfinite(numbers)])
    sample = "-"
    if len(values):
        at = int(numpy.argmin(mix(key ^ numpy.uint64(hash_text(name)))))
        where = ",".join(f"{axis}={labels[index[at]]}"
                         for axis, (labels, index) in varying.items()) or "-"
        sample = f"{float(numbers[at]).hex()} {where}"
    return f"{len(values)} {placed:016x} {distinct:016x} {size.hex()} {sample}"


def lines_of(path):
    lines = []
    with h5py.File(path) as file:
        for name, stage in sorted(stages_of(file).items()):
            counts = stage.counts()
            lines.append(f"{name} " + " ".join(f"{k}={v}" for k, v in sorted(counts.items())))
            for metric in sorted(stage.metrics):
                lines.append(f"{name}/{metric} {summary(stage, metric)}")
    return lines


def validated(path):
    return [f"{row['name']} {float('nan' if row['model'] is None else row['model']).hex()} "
            f"{row['verdict']}" for row in json.load(open(path))]


def moved(name, old, new):
    """Words on the difference of two lines of one metric; None if there is none."""
    if old == new:
        return None
    if old is None or new is None:
        return f"{name}: {'new' if old is None else 'gone'}"
    before, after = old.split(" ", 4), new.split(" ", 4)
    if "/" not in name or len(before) < 5 or len(after) < 5: # of a status, or of validate
        return f"{name}: {old} -> {new}"
    if before[0] != after[0]:
        return f"{name}: {before[0]} values -> {after[0]}"
    if before[1:4] != after[1:4] and before[2] == after[2]:
        return f"{name}: same values at other coordinates"
    a, b = float.fromhex(before[3]), float.fromhex(after[3])
    size = f"sum {a:.17g} -> {b:.17g} ({relative(a, b):.2e})"
    return f"{name}: {size}; e.g. {hexes(before[4])} -> {hexes(after[4])}"


def hexes(sample):
    value, _, where = sample.partition(" ")
    return sample if value == "-" else f"{float.fromhex(value):.17g} at {where}"


def relative(a, b):
    return abs(b - a) / max(abs(a), abs(b), 5e-324) if a != b else 0.0


def differences(old, new):
    old, new = ({line.partition(" ")[0]: line.partition(" ")[2] for line in lines}
                for lines in (old, new))
    return [words for words in (moved(name, old.get(name), new.get(name))
                                for name in sorted(old | new)) if words]


def fresh(sweeps, folder):
    """Name and lines of each sweep as the program computes it now, and of `validate`."""
    program = os.path.abspath(os.environ.get("NVSWEEP", ROOT / "build" / "nvsweep"))
    # Kept curves of other builds are not looked at.
    environment = dict(os.environ, NVSWEEP_CURVES=f"{folder}/curves")
    for sweep in sweeps:
        if sweep == "validate":
            with open(f"{folder}/validate.json", "w") as out:
                code = subprocess.run([program, "validate", "--json"], stdout=out, cwd=ROOT,
                                      env=environment).returncode
            if code not in (0, 1):
                sys.exit(f"validate: exit code {code}")
            yield sweep, validated(f"{folder}/validate.json")
            continue
        path = f"{folder}/{sweep}.h5"
        run = subprocess.run([program, "run", str(ROOT / "sweeps" / f"{sweep}.cfg"), "-o", path,
                              "--quiet"], env=environment, stderr=subprocess.PIPE, text=True)
        if run.returncode:
            sys.exit(f"{sweep}: exit code {run.returncode}: {run.stderr.strip()}")
        yield sweep, lines_of(path)
        for made in pathlib.Path(folder).glob(f"{sweep}.h5*"):
            made.unlink()


def learns(path):
    """Does the sweep train networks or recognise texts, for minutes?"""
    return any(f"{axis} =" in path.read_text() for axis in ("experiment", "approximation"))


def check(sweeps, is_update):
    paths = sorted((ROOT / "sweeps").glob("*.cfg"))
    learning = [p.stem for p in paths if learns(p)]
    everything = [p.stem for p in paths if not learns(p)] + ["validate"]
    if sweeps == ["learning"]:
        sweeps = learning
    failed = 0
    if not sweeps:
        for kept in KEPT.glob("*.txt"):
            if kept.stem not in everything + learning + ["names"]:
                print(f"{kept.stem}: no such sweep")
                failed += not is_update
                if is_update:
                    kept.unlink()
    with tempfile.TemporaryDirectory() as folder:
        for sweep, lines in fresh(sweeps or everything, folder):
            kept = KEPT / f"{sweep}.txt"
            before = kept.read_text().splitlines() if kept.exists() else []
            changes = differences(before, lines)
            for change in changes if before or not is_update else []:
                print(f"{sweep}: {change}")
            if is_update:
                kept.write_text("\n".join(lines) + "\n")
            elif changes:
                failed += 1
            else:
                print(f"{sweep}: {len(lines)} lines equal", flush=True)
    return failed


# ---- two files, value by value

class Names:
    """tests/golden/names.txt: how old names, values of axes and stages read now."""

    def __init__(self, path):
        self.metrics = collections.defaultdict(list)  # old: [(stage or None, new, where)]
        self.axes, self.values, self.stages = {}, {}, collections.defaultdict(list)
        self.gone = {}
        lines = path.read_text().splitlines() if path.exists() else []
        for number, line in enumerate(lines, 1):
            parts = line.split("#")[0].split()
            if not parts:
                continue
            kind, parts = parts[0], parts[1:]
            if kind == "metric" and len(parts) >= 2:
                stage, _, new = parts[1].rpartition("/")
                where = dict(part.split("=") for part in parts[2:])
                self.metrics[parts[0]].append((stage or None, new, where))
            elif kind == "axis" and len(parts) == 2:
                self.axes[parts[0]] = parts[1]
            elif kind == "value" and len(parts) == 3:
                self.values[parts[0], parts[1]] = parts[2]
            elif kind == "stage" and len(parts) == 2:
                self.stages[parts[0]].append(parts[1])
            elif kind == "gone" and len(parts) == 1:
                self.gone[parts[0]] = True
            else:
                sys.exit(f"{path}:{number}: '{line}', must be metric OLD [STAGE/]NEW [AXIS=VALUE "
                         "...], axis OLD NEW, value NEWAXIS OLD NEW, stage OLD NEW or gone METRIC")

    def renamed(self, axes):
        """Axes by their new names; of several that became one, the value that is not empty."""
        new = {}
        for axis in sorted(axes, key=lambda axis: axis in self.axes):
            labels, index = axes[axis]
            name = self.axes.get(axis, axis)
            labels = numpy.array([self.values.get((name, t), t) for t in labels], dtype=object)
            if name in new:
                old_labels, old_index = new[name]
                chosen = numpy.where(old_labels[old_index] != "", old_labels[old_index],
                                     labels[index])
                labels, index = numpy.unique(chosen.astype(str), return_inverse=True)
                labels = labels.astype(object)
            new[name] = (labels, index)
        return new


def coded(sides):
    """For both sides' values a number that is equal where all common axes agree."""
    keys = [numpy.zeros(len(side[1]), dtype="i8") for side in sides]
    common = [axis for axis in sides[0][0] if axis in sides[1][0]]
    used = []
    for axis in common:
        seen = [set(labels[numpy.unique(index)]) for labels, index in
                (side[0][axis] for side in sides)]
        if len(seen[0] | seen[1]) < 2:
            continue
        used.append(axis)
        codes = {text: i for i, text in enumerate(sorted(seen[0] | seen[1]))}
        for i, (axes, _) in enumerate(sides):
            labels, index = axes[axis]
            coded_labels = numpy.array([codes.get(t, -1) for t in labels], dtype="i8")
            keys[i] = keys[i] * len(codes) + coded_labels[index]
    return keys, used


def one_each(key, values):
    """Distinct keys in order, the bits and values of the first of each, and how many keys have
    values that differ."""
    order = numpy.argsort(key, kind="stable")
    key, values = key[order], values[order]
    bits = bits_of(values)
    first = numpy.concatenate([[True], key[1:] != key[:-1]]) if len(key) else key.astype(bool)
    group = numpy.cumsum(first) - 1
    unequal = len(numpy.unique(group[bits != bits[first][group]])) if len(key) else 0
    return key[first], values[first], order[first], unequal


def where(axes, used, at):
    return ",".join(f"{axis}={axes[axis][0][axes[axis][1][at]]}" for axis in used) or "its point"


def compare_metric(old, new, selected, tolerance):
    """Words on what differs; None if nothing does."""
    (old_axes, old_values), (new_axes, new_values) = old, new
    for axis, text in selected.items():
        if axis in new_axes:
            labels, index = new_axes[axis]
            keep = numpy.isin(labels[index].astype(str), text.split("|"))
            new_values = new_values[keep]
            new_axes = {name: (l, i[keep]) for name, (l, i) in new_axes.items()}
    if old_values.dtype.kind != new_values.dtype.kind:
        old_values, new_values = old_values.astype(float), new_values.astype(float)
    (old_key, new_key), used = coded([(old_axes, old_values), (new_axes, new_values)])
    old_key, old_values, old_at, old_unequal = one_each(old_key, old_values)
    new_key, new_values, new_at, new_unequal = one_each(new_key, new_values)
    said = []
    if old_unequal or new_unequal:
        said.append(f"{old_unequal}/{new_unequal} coordinates are ambiguous")
    lost = ~numpy.isin(old_key, new_key)
    added = ~numpy.isin(new_key, old_key)
    if lost.any():
        said.append(f"{lost.sum()} of {len(lost)} gone, first "
                    f"{where(old_axes, used, old_at[lost][0])}")
    if added.any():
        said.append(f"{added.sum()} new, first {where(new_axes, used, new_at[added][0])}")
    a, b = old_values[~lost], new_values[~added]
    differ = bits_of(a) != bits_of(b)
    if a.dtype.kind == "f":
        differ &= ~(numpy.isnan(a) & numpy.isnan(b))
    if differ.any():
        with numpy.errstate(invalid="ignore", divide="ignore"):
            x, y = a.astype(float), b.astype(float)
            off = numpy.abs(y - x) / numpy.maximum(numpy.abs(x), numpy.abs(y))
            off[~differ] = 0
            off[numpy.isnan(off) & differ] = numpy.inf
        worst = int(numpy.argmax(off))
        if off[worst] > tolerance:
            said.append(f"{int((off > tolerance).sum())} of {len(a)} differ, at most {off[worst]:.2e}: "
                        f"{a[worst]!r} -> {b[worst]!r} at "
                        f"{where(old_axes, used, old_at[~lost][worst])}")
    return "; ".join(said) or None


def compare_files(old_path, new_path, names, tolerance):
    """How many metrics are equal, and words on the others."""
    equal, said = 0, []
    with h5py.File(old_path) as old_file, h5py.File(new_path) as new_file:
        old_stages, new_stages = stages_of(old_file), stages_of(new_file)
        met = set()
        for stage in old_stages.values():
            targets = [stage.name] if stage.name in new_stages else []
            targets += [s for s in names.stages.get(stage.name, []) if s in new_stages]
            for metric in stage.metrics:
                if metric in names.gone:
                    continue
                pairs = [(at, new, which) for at, new, which in
                         names.metrics.get(metric, []) + [(None, metric, {})]
                         for at in ([at] if at else targets)
                         if at in new_stages and new in new_stages[at].metrics]
                if not pairs:
                    said.append(f"{stage.name}/{metric}: gone")
                    continue
                at, new, which = pairs[0]
                met.add((at, new))
                old_axes, old_values = stage.columns(metric)
                words = compare_metric((names.renamed(old_axes), old_values),
                                       new_stages[at].columns(new), which, tolerance)
                if words:
                    name = f"{stage.name}/{metric}"
                    said.append((name if (at, new) == (stage.name, metric) else
                                 f"{name} ({at}/{new})") + f": {words}")
                else:
                    equal += 1
        added = [f"{stage.name}/{metric}" for stage in new_stages.values()
                 for metric in stage.metrics if (stage.name, metric) not in met]
        if added:
            said.append(f"new, compared with nothing: {' '.join(added)}")
    return equal, said


def compare(old, new, sweeps, names, tolerance):
    old, new, failed = pathlib.Path(old), pathlib.Path(new), 0
    if old.is_file():
        pairs = [(old.stem, old, new)]
    else:
        pairs = [(p.stem, p, new / p.name) for p in sorted(old.glob("*.h5"))
                 if not sweeps or p.stem in sweeps]
    for sweep, a, b in pairs:
        if not b.exists():
            print(f"{sweep}: no {b}")
            failed += 1
            continue
        equal, said = compare_files(a, b, names, tolerance)
        print(f"{sweep}: {equal} metrics equal" + (f", {len(said)} not" if said else ""))
        for line in said:
            print(f"    {line}")
        failed += len(said)
    if old.is_dir() and (new / "validate.json").exists() and (not sweeps or "validate" in sweeps):
        changes = differences(validated(old / "validate.json"), validated(new / "validate.json"))
        print(f"validate: {len(changes)} rows moved")
        for change in changes:
            print(f"    {change}")
        failed += len(changes)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["check", "update", "compare"])
    parser.add_argument("names", nargs="*", metavar="SWEEP")
    parser.add_argument("--names", dest="table", type=pathlib.Path, default=KEPT / "names.txt")
    parser.add_argument("--tolerance", type=float, default=0)
    asked = parser.parse_args()
    if asked.action == "compare":
        if len(asked.names) < 2:
            parser.error("compare OLD NEW")
        old, new, *sweeps = asked.names
        failed = compare(old, new, sweeps, Names(asked.table), asked.tolerance)
    else:
        failed = check(asked.names, asked.action == "update")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
