"""Accuracies are the same bits: every family of experiments, and functions that networks learn, after a
kill and on two ranks, and on four ranks without the processor's newer instructions.  With WHOLE=1 (make
accuracy-bits) on one to four ranks each, killed again and again.

Families whose data are neither installed nor unpacked under build/data are left out, and said so."""
import os
import signal
import subprocess
import time

import h5py
import numpy as np

from harness import bytes_of, claim, data_folder, done, environment, nvsweep, program, root

FIXTURES = os.path.join(root, "tests", "fixtures", "accuracy")
DIGITS = "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz"
HELP = "/usr/share/help/C/gnome-help"
MASKED = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX"}
whole = "WHOLE" in os.environ


def run(name, result, ranks=0, **variables):
    return program("run", f"{FIXTURES}/{name}.cfg", "-o", result, "--quiet", ranks=ranks, **variables)


def committed(result):
    """Leases that are done, of whatever stage."""
    try:
        with open(f"{result}.journal") as journal:
            return journal.read().count('"event": "lease"')
    except OSError:
        return 0


def remove(result):
    for ending in "", ".journal", ".lock":
        if os.path.exists(result + ending):
            os.remove(result + ending)


def killed_run(name, result, leases):
    """A run that is killed after so many leases, or sooner if it ends first; its exit code."""
    for least in range(leases, -1, -1):
        running = subprocess.Popen([nvsweep, "run", f"{FIXTURES}/{name}.cfg", "-o", result, "--quiet"],
                                   env=environment, stderr=subprocess.DEVNULL)
        while running.poll() is None and (committed(result) < least or not os.path.exists(result)):
            time.sleep(0.002)
        running.send_signal(signal.SIGKILL)
        if running.wait() == -signal.SIGKILL or least == 0:
            break
        remove(result)
    return running.returncode


def same_bits(name):
    code, said = run(name, f"{name}.h5")
    claim(f"{name}: runs", code == 0, said)
    plain = bytes_of(f"{name}.h5")
    times = 3 if whole else 1
    ends = [killed_run(name, "killed.h5", 2 * (k + 1)) for k in range(times)]
    code, said = run(name, "killed.h5", ranks=2)
    claim(f"{name}: killed and resumed on two ranks: same bytes ({ends.count(-signal.SIGKILL)} kills)",
          code == 0 and bytes_of("killed.h5") == plain and -signal.SIGKILL in ends, said)
    for ranks in (2, 3) if whole else ():
        code, said = run(name, f"{name}-{ranks}.h5", ranks=ranks)
        claim(f"{name}: {ranks} ranks: same bytes",
              code == 0 and bytes_of(f"{name}-{ranks}.h5") == plain, said)
    code, said = run(name, "masked.h5", ranks=4, **MASKED)
    claim(f"{name}: four ranks without AVX and FMA: same bytes",
          code == 0 and bytes_of("masked.h5") == plain, said)
    remove("killed.h5")
    remove("masked.h5")


def errors_stand_beside_costs():
    """Functions, machine, width, bits in this order: errors of what the machine has networks for."""
    with h5py.File("functions.h5") as file:
        stages = [file, file["approximation"], file["operations"]]
        found = {name: np.squeeze(next(g[name][...] for g in stages if name in g))
                 for name in ("function_mse", "lane_j")}
    errors, energy = found["function_mse"], found["lane_j"]
    claim("functions: axes in the sweep's order", errors.shape == (2, 4, 2, 2, 2), errors.shape)
    has = np.isfinite(errors)
    claim("functions: of NEON's three alone, addition and SIMDRAM have no network",
          has[:, :3, 0].all() and not has[:, 3].any() and not has[:, :, 1].any(), has)
    claim("functions: 16 bits err less than 4",
          (errors[:, :3, 0, :, 1] < errors[:, :3, 0, :, 0]).all(), errors[:, :3, 0])
    claim("functions: 4 bits err less where the training knows of them, both widths together",
          (errors[1, :3, 0, :, 0].sum(axis=1) < errors[0, :3, 0, :, 0].sum(axis=1)).all(), errors[:, :3, 0, :, 0])
    claim("functions: and their crossbars take less energy", energy.shape == (4, 2, 2, 2) and
          (energy[:3, 0, :, 0] < energy[:3, 0, :, 1]).all(), energy)


same_bits("functions")
errors_stand_beside_costs()
if data_folder(DIGITS, "python3-sklearn") is not None:
    same_bits("learning")
    same_bits("integers")
    same_bits("crossbars")
if data_folder(HELP, "gnome-user-docs") is not None:
    same_bits("hypervectors")
done()
