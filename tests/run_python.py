"""The Python package: installed by pip into a virtual environment and by make install; masks
by status, also where a large file holds no NaN; gains, fronts, crossings and joined files are
those worked out by hand; a file that is being written is read again."""
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import xarray

ROOT = pathlib.Path(__file__).resolve().parent.parent
NVSWEEP = os.environ["NVSWEEP"]
sys.path.insert(0, str(ROOT / "python"))
os.environ.setdefault("MPLBACKEND", "Agg")
import nvsweep as nv  # noqa: E402

SWEEP = """title = "caches"; axes = { technology = [ "sram", "stt-mram", "pcm" ]; node = "22 nm";
  capacity = %s; machine = "gtx-1080-ti"; line = "128 B";
  workload = [ "squeezenet", "alexnet" ]; phase = "inference"; }; stages = [ "gpu" ];"""


def run(folder, name, capacity):
    sweep, result = folder / f"{name}.cfg", folder / f"{name}.h5"
    sweep.write_text(SWEEP % capacity)
    subprocess.run([NVSWEEP, "run", sweep, "-o", result, "--quiet"], check=True, timeout=120)
    return result


def check_open(path):
    data = nv.open(path)
    plain = xarray.open_dataset(path)
    xarray.testing.assert_equal(data.load(), plain.load())
    told = data.nvsweep.status()
    assert told.loc["gpu", "points"] == 3 * 3 * 2 == told.loc["gpu"].iloc[1:].sum()
    assert data.nvsweep.title == "caches" and "squeezenet" in data.nvsweep.sweep
    assert data.nvsweep.defaults["rules"] == "physical"
    area = data.nvsweep.metric("area_m2")
    assert area.dims == ("technology", "capacity_bytes")
    xarray.testing.assert_equal(area, xarray.open_dataset(path, group="array").area_m2.squeeze())
    assert data.nvsweep.metric("gpu/component_j", workload="alexnet").dims == (
        "technology", "capacity_bytes", "component")
    for name, words in (("edp", "no 'edp'"), ("chip/edp_js", "no 'chip/edp_js'")):
        try:
            data.nvsweep.metric(name)
            raise AssertionError(f"{name} was found")
        except KeyError as error:
            assert words in str(error), error
    return data


def check_masking(path, folder):
    """A pending point is NaN whatever its bytes are, and is read again once it is done."""
    other = folder / "pending.h5"
    other.write_bytes(path.read_bytes())
    with h5py.File(other, "r+") as file:
        done, place = file["status"][...].tobytes(), file["status"].id.get_offset()
        file["status"][0] = 0
        file["edp_js"][0] = 7.0
    data = nv.open(other)
    assert bool(data.edp_js[0].isnull().all()) and not bool(data.edp_js[1:].isnull().any())
    assert bool(data.nvsweep.metric("component_j")[0].isnull().all())
    assert data.nvsweep.status().loc["gpu", "pending"] == 6
    with open(other, "r+b") as file:  # as a run writes
        file.seek(place)
        file.write(done)
    assert float(data.nvsweep.refresh().edp_js[0].max()) == 7.0


def check_comparing(data):
    edp = data.nvsweep.metric("edp_js")
    gain = data.nvsweep.gain("edp_js", over="technology=sram").edp_js
    np.testing.assert_array_equal(gain, edp.sel(technology="sram") / edp)
    assert gain.attrs["units"] == "1" and "sram over this" in gain.attrs["long_name"]
    best = data.nvsweep.best("edp_js", per=["workload"])
    for _, row in best.iterrows():
        assert row.edp_js == float(edp.sel(workload=row.workload).min()), row
        assert row.edp_js == float(edp.sel(workload=row.workload, technology=row.technology,
                                           capacity_bytes=row.capacity_bytes))
    front = data.nvsweep.pareto("energy_j", "latency_s", per="workload")
    points = data[["energy_j", "latency_s"]].to_dataframe().reset_index()
    for _, p in points.iterrows():
        group = points[points.workload == p.workload]
        beaten = ((group.energy_j <= p.energy_j) & (group.latency_s <= p.latency_s)
                  & ((group.energy_j < p.energy_j) | (group.latency_s < p.latency_s))).any()
        assert beaten != ((front.workload == p.workload) & (front.energy_j == p.energy_j)).any()


