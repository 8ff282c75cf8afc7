"""Notebooks and figures: every notebook runs top to bottom in a fresh kernel and says what
it should; every figure script draws; what they share is right, and a slice of a large
file is read alone."""
import glob
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLOTS = os.path.join(ROOT, "plots")
os.environ.setdefault("NVSWEEP", os.path.join(ROOT, "build", "nvsweep"))
sys.path[:0] = [PLOTS, os.path.join(ROOT, "python")]
PACKAGES = ["python3-nbconvert", "python3-ipykernel", "python3-nbclient", "python3-pandas"]
LARGE_POINTS = 10_000_000


def packages_or_skip():
    try:
        import ipykernel  # noqa: F401
        import nbclient  # noqa: F401
    except ImportError:
        print(f"no notebook kernel: install {' '.join(PACKAGES)}")
        sys.exit(77)


# ---- what notebooks and figures share


def check_pareto():
    import numpy as np
    import nvsweep as nv
    random = np.random.default_rng(7)
    values = random.integers(0, 12, (300, 3)).astype(float)
    values[5] = np.nan
    told = nv.pareto_mask(*values.T)
    for i, row in enumerate(values):
        beaten = ((values <= row).all(axis=1) & (values < row).any(axis=1)).any()
        assert told[i] == (not np.isnan(row).any() and not beaten), (i, row)
    assert not nv.pareto_mask([np.nan], [1.0])[0]


def check_units():
    import nvsweep as nv
    for value, units, words in ((3145728, "byte", "3 MiB"), (4.2e-9, "s", "4.2 ns"),
                                (5.53e-6, "m2", "5.53 mm²"), (2.5e-7, "m2", "0.25 mm²"),
                                (0.0015, "J", "1.5 mJ"), (7, "1", "7"), (1.6e-8, "m", "16 nm")):
        assert nv.quantity(value, units) == words, (value, units, nv.quantity(value, units))


def check_published():
    import nvsweep as nv
    headlines = {nv.setting(figure, "technology"): figure["published"]
                 for figure in nv.published("deepnvm", metric="edp_js",
                                            sweep="deepnvm_isocapacity.cfg")}
    # abstract of arXiv 2012.04559: up to 3.8x and 4.7x EDP reduction
    assert headlines == {"stt-mram-deepnvm": 3.8, "sot-mram-deepnvm": 4.7}, headlines


