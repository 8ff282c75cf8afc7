"""What a notebook sees: every column with its dimensions, coordinates and units, in xarray
with both engines, for plain, zipped, sampled and iso-area sweeps: the last stage at the root,
a row per point, every other stage in a group that opens alone, files that combine."""
import os
import subprocess
import sys
import tempfile

import numpy as np
import xarray

NVSWEEP = os.environ["NVSWEEP"]

SINGLE = "node_m"  # written without brackets: a dimension of length 1
SWEEPS = {  # text, the last stage, and dimensions of some datasets by group
    "grid": (
        """axes = { technology = [ "sram", "stt-mram" ]; node = "22 nm";
           capacity = [ "64 KiB", "96 KiB", "128 KiB" ]; temperature = [ "25 C", "85 C" ]; };
           stages = [ "array" ];""",
        "array",
        {"/": {"area_m2": ("technology", "node_m", "capacity_bytes", "temperature_k")}},
    ),
    "zipped": (
        """axes = { technology = [ "sram", "stt-mram" ]; node = [ "45 nm", "22 nm" ];
           capacity = "64 KiB"; }; zip = ( [ "technology", "node" ] );
           stages = [ "array" ];""",
        "array",
        {"/": {"area_m2": ("technology", "capacity_bytes"), "node_m": ("technology",)}},
    ),
    "sampled": (
        """axes = { technology = [ "sram", "stt-mram" ]; node = "22 nm";
           capacity = [ "64 KiB", "128 KiB" ];
           temperature = { from = "0 C"; to = "100 C"; step = "1 K"; }; };
           sample = { count = 5; seed = 3; }; stages = [ "array" ];""",
        "array",
        {"/": {"area_m2": ("point", "node_m"), "technology": ("point",),
               "temperature_k": ("point",)}},
    ),
    "gpu": (
        """axes = { technology = [ "sram", "stt-mram" ]; node = "22 nm";
           capacity = { iso_area_of = "sram"; baseline = [ "512 KiB" ]; step = "128 KiB"; };
           line = "128 B"; machine = "gtx-1080-ti"; workload = "squeezenet";
           phase = [ "inference" ]; batch = 1; }; stages = [ "gpu" ];""",
        "gpu",
        {"/": {"edp_js": ("technology", "node_m", "capacity_bytes", "line_bytes", "machine",
                          "workload", "phase", "batch")},
         "gpu": {"component_j": ("technology", "node_m", "capacity_bytes", "line_bytes",
                                 "machine", "workload", "phase", "batch", "component")},
         "reuse": {"curve_read_misses": ("machine", "workload", "phase", "batch",
                                         "curve_capacity_bytes")}},
    ),
}


def listed_metrics():
    """Per stage its metrics."""
    text = subprocess.run([NVSWEEP, "list", "metrics"], check=True, capture_output=True,
                          text=True).stdout
    stages = {}
    for line in text.splitlines():
        stage, name = line.split()[:2]
        stages.setdefault(stage, set()).add(name)
    return stages


def run(folder, name, text):
    sweep, result = os.path.join(folder, name + ".cfg"), os.path.join(folder, name + ".h5")
    with open(sweep, "w") as file:
        file.write(text)
    subprocess.run(["timeout", "300", "mpirun", "-n", "2", NVSWEEP, "run", sweep, "-o",
                    result], check=True, stderr=subprocess.DEVNULL)
    return result


def opened(path, engine, group=None):
    with xarray.open_dataset(path, engine=engine, group=group) as dataset:
        return dataset.load()


def groups_of(path):
    import h5py
    with h5py.File(path, "r") as file:
        return {name for name, item in file.items() if isinstance(item, h5py.Group)}


