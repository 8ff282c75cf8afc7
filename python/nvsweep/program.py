"""Runs the program: sweeps from a notebook, and published values."""
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]  # the repository, if this is one

TIMES = {"": 1.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12, "h": 3600.0, "d": 86400.0,
         "y": 365.25 * 86400.0}


def program():
    """Path of the program: $NVSWEEP, the one built in this repository, or the installed one."""
    for path in (os.environ.get("NVSWEEP"), SOURCE / "build" / "nvsweep",
                 shutil.which("nvsweep")):
        if path and os.access(path, os.X_OK):
            return str(path)
    raise FileNotFoundError("no program nvsweep; build it with make, or set NVSWEEP to its path")


def sweep_file(name):
    """Path of a sweep file: the name itself, or a shipped sweep."""
    shipped = pathlib.Path(program()).resolve().parent.parent
    for folder in (pathlib.Path(), SOURCE / "sweeps", shipped / "share" / "nvsweep"):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"no sweep file {name}, and no shipped sweep of that name")


def results_folder():
    """The folder for result files of run(): $NVSWEEP_RESULTS, build/results of the repository, or
    the current folder."""
    built = SOURCE / "build"
    return pathlib.Path(os.environ.get("NVSWEEP_RESULTS",
                                       built / "results" if built.is_dir() else "."))


def run(sweep, result=None, ranks=None):
    """Runs or resumes a sweep and returns the path of its result file; at once if it is done.

    sweep: a file, a shipped sweep, or the text of a sweep.  result: the name of the result, which
    a text needs.
    """
    folder = results_folder()
    folder.mkdir(parents=True, exist_ok=True)
    if "\n" in str(sweep) or "axes" in str(sweep):
        path = folder / f"{result}.cfg"
        path.write_text(sweep)
    else:
        path = sweep_file(sweep)
    output = folder / f"{result or path.stem}.h5"
    command = [program(), "run", str(path), "-o", str(output), "--quiet"]
    ranks = ranks or len(os.sched_getaffinity(0))
    if ranks > 1 and shutil.which("mpirun"):
        root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
        command = ["mpirun", "-q", "--oversubscribe", *root, "-n", str(ranks), *command]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.strip() or f"nvsweep stopped with {done.returncode}")
    return output


def plan(sweep_file):
    """The output of `nvsweep plan`: points, time and size of a sweep."""
    return subprocess.run([program(), "plan", str(sweep_file)], check=True,
                          capture_output=True, text=True).stdout


def waterfall(first, second=None, metric="edp_js", reduce="max", svg=None, **settings):
    """A table of the factor by which each difference between two studies changes the first
    technology's ratio to the others (`nvsweep waterfall`).

    first, second: sweep files or texts of sweeps; without `second`, `settings` are the changes.
    """
    import pandas as pd
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for i, sweep in enumerate(s for s in (first, second) if s is not None):
            if "\n" in str(sweep) or "axes" in str(sweep):
                path = pathlib.Path(folder) / f"{'ab'[i]}.cfg"
                path.write_text(sweep)
            else:
                path = sweep_file(sweep)
            names.append(str(path))
        command = [program(), "waterfall", *names, "--json", "-m", metric, "--reduce", reduce,
                   *([f"--svg={svg}"] if svg else []),
                   *(f"{axis}={value}" for axis, value in settings.items())]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(done.stderr.strip())
    walk = json.loads(done.stdout)
    rows = []
    for technology in walk["technologies"]:
        rows.append({"technology": technology["technology"], "step": "first",
                     "value": technology["first"]})
        rows += [{"technology": technology["technology"], **step}
                 for step in technology["steps"]]
    table = pd.DataFrame(rows)
    table.attrs.update({key: walk[key] for key in ("metric", "reduce", "points", "orders")})
    return table


def number(kind, name, field):
    """A number that a library record states (`nvsweep list KIND NAME`), times in seconds, such as the
    retention of a technology; NaN if it states none."""
    text = subprocess.run([program(), "list", kind, name], check=True, capture_output=True, text=True).stdout
    stated = re.search(rf'\b{field} = "?([-+.\de]+) ?([a-z]*)"?;', text)
    return float(stated[1]) * TIMES.get(stated[2], 1.0) if stated else float("nan")


def published(*systems, **conditions):
    """The published figures whose fields equal the conditions, as dicts in SI units (the format of
    `nvsweep validate --json`)."""
    return [figure for figure in _all_published(program())
            if (not systems or figure["system"] in systems)
            and all(figure[key] == value for key, value in conditions.items())]


@functools.lru_cache
def _all_published(path):
    text = subprocess.run([path, "validate", "--json", "--no-model"], check=True,
                          capture_output=True, text=True).stdout
    return json.loads(text)


def setting(figure, axis):
    """The value of an axis in a published figure's `where`, or None."""
    for text in figure["where"]:
        key, value = text.split("=", 1)
        if key == axis:
            return value
    return None
