"""The program beside the files: running sweeps from a notebook, and published values."""
import functools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]  # the repository, if this is one


def program():
    """The program: $NVSWEEP, the one built beside this package, or the installed one."""
    for path in (os.environ.get("NVSWEEP"), SOURCE / "build" / "nvsweep",
                 shutil.which("nvsweep")):
        if path and os.access(path, os.X_OK):
            return str(path)
    raise FileNotFoundError("no nvsweep; build it with make, or set NVSWEEP")


def _sweep_file(name):
    """A sweep's file: as it is, or one of those shipped."""
    shipped = pathlib.Path(program()).resolve().parent.parent
    for folder in (pathlib.Path(), SOURCE / "sweeps", shipped / "share" / "nvsweep"):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"no sweep {name}")


def results_folder():
    """Where run() leaves result files: $NVSWEEP_RESULTS, build/results of the repository, or
    the folder one is in."""
    built = SOURCE / "build"
    return pathlib.Path(os.environ.get("NVSWEEP_RESULTS",
                                       built / "results" if built.is_dir() else "."))


def run(sweep, result=None, ranks=None):
    """Run a sweep (or resume it; at once if it is done) and return its result file.

    sweep: a file, one of those shipped, or the text of a sweep; a text needs the result's
    name.
    """
    folder = results_folder()
    folder.mkdir(parents=True, exist_ok=True)
    if "\n" in str(sweep) or "axes" in str(sweep):
        path = folder / f"{result}.cfg"
        path.write_text(sweep)
    else:
        path = _sweep_file(sweep)
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
    """What a sweep would compute, in words."""
    return subprocess.run([program(), "plan", str(sweep_file)], check=True,
                          capture_output=True, text=True).stdout


def waterfall(first, second=None, metric="edp_js", reduce="max", svg=None, **settings):
    """From one study to another, a step at a time: a table of what each step multiplies the
    first technology's advantage over the others by (`nvsweep waterfall`).

    first, second: sweep files or texts of sweeps; with one, `settings` are what changes.
    """
    import pandas as pd
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for i, sweep in enumerate(s for s in (first, second) if s is not None):
            if "\n" in str(sweep) or "axes" in str(sweep):
                path = pathlib.Path(folder) / f"{'ab'[i]}.cfg"
                path.write_text(sweep)
            else:
                path = _sweep_file(sweep)
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


def published(*systems, **conditions):
    """Published figures (dicts in SI units, as `nvsweep validate --json` prints them),
    those whose fields equal the conditions."""
    return [figure for figure in _all_published(program())
            if (not systems or figure["system"] in systems)
            and all(figure[key] == value for key, value in conditions.items())]


@functools.lru_cache
def _all_published(path):
    text = subprocess.run([path, "validate", "--json", "--no-model"], check=True,
                          capture_output=True, text=True).stdout
    return json.loads(text)


def setting(figure, axis):
    """The value a published figure gives an axis in its `where`, or None."""
    for text in figure["where"]:
        key, value = text.split("=", 1)
        if key == axis:
            return value
    return None
