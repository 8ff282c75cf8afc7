"""A user's first hour with data of their own, in an empty folder: a bitcell file, figures of a
memory compiler, an ONNX model; a sweep that is stopped, goes on and grows; a notebook, a figure,
a page in a browser, a Slurm script.  Each step is the command a user would type."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from harness import claim, done, nvsweep

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
LIBRARY = ("--library", "mine")
os.environ["NVSWEEP"] = os.path.abspath(nvsweep)
os.environ.setdefault("MPLBACKEND", "Agg")
# A stop may fall between two points of a few ms: all stages' work is done anew each time.
os.environ["NVSWEEP_CURVES"] = os.path.abspath("curves")


def said(*words, code=0, **more):
    result = subprocess.run([nvsweep, *map(str, words)], text=True, capture_output=True,
                            timeout=300, **more)
    claim(" ".join(map(str, words))[:90], result.returncode == code,
          f"ended with {result.returncode}: {result.stderr}")
    return result


# ---- a bitcell of one's own, as an NVSim cell file
for kind in ("technologies", "workloads"):
    os.makedirs(f"mine/{kind}")
pathlib.Path("fast.cell").write_text("""-MemCellType: MRAM
-CellArea (F^2): 45
-CellAspectRatio: 0.6
-ResistanceOn (ohm): 3500
-ResistanceOff (ohm): 8700
-ReadMode: current
-ReadVoltage (V): 0.25
-MinSenseVoltage (mV): 25
-ReadPower (uW): 30
-ResetMode: current
-ResetCurrent (uA): 60
-ResetPulse (ns): 5
-ResetEnergy (pJ): 0.4
-SetMode: current
-SetCurrent (uA): 60
-SetPulse (ns): 5
-SetEnergy (pJ): 0.4
-AccessType: CMOS
-VoltageDropAccessDevice (V): 0.15
-AccessCMOSWidth (F): 6
-Stitching: 16
""")
told = said("import", "fast.cell", "-o", "mine/technologies/fast.cfg").stderr
claim("other contents of the cell file are listed and counted", "1 change from the file" in told, told)

# ---- figures of a memory compiler
pathlib.Path("macro.csv").write_text(
    "capacity [KiB],area [mm2],read_latency [ns],write_latency [ns],read_energy [pJ],"
    "write_energy [pJ],leakage [mW]\n"
    "256,0.16,0.62,0.60,9.1,9.8,0.31\n1024,0.60,0.95,0.91,17.2,18.4,1.20\n"
    "4096,2.33,1.62,1.55,33.0,35.5,4.70\n")
said("import", "macro.csv", "-o", "mine/technologies/macro.cfg")

# ---- a network of one's own, as ONNX
sys.path.insert(0, str(TESTS))
from onnx_pieces import graph_input, model, node, tensor  # noqa: E402

pathlib.Path("keyword.onnx").write_bytes(model(
    graph_input("audio", ["batch", 1, "samples"]), tensor("w1", [32, 1, 10]),
    tensor("w2", [64, 32, 5]), tensor("w", [1, 4 * 64, 64]), tensor("r", [1, 4 * 64, 64]),
    tensor("f", [64, 12]), tensor("ax", [1], [0]),
    node("Conv", "audio w1", "c1", strides=[5], pads=[4, 4]), node("Relu", "c1", "r1"),
    node("Conv", "r1 w2", "c2", strides=[2], pads=[2, 2]), node("Relu", "c2", "r2"),
    node("Transpose", "r2", "t", perm=[2, 0, 1]),
    node("LSTM", "t w r", "y yh yc", hidden_size=64), node("Squeeze", "yh ax", "last"),
    node("MatMul", "last f", "scores")))
told = said("import", "keyword.onnx", "--dim", "samples=4000", "-o",
            "mine/workloads/keyword.cfg").stderr
steps = 400
macs = 800 * 32 * 10 + steps * 64 * 160 + steps * 4 * 64 * 128 + 64 * 12
claim("its multiply-accumulates are those counted by hand",
      f"{macs} multiply-accumulates" in told, told)
listed = said("list", "technologies", *LIBRARY).stdout
claim("both memories are among the technologies", "\nfast " in listed and "\nmacro " in listed,
      listed[:300])

# ---- a sweep
SWEEP = """title = "Own cell, own macro, own network";
axes = {
    technology = [ "sram", "fast", "macro" ];
    capacity = %s;
    machine = "jetson-tx2";
    workload = [ "keyword", "squeezenet" ];
    phase = "inference";
    batch = { from = 1; to = %d; step = 1; };
};
library = "mine";
"""
pathlib.Path("own.cfg").write_text(SWEEP % ('[ "256 KiB", "1 MiB", "4 MiB" ]', 6))
told = said("plan", "own.cfg").stdout
claim("the plan says how many points", " 108 " in told, told)

# ---- stop, resume: the bytes are those of an undisturbed run
said("run", "own.cfg", "-o", "whole.h5", "--quiet")
shutil.rmtree("curves", ignore_errors=True)
run = subprocess.Popen([nvsweep, "run", "own.cfg", "--quiet"], stderr=subprocess.PIPE, text=True)
for _ in range(600):
    if os.path.exists("own.h5") and os.path.exists("own.h5.journal") and \
            '"lease"' in pathlib.Path("own.h5.journal").read_text():
        break
    time.sleep(0.02)
run.send_signal(signal.SIGTERM)
stopped = run.wait(timeout=60)
claim("a stop ends with exit code 75 (or the run had finished)", stopped in (0, 75), str(stopped))
status = said("status", "own.h5", "--json", code=stopped).stdout
claim("status says how far it is", json.loads(status)["state"] in ("stopped", "done"), status)
said("run", "own.cfg", "--quiet")
claim("the resumed file is that of an undisturbed run", pathlib.Path("own.h5").read_bytes() ==
      pathlib.Path("whole.h5").read_bytes(), "")

# ---- extend: what is done is kept
pathlib.Path("own.cfg").write_text(SWEEP % ('[ "256 KiB", "512 KiB", "1 MiB", "4 MiB" ]', 6))
told = said("run", "own.cfg").stderr
claim("the extended sweep keeps the finished points", "keeps" in told and "new: capacity_bytes 512 KiB" in told, told)
told = said("show", "own.h5", "batch=1", "workload=keyword", "-m", "edp_js", "--columns",
            "technology", "--over", "technology=sram").stdout
claim("show has own memories as columns", "fast" in told and "macro" in told, told)
told = said("best", "own.h5", "-m", "energy_j", "--per", "workload", "--where",
            "capacity<=1MiB,batch=1").stdout
claim("best answers per network", "keyword" in told and "squeezenet" in told, told)
said("explain", "own.h5", "technology=fast", "workload=keyword", "capacity=512KiB", "batch=1")
said("verify", "own.h5", "--sample", "2")

# ---- a notebook's cells, and a figure
cells = """
import nvsweep
data = nvsweep.open("own.h5")
gain = data.edp_js.nvsweep.gain(over={"technology": "sram"})
front = data.nvsweep.pareto("energy_j", "latency_s" if "latency_s" in data else "delay_s",
                            per=["workload"])
