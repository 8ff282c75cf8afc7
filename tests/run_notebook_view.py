"""What a notebook sees: every column with its dimensions, coordinates and units, in xarray
with both engines, for plain, zipped, sampled and iso-area sweeps."""
import os
import subprocess
import sys
import tempfile

import numpy as np
import xarray

NVSWEEP = os.environ["NVSWEEP"]

SWEEPS = {
    "grid": (
        """axes = { technology = [ "sram", "stt-mram" ]; node = "22 nm";
           capacity = [ "64 KiB", "96 KiB", "128 KiB" ]; temperature = [ "25 C", "85 C" ]; };
           stages = [ "array" ];""",
        {"area_m2": ("technology", "capacity_bytes", "temperature_k")},
    ),
    "zipped": (
        """axes = { technology = [ "sram", "stt-mram" ]; node = [ "45 nm", "22 nm" ];
           capacity = "64 KiB"; }; zip = ( [ "technology", "node" ] );
           stages = [ "array" ];""",
        {"area_m2": ("technology",), "node_m": ("technology",)},
    ),
    "sampled": (
        """axes = { technology = [ "sram", "stt-mram" ]; node = "22 nm";
           capacity = [ "64 KiB", "128 KiB" ];
           temperature = { from = "0 C"; to = "100 C"; step = "1 K"; }; };
           sample = { count = 5; seed = 3; }; stages = [ "array" ];""",
        {"area_m2": ("point",), "technology": ("point",), "temperature_k": ("point",)},
    ),
    "system": (
        """axes = { technology = [ "sram", "stt-mram" ]; node = "22 nm";
           capacity = { iso_area_of = "sram"; baseline = [ "512 KiB" ]; step = "128 KiB"; };
           line = "128 B"; platform = "gtx-1080-ti"; workload = "squeezenet";
           phase = [ "inference" ]; batch = 1; };""",
        {
            "edp_js": ("technology", "capacity_bytes", "phase"),
            "component_j": ("technology", "capacity_bytes", "phase", "component"),
            "curve_read_misses": ("phase", "curve_capacity_bytes"),
            "dram_reads": ("technology", "capacity_bytes", "phase"),
        },
    ),
}


def listed_metrics():
    text = subprocess.run([NVSWEEP, "list", "metrics"], check=True, capture_output=True,
                          text=True).stdout
    return {line.split()[1]: line.split()[0] for line in text.splitlines()}


def run(folder, name, text):
    sweep, result = os.path.join(folder, name + ".cfg"), os.path.join(folder, name + ".h5")
    with open(sweep, "w") as file:
        file.write(text)
    subprocess.run(["timeout", "300", "mpirun", "-n", "2", NVSWEEP, "run", sweep, "-o",
                    result], check=True, stderr=subprocess.DEVNULL)
    return result


def check(dataset, expected, metrics):
    for name, dims in expected.items():
        assert dataset[name].dims == dims, (name, dataset[name].dims, dims)
    stages = {name[:-len("_status")] for name in dataset.variables if name.endswith("_status")}
    for name, stage in metrics.items():
        assert (name in dataset) == (stage in stages), name
        if name in dataset:
            assert dataset[name].attrs["units"], name
            assert dataset[name].attrs["long_name"], name
    for stage in stages:
        status = dataset[stage + "_status"]
        assert "done" in status.attrs["flag_meanings"].split(), stage
        assert set(np.unique(status)) <= {1, 2}, (stage, np.unique(status))
    for attribute in ("sweep", "library_records", "nvsweep_version", "nvsweep_commit"):
        assert dataset.attrs[attribute] != "", attribute


def main():
    metrics = listed_metrics()
    with tempfile.TemporaryDirectory() as folder:
        for name, (text, expected) in SWEEPS.items():
            path = run(folder, name, text)
            values = {}
            for engine in ("netcdf4", "h5netcdf"):
                with xarray.open_dataset(path, engine=engine) as dataset:
                    check(dataset, expected, metrics)
                    values[engine] = dataset.load()
            xarray.testing.assert_equal(values["netcdf4"], values["h5netcdf"])
            print(name, dict(values["netcdf4"].sizes))
        grid = xarray.open_dataset(os.path.join(folder, "grid.h5"))
        area = grid.area_m2.sel(technology="stt-mram", capacity_bytes=96 * 1024)
        assert area.sizes == {"temperature_k": 2} and float(area[0]) > 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
