"""nvsweep traffic beside an A100's counters (Nsight Compute on half-precision products of
cuBLAS, published in gkarfakis19/Rapid-LLM), and what it says of rows that are wrong.

block_drift was fitted to these rows' DRAM reads, so their figures show that the fit is still
what it was; L2 bytes are counts, to which nothing was fitted."""
import csv
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NVSWEEP = os.environ["NVSWEEP"]
COUNTERS = os.path.join(ROOT, "tests", "fixtures", "gpu_gemm_counters.csv")


def traffic(path):
    return subprocess.run([NVSWEEP, "traffic", "--machine", "a100-40gb", "--from", path],
                          capture_output=True, text=True, timeout=120)


def check(is_true, what):
    if not is_true:
        sys.exit("FAILED: " + what)
    print("ok:", what)


run = traffic(COUNTERS)
check(run.returncode == 0, "the counters' rows are answered: " + run.stderr)
rows = list(csv.DictReader(run.stdout.splitlines()))
number = lambda row, name: float(row[name])
ratio = lambda row, name: number(row, "model_" + name) / number(row, name)

reads = sum(abs(ratio(row, "l2_read_bytes") - 1) <= 1e-3 for row in rows)
check(reads >= 22, f"L2 reads within 0.1 % in {reads} of 24 rows (22 in the published ones)")
writes = sum(abs(ratio(row, "l2_write_bytes") - 1) <= 1e-3 for row in rows)
check(writes == 24, f"L2 writes within 0.1 % in {writes} of 24 rows")
large = [row for row in rows if number(row, "dram_read_bytes") > 0.2e9]
off = [abs(ratio(row, "dram_read_bytes") - 1) for row in large]
check(sum(off) / len(off) < 0.065 and max(off) < 0.18,
      f"DRAM reads above 0.2 GB: mean {100 * sum(off) / len(off):.1f} %, worst {100 * max(off):.1f} %")
off = [abs(number(row, "model_time_s") * 1e3 / number(row, "latency_ms") - 1)
       for row in rows if number(row, "latency_ms") > 0.1]
check(sum(off) / len(off) < 0.15, f"times above 100 us: mean {100 * sum(off) / len(off):.1f} %")

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "rows.csv")
    for text, said in [
        ("m,k\n1,2\n", "has no column 'n'"),
        ("m,k,n\n1,2,\n", ":2: n is ''"),
        ("m,k,n\n1,2,3\n1,x,3\n", ":3: k is 'x'"),
        ("m,k,n\n1,2,3.5\n", ":2: n is '3.5', must be a whole number"),
        ("m,k,n\n0,2,3\n", ":2: m is '0'"),
        ("m,k,n\n-1,2,3\n", ":2: m is '-1'"),
        ("m,k,n,tile_m\n1,2,3,64\n", ":2: tile_m, tile_n and tile_k must be given together"),
        ("m,k,n,clock_ghz\n1,2,3,fast\n", ":2: clock_ghz is 'fast'"),
        ("m,k,n,precision\n1,2,3,128\n", ":2: precision is '128'"),
        ("m,k,n\n1,2,nan\n", ":2: n is 'nan'"),
    ]:
        open(path, "w").write(text)
        run = traffic(path)
        check(run.returncode == 2 and said in run.stderr, f"{text!r}: {run.stderr.strip()}")
    open(path, "w").write("m,k,n,name\n4096,4096,4096,mine\n")
    run = traffic(path)
    check(run.returncode == 0 and run.stdout.splitlines()[1].startswith("4096,4096,4096,mine,"),
          "other columns are passed on, tiles chosen")
