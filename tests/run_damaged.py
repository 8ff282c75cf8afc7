#!/usr/bin/env python3
"""Damaged and hostile result files: every command that reads one ends with an answer, or
with exit code 2 and one line; none crashes, hangs or takes gigabytes."""
import os
import random
import shutil
import subprocess
import sys
import tempfile

import h5py

nvsweep = os.path.abspath(os.environ.get("NVSWEEP", "build/nvsweep"))
sanitized = "/sanitize/" in nvsweep  # needs memory of its own
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1",
                   OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
folder = tempfile.TemporaryDirectory(prefix="nvsweep-damaged-")
os.chdir(folder.name)
failed = 0


def claim(what, holds, detail=""):
    global failed
    if not holds:
        failed += 1
        print("FAILED ", what, detail)


def commands(file):
    return [["status", file], ["show", file], ["diff", file, "valid.h5"],
            ["verify", "--sample", "1", file]]


def attack(what, file, wanted=(0, 1, 2, 75)):
    """Run all commands; says which codes there were."""
    global failed
    codes = []
    for command in commands(file):
        try:
            said = subprocess.run([nvsweep] + command, capture_output=True, timeout=60,
                                  env=environment)
            code, lines = said.returncode, said.stderr.count(b"\n")
        except subprocess.TimeoutExpired:
            code, lines = "hangs", 0
        codes.append(code)
        if code not in wanted or lines > 1 or (code == 2 and lines != 1):
            failed += 1
            print("FAILED ", what, command[0], code, said.stderr.decode(errors="replace"))
    return codes


subprocess.run(["mpirun", "-n", "1", nvsweep, "run", f"{root}/sweeps/minimal.cfg", "-o",
                "valid.h5", "--quiet"], check=True, timeout=120, env=environment)
assert attack("a valid file", "valid.h5", (0,)) == [0, 0, 0, 0]
with open("valid.h5", "rb") as handle:
    valid = handle.read()


def edited(what, edit, wanted=(2,)):
    shutil.copy("valid.h5", "edited.h5")
    with h5py.File("edited.h5", "r+") as file:
        edit(file)
    attack(what, "edited.h5", wanted)


def columns_gone(file):
    del file["run/array"].attrs["columns"]


def title_twice(file):
    file["run"].attrs["title"] = ["one", "two", "three"] * 100


def block_points_many(file):
    file["run/array/block"].attrs["block_points"] = list(range(1000))


def layout_other(file):
    file.attrs["nvsweep_layout"] = 3


def link_soft(file):
    file["more"] = h5py.SoftLink("/run")


def group_in_itself(file):
    file["run/array/again"] = file["/"]


def label_many(file):
    file.create_dataset("more", data=["label"] * 7, dtype=h5py.string_dtype())


def column_wide(file):
    """A column of 1000 values per point where the stage has one."""
    del file["area_m2"]
    file["wide"] = list(range(1000))
    file["wide"].make_scale()
    file["area_m2"] = [1.0] * 1000
    file["area_m2"].dims[0].attach_scale(file["wide"])


edited("no list of columns", columns_gone)
edited("a title of many texts", title_twice)
edited("many numbers of points per block", block_points_many)
edited("texts along no dimension", label_many)
edited("another layout", layout_other)
edited("a soft link", link_soft)
edited("a group in itself", group_in_itself)


# What a reader shows is covered by the checksum of the metadata.
def unit_other(file):
    file["area_m2"].attrs["units"] = "m3"


def meaning_other(file):
    file["area_m2"].attrs["long_name"] = "read latency"


def coordinate_other(file):
    file["capacity_bytes"][0] *= 2


def default_other(file):
    file["run/defaults/temperature_k"][()] += 1


def sweep_other(file):
    file["run"].attrs["sweep"] = file["run"].attrs["sweep"].replace("sram", "pcm")


for what, edit in (("another unit", unit_other), ("another meaning", meaning_other),
                   ("another coordinate", coordinate_other),
                   ("another default", default_other), ("another sweep", sweep_other)):
    shutil.copy("valid.h5", "edited.h5")
    with h5py.File("edited.h5", "r+") as file:
        edit(file)
    said = subprocess.run([nvsweep, "verify", "edited.h5"], capture_output=True, text=True,
                          timeout=60, env=environment)
    claim(f"verify finds {what}",
          said.returncode == 1 and "labels are damaged" in said.stdout, said)
    for command in (["show", "edited.h5"], ["best", "edited.h5", "-m", "area_m2"],
                    ["export", "edited.h5"], ["status", "edited.h5"],
                    ["pack", "edited.h5", "-o", "never.h5"],
                    ["diff", "valid.h5", "edited.h5"], ["report", "edited.h5"],
                    ["merge", "valid.h5", "edited.h5", "-o", "never.h5"]):
        said = subprocess.run([nvsweep] + command, capture_output=True, text=True,
                              timeout=60, env=environment)
        if said.returncode != 2 or "have changed since it was written" not in said.stderr:
            failed += 1
            print("FAILED ", what, command[0], said.returncode, said.stderr)
subprocess.run([nvsweep, "pack", "valid.h5", "-o", "packed.h5"], check=True, timeout=60,
               env=environment, stdout=subprocess.DEVNULL)
attack("a packed copy", "packed.h5", (0,))
shutil.copy("packed.h5", "edited.h5")
with h5py.File("edited.h5", "r+") as file:
    unit_other(file)
if attack("a packed copy with another unit", "edited.h5")[1] != 2:
    failed += 1
    print("FAILED  show takes a packed copy with another unit")

def scales_number(file):
    """Where the references to a dataset's scales should be."""
    for dataset in file.values():
        if "DIMENSION_LIST" in dataset.attrs:
            del dataset.attrs["DIMENSION_LIST"]
            dataset.attrs["DIMENSION_LIST"] = 7
            return


