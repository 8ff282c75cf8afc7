"""DeepNVM++ reproduced: with the paper's Table II in place of the array model, the averages of
last-level cache energy over ten workload-phases are those the paper's text gives (as recalled),
nine of ten within 8 %; and a capacity that a column of the table does not have is refused."""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy

NVSWEEP = os.environ["NVSWEEP"]
SWEEPS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sweeps")
MIB = 1 << 20
# technology, capacity, metric, recalled ratio of SRAM to it
AVERAGES = (("stt", 3, "llc_dynamic_j", 1 / 2.2), ("sot", 3, "llc_dynamic_j", 1 / 1.3),
            ("stt", 3, "llc_leakage_j", 6.3), ("sot", 3, "llc_leakage_j", 10.0),
            ("stt", 3, "llc_energy_j", 5.3), ("sot", 3, "llc_energy_j", 8.6),
            ("stt", 7, "llc_dynamic_j", 1 / 2.5), ("sot", 10, "llc_dynamic_j", 1 / 1.45),
            ("stt", 7, "llc_leakage_j", 2.1), ("sot", 10, "llc_leakage_j", 2.15))


def variable(file, name):
    """The root's, or wherever the file has it."""
    if name in file:
        return file[name]
    return next(group[name] for group in file.values()
                if isinstance(group, h5py.Group) and name in group)


def main():
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "t.h5")
        subprocess.run([NVSWEEP, "run", os.path.join(SWEEPS, "deepnvm_reproduced_table.cfg"),
                        "-o", result, "--quiet"], check=True, timeout=300)
        with h5py.File(result) as file:
            names = [name.decode() for name in variable(file, "technology")[:]]
            capacities = list(variable(file, "capacity_bytes")[:])
            data = {name: numpy.squeeze(variable(file, name)[:]) for name in
                    ("llc_dynamic_j", "llc_leakage_j", "llc_energy_j")}

    def of(technology, mib, metric):
        return data[metric][names.index(technology + "-deepnvm-table"),
                            capacities.index(mib * MIB)].ravel()

    far = []
    for technology, mib, metric, recalled in AVERAGES:
        ratios = of("sram", 3, metric) / of(technology + "-mram", mib, metric)
        assert ratios.size == 10 and numpy.all(ratios > 0), (technology, metric, ratios)
        # a ratio below 1 is told as its inverse: the mean is over what is told
        error = (ratios.mean() if recalled > 1 else 1 / (1 / ratios).mean()) / recalled - 1
        if abs(error) > 0.08:
            far.append((technology, mib, metric, error))
    assert len(far) <= 1, far
    assert numpy.isnan(of("sram", 7, "llc_energy_j")).all()
    assert numpy.isnan(of("stt-mram", 10, "llc_energy_j")).all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