assert set(front.workload) == {"keyword", "squeezenet"} and len(front) >= 2
assert gain.sel(technology="sram").min() == gain.sel(technology="sram").max() == 1
import matplotlib.pyplot as plt
data.nvsweep.metric("array/area_m2").nvsweep.plot(x="capacity_bytes", line="technology")
plt.savefig("area.png")
print("cells ran")
"""
environment = dict(os.environ, PYTHONPATH=str(ROOT / "python"))
ran = subprocess.run(["/usr/bin/python3", "-c", cells], text=True, capture_output=True,
                     timeout=120, env=environment)
claim("the notebook's cells run", "cells ran" in ran.stdout, ran.stderr[-600:])
claim("the figure is there", os.path.exists("area.png") and os.path.getsize("area.png") > 5000, "")
said("export", "own.h5", "--zarr", "-o", "own.json")

# ---- the page, in a browser
said("report", "own.h5", "-o", "own.html")
chromium = shutil.which("chromium")
if not chromium:
    print("skipped: the page in a browser (no chromium)")
else:
    seen = subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu",
                           "--virtual-time-budget=4000", "--dump-dom",
                           "file://" + os.path.abspath("own.html")], text=True,
                          capture_output=True, timeout=120)
    claim("the page draws in a browser", "<canvas" in seen.stdout and "fast" in seen.stdout and
          "Own cell, own macro" in seen.stdout, seen.stdout[:200] + seen.stderr[-300:])

# ---- the same as a Slurm job
script = said("submit", "own.cfg", "--dry-run", "--nodes", "2", "--time", "30",
              "--account", "lab").stdout
claim("the job script is one that bash reads and Slurm knows",
      "#SBATCH --nodes=2" in script and "#SBATCH --account=lab" in script and
      subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0, script[:300])
done()