edited("a number for a list of scales", scales_number)
edited("a column of another width", column_wide, (0, 1, 2))
column = subprocess.run([nvsweep, "verify", "edited.h5"], capture_output=True, text=True,
                        timeout=60, env=environment)
claim("verify finds a column of another width", column.returncode in (1, 2), column)

# Every byte of a finished file is vouched for, but how often its blocks were tried.
subprocess.run([nvsweep, "run", f"{root}/sweeps/edge_rates.cfg", "-o", "whole.h5", "--quiet"],
               check=True, timeout=120, env=environment)
subprocess.run([nvsweep, "pack", "whole.h5", "-o", "whole.packed.h5"], check=True, timeout=60,
               env=environment, stdout=subprocess.DEVNULL)
with h5py.File("whole.h5") as file:
    uncounted = set()
    for stage in file["run"].values():
        if "attempts" in getattr(stage, "keys", dict)():
            first = stage["attempts"].id.get_offset()
            uncounted |= set(range(first, first + stage["attempts"].size))
flips = random.Random(57)
for name in "whole.h5", "whole.packed.h5":
    with open(name, "rb") as handle:
        whole = handle.read()
    for i in range(int(os.environ.get("FLIPS", "6"))):
        at = flips.randrange(len(whole))
        flipped = bytearray(whole)
        flipped[at] ^= 1 << flips.randrange(8)
        with open("flipped.h5", "wb") as handle:
            handle.write(flipped)
        for command in (["verify", "--sample", "0", "flipped.h5"],
                        ["pack", "flipped.h5", "-o", "copy.h5"],
                        ["merge", "flipped.h5", "whole.h5", "-o", "copy.h5"]):
            said = subprocess.run([nvsweep] + command, capture_output=True, text=True,
                                  timeout=60, env=environment)
            claim(f"{command[0]} finds byte {at} of {name} flipped",
                  said.returncode in (1, 2) or (at in uncounted and name == "whole.h5"),
                  said)
            claim(f"{command[0]} leaves no output file",
                  not os.path.exists("copy.h5.partial") and
                  (said.returncode == 0 or not os.path.exists("copy.h5")))
            if os.path.exists("copy.h5"):
                os.remove("copy.h5")

# A run that ended well and lost a page of statuses, as on a network file system.
shutil.copy("whole.h5", "lost.h5")
with h5py.File("lost.h5", "r+") as file:
    status = file["status"]
    status[...] = 0
said = subprocess.run([nvsweep, "verify", "lost.h5"], capture_output=True, text=True,
                      timeout=60, env=environment)
claim("verify counts pending blocks, and says that the file is not complete",
      said.returncode == 75 and " 0 damaged, " in said.stdout and
      " 0 pending" not in said.stdout and said.stderr.count("\n") == 1, said)

# An unfinished file: no more memory than for a small one, and no point counted that is none.
with open("large.cfg", "w") as handle:
    handle.write("""axes = {
    capacity = { from = "1 MiB"; to = "40 MiB"; step = "1 MiB"; };
    temperature = { from = 300; to = 399; step = 1; };
    technology = [ "sram", "stt-mram", "sot-mram", "pcm" ];
    machine = "gtx-1080-ti"; workload = "all"; phase = [ "inference", "training" ]; };
    stages = [ "array", "reuse", "gpu" ];\n""")
said = subprocess.run([nvsweep, "run", "large.cfg", "-o", "large.h5", "--quiet",
                       "--time-budget", "1"], capture_output=True, text=True, timeout=120,
                      env=environment)
size = os.path.getsize("large.h5")
verify = subprocess.Popen([nvsweep, "verify", "large.h5"], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.PIPE, env=environment)
_, ended, usage = os.wait4(verify.pid, 0)
out, err = verify.stdout.read(), verify.stderr.read()
claim("verify of an unfinished file says so, and takes little memory",
      said.returncode == 75 and os.waitstatus_to_exitcode(ended) == 75 and
      size > 200 << 20 and (sanitized or usage.ru_maxrss < 150 << 10),
      (said, size, usage.ru_maxrss, out, err))

# A crafted file does not command the terminal.
shutil.copy("valid.h5", "edited.h5")
with h5py.File("edited.h5", "r+") as file:
    file["run"].attrs["title"] = "\x1b]0;title\x07"
    file["area_m2"].attrs["units"] = "m2\x1b[2J"
    file["technology"][0] = "sram\x1b[31m"
for command in (["verify", "edited.h5"], ["status", "edited.h5"], ["show", "edited.h5"]):
    said = subprocess.run([nvsweep] + command, capture_output=True, timeout=60,
                          env=environment)
    claim(f"{command[0]} shows no escape sequence",
          said.returncode in (1, 2) and b"\x1b" not in said.stdout + said.stderr, said)

for size in (0, 7, 8, 100, 2000, len(valid) // 2, len(valid) - 1):
    with open("cut.h5", "wb") as handle:
        handle.write(valid[:size])
    attack(f"cut to {size} bytes", "cut.h5")

draw = random.Random(20220911)
for i in range(int(os.environ.get("DAMAGED", "12"))):
    damaged = bytearray(valid)
    for _ in range(draw.choice([1, 2, 5, 30])):
        at = draw.randrange(min(len(valid), 60000))
        damaged[at] = draw.choice([0, 1, 0x7F, 0xFF, draw.randrange(256)])
    with open("bytes.h5", "wb") as handle:
        handle.write(damaged)
    attack(f"damage {i}", "bytes.h5")
print("damaged files:", "all refused or read" if not failed else f"{failed} failures")
sys.exit(1 if failed else 0)