def check(name, path, engine, last, expected, metrics):
    groups = groups_of(path) - {"run"}
    datasets = {"/": opened(path, engine)}
    datasets.update({group: opened(path, engine, group) for group in groups})
    for group, dims in expected.items():
        for variable, wanted in dims.items():
            found = datasets[group][variable].dims
            assert found == wanted, (name, group, variable, found, wanted)
    # every metric of every stage of the sweep, with what a plot needs
    for stage in groups | {last}:
        places = ["/", stage] if stage == last else [stage]
        for metric in metrics[stage]:
            found = [datasets[place][metric] for place in places
                     if place in datasets and metric in datasets[place]]
            assert len(found) == 1, (name, stage, metric, len(found))
            assert found[0].attrs["units"] and found[0].attrs["long_name"], metric
    # the root is a table of the last stage's points
    root = datasets["/"]
    points = int(np.prod(root.status.shape))
    assert root.status.attrs["stage"] == last
    for variable in root.data_vars.values():
        assert variable.dims == root.status.dims, variable.name
    assert len(root.to_dataframe()) == points
    # no scalar coordinates that end up in the title of every plot
    for group, dataset in datasets.items():
        assert not [c for c in dataset.coords.values() if not c.dims], (name, group)
        status = dataset.status
        assert "done" in status.attrs["flag_meanings"].split(), group
        assert set(np.unique(status)) <= {1, 2}, (group, np.unique(status))
        for dim in dataset.dims:
            assert dim in dataset.coords, (name, group, dim)
        # a count of a point without result is no number
        for variable in dataset.data_vars.values():
            if variable.dims[:status.ndim] == status.dims and variable.name != "status":
                done = (status == 1).broadcast_like(variable)
                assert variable.where(~done).isnull().all(), (group, variable.name)
                assert float(variable.where(done).max()) < 2.0**63, (group, variable.name)
    run = opened(path, engine, "run")
    for attribute in ("title", "sweep", "library_records", "nvsweep_version", "nvsweep_commit"):
        assert run.attrs[attribute] != "", attribute
    defaults = opened(path, engine, "run/defaults")
    assert "rules" in defaults and not set(defaults) & set(root.coords)
    block = opened(path, engine, f"run/{last}")
    assert block.checksum.dims == ("block",) and not int(block.attempts.max())
    return datasets


def check_combining(folder):
    """Files of two sweeps join along the axis in which they differ, also where one of them
    writes a single value without brackets."""
    text = """axes = {{ technology = [ "sram", "stt-mram" ]; capacity = {}; node = "22 nm"; }};
              title = "{}"; stages = [ "array" ];"""
    paths = [run(folder, f"part{i}", text.format(capacity, f"part {i}")) for i, capacity in
             enumerate(('[ "64 KiB", "128 KiB" ]', '"256 KiB"'))]
    for engine in ("netcdf4", "h5netcdf"):
        parts = [opened(path, engine) for path in paths]
        assert parts[0].attrs == parts[1].attrs
        both = xarray.combine_by_coords([part[["area_m2"]] for part in parts])
        assert list(both.capacity_bytes) == [2**16, 2**17, 2**18]
        assert both.attrs == parts[0].attrs and not both.area_m2.isnull().any()
    merged = os.path.join(folder, "merged.h5")
    subprocess.run([NVSWEEP, "merge", *paths, "-o", merged], check=True,
                   stdout=subprocess.DEVNULL)
    whole = run(folder, "whole", text.format('[ "64 KiB", "128 KiB", "256 KiB" ]', "all"))
    said = subprocess.run([NVSWEEP, "diff", merged, whole], capture_output=True, text=True)
    assert said.returncode == 0 and "no differences" in said.stdout, said
    assert xarray.testing.assert_identical(opened(merged, "netcdf4"),
                                           opened(whole, "netcdf4")) is None


def main():
    metrics = listed_metrics()
    with tempfile.TemporaryDirectory() as folder:
        for name, (text, last, expected) in SWEEPS.items():
            path = run(folder, name, text)
            one, other = (check(name, path, engine, last, expected, metrics)
                          for engine in ("netcdf4", "h5netcdf"))
            for group in one:
                xarray.testing.assert_equal(one[group], other[group])
            print(name, dict(one["/"].sizes), "groups:", *sorted(set(one) - {"/"}))
        area = opened(os.path.join(folder, "grid.h5"), "netcdf4").area_m2
        area = area.sel(technology="stt-mram", capacity_bytes=96 * 1024)
        assert area.sizes[SINGLE] == 1 and area.squeeze().sizes == {"temperature_k": 2}
        assert float(area.squeeze()[0]) > 0
        check_combining(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