def file_of(path, capacities, temperatures, **storage):
    """A file in the layout of nvsweep's, or of its packed copies, sparse on the disk but for
    one plane."""
    import h5py
    import numpy as np
    sizes = {"technology": 10, "capacity_bytes": capacities, "temperature_k": temperatures}
    with h5py.File(path, "w") as file:
        for name, size in sizes.items():
            labels = [f"t{i}" for i in range(size)]
            data = labels if name == "technology" else np.arange(1.0, size + 1)
            kind = h5py.string_dtype() if name == "technology" else "f8"
            file.create_dataset(name, data=data, dtype=kind).make_scale(name)
        for name, kind in (("area_m2", "f8"), ("status", "i1")):
            dataset = file.create_dataset(name, tuple(sizes.values()), kind, **storage)
            for axis, scale in enumerate(sizes):
                dataset.dims[axis].attach_scale(file[scale])
        file["area_m2"].attrs["units"] = "m2"
        file["status"].attrs["stage"] = "array"
        file["status"].attrs["flag_meanings"] = "pending done"
        file.attrs["nvsweep_layout"] = 2
        run = file.create_group("run/array")
        run.attrs["columns"], run.attrs["status"] = "area_m2", "status"
        file["area_m2"][3, :, temperatures // 2] = np.arange(capacities) * 1e-6
        file["status"][3, 1:, temperatures // 2] = 1
        return file["area_m2"].size


def bytes_read():
    with open("/proc/self/io") as file:
        return int(next(line for line in file if line.startswith("rchar")).split()[1])


def slice_draw(path, temperature):
    """The plotted line, the processor seconds and the bytes it took to open, read and draw:
    other work on the machine shall not decide."""
    import figure as fig
    import nvsweep as nv
    start, before = time.process_time(), bytes_read()
    data = nv.open(path)
    line = nv.scaled(nv.metric(data, "area_m2", technology="t3", temperature_k=temperature))
    figure, axes = fig.plt.subplots()
    axes.plot(line.capacity_bytes, line)
    figure.canvas.draw()
    return line, time.process_time() - start, bytes_read() - before


def check_large(folder):
    """A slice of 10^7 points, opened and drawn: within a second, and read alone."""
    import numpy as np
    small, large = os.path.join(folder, "s.h5"), os.path.join(folder, "l.h5")
    file_of(small, 4, 4)
    assert file_of(large, 1000, 1000) == LARGE_POINTS
    slice_draw(small, 3)  # libraries and fonts load on first use, whatever the file
    line, seconds, read = slice_draw(large, 501)
    assert np.isnan(line[0]) and float(line[7]) == 7.0, line[:8]
    assert seconds < 1, seconds
    # HDF5 reads through the gaps of a strided slice: a tenth here, one technology of ten
    assert read < 9 * LARGE_POINTS / 8, read
    print(f"a slice of {LARGE_POINTS:.0e} points: {seconds:.2f} s, {read / 1e6:.2f} MB read")
    packed = os.path.join(folder, "p.h5")  # chunks as pack chooses them, 65536 elements
    file_of(packed, 1000, 1000, chunks=(3, 125, 125), compression=6, shuffle=True)
    line, seconds, read = slice_draw(packed, 501)
    assert np.isnan(line[0]) and float(line[7]) == 7.0, line[:8]
    assert seconds < 1 and read < LARGE_POINTS / 4, (seconds, read)
    print(f"of a packed copy: {seconds:.2f} s, {read / 1e6:.2f} MB read")


# ---- notebooks

EXPECTED = {  # texts in the outputs, images at least
    "deepnvm.ipynb": (["STT-MRAM", "times less EDP than SRAM"], 4),
    "decide.ipynb": (["total", "of the points done", "Decision: ", "+0.0%"], 2),
    "xr.ipynb": (["of the points done", "VGSOT-MRAM pays", "published", "xr-simba"], 3),
    "in_memory.ipynb": (["simdram", "times faster", "a batch: "], 4),
    "language_models.ipynb": (["tpu-v5p", "4 x 2", "MiB, 4 dies", "Iceland"], 2),
    "uncertainty.ipynb": (["128 samples of 10 parameters", "machine.dram_latency_s",
                           "Decides: ", "largest difference to the file's indices"], 3),
    "needs.ipynb": (["wall: ", "wins: ", "memories hold nothing longer than edram-3t's 110"], 4),
    "explore.ipynb": (["technology", "area of data and tag arrays", "least: ", "most: "], 1),
}


DIGITS = "usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz"
if any(os.path.exists(os.path.join(folder, DIGITS))
       for folder in ("/", os.path.join(ROOT, "build", "data"), os.environ.get("NVSWEEP_DATA", "/"))):
    EXPECTED["accuracy.ipynb"] = (["2 hidden layers: backpropagation ahead", "times sooner", "hzo-fefet",
                                   "8 bits, f4, scales: tap: "], 5)
else:  # it says so, and how to get them
    EXPECTED["accuracy.ipynb"] = (["install python3-sklearn"], 0)


def check_committed(path):
    with open(path) as file:
        notebook = json.load(file)
    for cell in notebook["cells"]:
        assert not cell.get("outputs") and not cell.get("execution_count"), \
            f"{path} was committed with outputs"


def execute(path):
    import nbformat
    from nbclient import NotebookClient
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=200, kernel_name="python3",
                   resources={"metadata": {"path": PLOTS}}).execute()
    texts, images = [], 0
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            images += "image/png" in data
            texts += [output.get("text", ""), data.get("text/plain", ""),
                      data.get("text/html", "")]
            assert output.get("name") != "stderr", (path, output.get("text"))
    return "\n".join(texts), images


def check_notebooks(folder):
    os.environ["NVSWEEP_RESULTS"] = folder
    assert set(EXPECTED) == {os.path.basename(p) for p in glob.glob(f"{PLOTS}/*.ipynb")}
    for name, (expected, fewest) in EXPECTED.items():
        start = time.monotonic()
        check_committed(os.path.join(PLOTS, name))
        texts, images = execute(os.path.join(PLOTS, name))
        for words in expected:
            assert words in texts, (name, words, texts[-2000:])
        assert images >= fewest, (name, images)
        print(f"{name}: {images} images, {time.monotonic() - start:.1f} s")


# ---- figures


def check_figures(folder):
    """Scripts whose results the notebooks left behind; the others say what is missing."""
    environment = dict(os.environ, NVSWEEP_FIGURES=os.path.join(folder, "figures"))
    larger = os.path.join(folder, "notebook_larger.h5")
    running = {
        script: subprocess.Popen([sys.executable, os.path.join(PLOTS, script), results],
                                 env=environment, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True)
        for script, results in (("deepnvm_isocapacity.py", folder),
                                ("deepnvm_isoarea.py", folder),
                                ("deepnvm_traffic.py", folder), ("deepnvm_batch.py", folder),
                                ("deepnvm_scalability.py", larger),
                                ("miss_ratio_curves.py", larger))}
    for script, process in running.items():
        told = process.communicate(timeout=200)[0]
        is_missing = script == "deepnvm_batch.py"
        assert process.returncode == (2 if is_missing else 0), (script, told)
        assert not is_missing or "is missing; make it with: nvsweep run" in told, told
    drawn = glob.glob(f"{environment['NVSWEEP_FIGURES']}/*")
    stems = {os.path.splitext(os.path.basename(path))[0] for path in drawn}
    assert len(drawn) == 2 * len(stems) and len(stems) >= 11, stems
    assert all(os.path.getsize(path) > 5000 for path in drawn)
    print(f"{len(stems)} figures drawn, PNG and PDF")


def main():
    packages_or_skip()
    check_pareto()
    check_units()
    check_published()
    with tempfile.TemporaryDirectory() as folder:
        check_large(folder)
        check_notebooks(folder)
        check_figures(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