def check_crossover():
    x = np.array([1.0, 10.0, 100.0, 1000.0])
    values = np.array([[x, x, x], [x**2 / 30, 2 * x, x**3]])  # design, case, x
    array = xarray.DataArray(values, dims=("design", "case", "x"), name="cost", coords={
        "design": ["a", "b"], "x": ("x", x, {"units": "Hz"})})
    at = array.nvsweep.crossover("x", "design=a", "design=b")
    np.testing.assert_allclose(at, [30, np.nan, 1], rtol=1e-12)  # x = x^2 / 30; never; at once
    assert list(at["first"].values) == ["b", "a", "a"] and at.attrs["units"] == "Hz"


def check_plot(data):
    area = data.nvsweep.metric("area_m2")
    axes = area.nvsweep.plot(x="capacity_bytes", line="technology")
    axes.figure.canvas.draw()
    ticks = [label.get_text() for label in axes.get_xticklabels()]
    assert ticks == ["64 KiB", "128 KiB", "256 KiB"], ticks
    assert axes.get_ylabel() == "Area of data and tag arrays [mm²]", axes.get_ylabel()
    assert "Data capacity" in axes.get_xlabel() or axes.get_xlabel(), axes.get_xlabel()
    try:
        data.edp_js.nvsweep.plot(x="capacity_bytes", line="technology")
        raise AssertionError("two networks were drawn as one line")
    except ValueError as error:
        assert "workload" in str(error)


def check_waterfall(path, sweep):
    """From the file's study to another node: a row a step, each the one before times its factor."""
    data = nv.open(path)
    table = data.nvsweep.waterfall(sweep.replace("22 nm", "16 nm"), workload="alexnet")
    assert {"stt-mram", "pcm"} == set(table.technology), table
    for _, steps in table.groupby("technology"):
        ratios = steps.value.iloc[2:].values / steps.value.iloc[1:-1].values
        assert np.allclose(ratios, steps.factor.iloc[2:]) and len(steps) > 2, steps
        assert steps.step.iloc[0] == "first" and "read_latency_s" in set(steps.step), steps
    try:
        data.nvsweep.waterfall(sweep.replace("22 nm", "17 nm"))
        raise AssertionError("a study without its node was walked to")
    except ValueError as error:
        assert "node" in str(error), error


def check_install(folder, path):
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", venv], check=True)
    source = folder / "source"
    subprocess.run(["cp", "-r", ROOT / "python", source], check=True)
    subprocess.run([venv / "bin" / "pip", "install", "-q", "--no-build-isolation", "--no-deps",
                    "--no-index", source], check=True, cwd=folder)
    program = "import nvsweep; print(nvsweep.__file__, nvsweep.open(%r).sizes['technology'])"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    said = subprocess.run([venv / "bin" / "python", "-c", program % str(path)], cwd=folder,
                          check=True, capture_output=True, text=True, env=environment).stdout
    assert str(venv) in said and said.endswith("3\n"), said
    version = (ROOT / "VERSION").read_text().strip()
    assert nv.__version__ == version, (nv.__version__, version)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        path = run(folder, "caches", '[ "64 KiB", "128 KiB", "256 KiB" ]')
        data = check_open(path)
        check_masking(path, folder)
        check_comparing(data)
        check_crossover()
        check_plot(data)
        more = run(folder, "more", '"512 KiB"')
        joined = nv.open([path, more])
        assert joined.sizes["capacity_bytes"] == 4 and not joined.edp_js.isnull().any()
        assert joined.nvsweep.metric("area_m2").sizes["capacity_bytes"] == 4
        assert joined.nvsweep.status().loc["gpu", "points"] == 24
        check_waterfall(more, SWEEP % '"512 KiB"')
        check_install(folder, path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
