"""Given memories: a CSV of four capacities becomes a technology that stands in a cache sweep, in
an accelerator and in an iso-area search; ten kinds of mistakes in it are refused with their
line; what NVSim and CACTI print can be imported."""
import json
import os
import subprocess
import sys
import tempfile

NVSWEEP = os.environ["NVSWEEP"]
HEADER = ("capacity [MiB],area [mm2],read_latency [ns],write_latency [ns],read_energy [pJ],"
          "write_energy [pJ],leakage [mW]")
TABLE = f"""# a memory compiler's
# 16 nm, typical corner

{HEADER}
0.0625, 0.02, 0.5, 0.5, 5, 6, 6
# the large ones
1, 0.3, 1.2, 1.3, 40, 45, 100
4, 1.2, 2.0, 2.1, 80, 84, 400
8 MiB, 2.5 mm2, 3000 ps, 2.9, 120, 130, 0.82 W
"""
MISTAKES = (  # lines 4 and 5 of the table; what is said, and of which line
    (HEADER.replace("area", "aera"), None, 4, "'aera' is not a column"),
    (HEADER.replace("leakage [mW]", "area [mm2]"), None, 4, "there are two columns 'area'"),
    (HEADER.replace("[ns]", "[mm2]", 1), None, 4, "must be in a unit of s"),
    (HEADER.replace("[mm2]", "[mm2", 1), None, 4, "must end with ']'"),
    (HEADER.replace("capacity [MiB],", ""), None, 4, "no column 'capacity'"),
    (HEADER, "1, 0.3, 1.2, 1.3, 40, 45", 5, "6 cells, must be 7"),
    (HEADER, "1, 0.3x, 1.2, 1.3, 40, 45, 100", 5, "area is '0.3x'"),
    (HEADER, "1, 0.3, 1.2 pJ, 1.3, 40, 45, 100", 5, "read_latency is '1.2 pJ'"),
    (HEADER, "1, 0.3, -1.2, 1.3, 40, 45, 100", 5, "must be above 0"),
    (HEADER, ", 0.3, 1.2, 1.3, 40, 45, 100", 5, "capacity is empty"),
    (HEADER, "4, 0.3, 1.2, 1.3, 40, 45, 100", 8, "line 5 has the same capacity"),
)
NVSIM = """DESIGN SPECIFICATION
Design Target: Cache
Capacity   : 2MB
CACHE DESIGN -- SUMMARY
 - Total Area = 1.512mm^2
 |--- Data Array Area = 1.1mm x 1.2mm = 1.32mm^2
 - Cache Hit Latency   = 1.024ns
 - Cache Miss Latency  = 0.3ns
 - Cache Write Latency = 571.2ps
 - Cache Hit Dynamic Energy   = 0.224nJ per access
 - Cache Miss Dynamic Energy  = 0.05nJ per access
 - Cache Write Dynamic Energy = 207.1pJ per access
 - Cache Total Leakage Power  = 2.562W
"""
CACTI = """    Total cache size (bytes): 1048576
    Access time (ns): 1.2
    Total dynamic read energy per access (nJ): 0.2
    Total dynamic write energy per access (nJ): 0.25
    Total leakage power of a bank (mW): 134.5
    Cache height x width (mm): 0.5 x 1.5
"""


RAW = """==PROF== Connected
"ID","Kernel Name","gpu__time_duration.sum","lts__t_sectors_op_read.sum","lts__t_sectors_op_write.sum"
"","","usecond","sector","sector"
"0","gemm","10.5","1,000,000","20,000"
"1","relu","2","500000","500000"
"""
CACHE = """# a cache that a compiler tells whole
capacity [MiB], area [mm2], read_latency [ns], write_latency [ns], read_energy [pJ], write_energy [pJ], leakage [W], cycle [ns], banks, miss_latency [ns], miss_energy [pJ], tag_energy [pJ]
1, 0.3, 2, 2, 100, 110, 0.05, 0.4, 8, 0.6, 20, 10
"""
DETAILS = """"ID","Kernel Name","Metric Name","Metric Unit","Metric Value"
"0","gemm","gpu__time_duration.sum","us","12.5"
"0","gemm","lts__t_sectors_op_read.sum","sector","1,500,000"
"0","gemm","lts__t_sectors_op_write.sum","sector","520,000"
"0","gemm","sm__cycles_active.avg","cycle","12"
"""


def nvsweep(*arguments, code=0):
    done = subprocess.run([NVSWEEP, *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done.stdout if code == 0 else done.stderr


def imported(folder, text, name, code=0):
    source = os.path.join(folder, name + ".csv")
    os.makedirs(os.path.join(folder, "technologies"), exist_ok=True)
    with open(source, "w") as file:
        file.write(text)
    return nvsweep("import", "memory", source, "--name", name, "-o",
                   os.path.join(folder, "technologies", name + ".cfg"), code=code)


def rows(folder, text, metrics):
    sweep, result = os.path.join(folder, "s.cfg"), os.path.join(folder, "s.h5")
    with open(sweep, "w") as file:
        file.write(text)
    if os.path.exists(result):
        os.remove(result)
    nvsweep("run", sweep, "-o", result, "--quiet", "--library", folder)
    return json.loads(nvsweep("show", result, "-m", metrics, "--json"))


def check_uses(folder):
    imported(folder, TABLE, "compiled")
    cache = rows(folder, 'axes = { technology = [ "compiled", "sram" ]; node = "16 nm"; '
                 'capacity = [ "2 MiB", "8 MiB", "16 MiB" ]; }; stages = [ "array" ];',
                 "area_m2,read_latency_s,leakage_w")
    ours = [row for row in cache if row["technology"] == "compiled"]
    assert abs(ours[0]["area_m2"] / 0.6e-6 - 1) < 1e-9, ours  # between 1 and 4: 0.3 and 1.2
    assert abs(ours[0]["leakage_w"] / 0.2 - 1) < 1e-9
    assert abs(ours[1]["read_latency_s"] / 3e-9 - 1) < 1e-12, ours
    assert ours[2]["area_m2"] is None, ours  # beyond the table
    told = nvsweep("explain", "technology=compiled", "node=16 nm", "capacity=16 MiB",
                   "--library", folder)
    assert "its rows give area_m2 up to 8 MiB, but the capacity is 16 MiB" in told, told
    told = nvsweep("explain", "technology=compiled", "node=16 nm", "capacity=16 MiB", "machine=v100",
                   "workload=alexnet", "--library", folder)
    assert "gpu: infeasible" in told and "why not: compiled: its rows give area_m2" in told, told

    cached = imported(folder, CACHE, "cached")
    cached = rows(folder, 'axes = { technology = "cached"; node = "16 nm"; capacity = "1 MiB"; }; '
                  'stages = [ "array" ];', "cycle_s,banks,miss_latency_s,miss_energy_j,tag_energy_j")
    for metric, value in (("cycle_s", 4e-10), ("banks", 8), ("miss_latency_s", 6e-10),
                          ("miss_energy_j", 2e-11), ("tag_energy_j", 1e-11)):
        assert abs(cached[0][metric] / value - 1) < 1e-9, (metric, cached)

    iso = rows(folder, 'axes = { technology = [ "sram", "compiled" ]; node = "16 nm"; capacity = '
               '{ iso_area_of = "sram"; baseline = "512 KiB"; step = "512 KiB"; }; };'
               'stages = [ "array" ];', "area_m2,resolved_capacity_bytes")
    limit, found = iso[0]["area_m2"], iso[1]
    assert found["area_m2"] <= limit and found["resolved_capacity_bytes"] % (512 << 10) == 0, iso
    told = nvsweep("explain", "technology=compiled", "node=16 nm",
                   f"capacity={int(found['resolved_capacity_bytes']) + (512 << 10)}",
                   "--library", folder)
    assert "area_m2" in told

    with open(os.path.join(folder, "technologies", "small.cfg"), "w") as file:
        file.write('technologies = ( { name = "small"; source = "a compiler"; kind = "given"; '
                   'given = ( { capacity_bytes = 16; area_m2 = 1e-10; read_latency_s = 1e-10; '
                   'write_latency_s = 1e-10; read_energy_j = 1e-14; write_energy_j = 1e-14; '
                   'leakage_w = 1e-7; }, { capacity_bytes = 1e7; area_m2 = 1e-6; '
                   'read_latency_s = 1e-9; write_latency_s = 1e-9; read_energy_j = 1e-11; '
                   'write_energy_j = 1e-11; leakage_w = 1e-3; } ); } );')
    told = nvsweep("explain", "technology=small", "node=65 nm", "workload=alexnet", "precision=16",
                   ACCELERATOR(), "--library", folder)
    assert "why not" not in told, told[-400:]


def check_traffic(folder):
    """Counts instead of layers, by hand and from a profiler: energy is counts times energies."""
    os.makedirs(os.path.join(folder, "workloads"), exist_ok=True)
    for name, text in (("raw", RAW), ("details", DETAILS)):
        source = os.path.join(folder, name + ".txt")
        with open(source, "w") as file:
            file.write(text)
        nvsweep("import", source, "--name", name, "-o",
                os.path.join(folder, "workloads", name + ".cfg"))
        shown = nvsweep("list", "workloads", name, "--library", folder)
        assert "given_reads = 1.5e+06" in shown and "given_writes = 5.2e+05" in shown, shown
    with open(os.path.join(folder, "workloads", "counted.cfg"), "w") as file:
        file.write('workloads = ( { name = "counted"; source = "us"; given_reads = 1e9; '
                   'given_writes = 2e8; given_access_bytes = 128; given_misses = ( { capacity_bytes = "1 MiB"; miss_ratio = '
                   '0.3; }, { capacity_bytes = "4 MiB"; miss_ratio = 0.1; } ); } );')
    machine = ACCELERATOR().replace("accelerator=eyeriss", 'platform = "gtx-1080-ti"').replace(
        "machine=eyeriss", 'machine = "gtx-1080-ti"')
    sweep = ('axes = { technology = "compiled"; node = "16 nm"; capacity = [ "512 KiB", "2 MiB", '
             '"8 MiB" ]; line = "128 B"; workload = "counted"; phase = [ "inference", "training" ]; ' + machine +
             "; };")
    read = rows(folder, sweep, "llc_dynamic_j,miss_ratio")
    read = [row for row in read if row.get("phase") == "inference"]
    arrays = rows(folder, 'axes = { technology = "compiled"; node = "16 nm"; capacity = '
                  '[ "512 KiB", "2 MiB", "8 MiB" ]; line = "128 B"; }; stages = [ "array" ];',
                  "read_energy_j,write_energy_j")
    assert read[0]["miss_ratio"] is None, read  # below the curve
    assert abs(read[1]["miss_ratio"] / (0.3 - 0.2 / 3) - 1) < 1e-9, read
    assert abs(read[2]["miss_ratio"] / 0.1 - 1) < 1e-9, read
    least = 1e9 * arrays[2]["read_energy_j"] + 2e8 * arrays[2]["write_energy_j"]
    assert abs(read[2]["llc_dynamic_j"] / least - 1) < 1e-9, (read, least)
    told = nvsweep("explain", "technology=sram", "node=65 nm", ACCELERATOR(), "precision=16",
                   "workload=counted", "--library", folder)
    assert "gives measured accesses of a cache, must give layers" in told, told[-300:]


def ACCELERATOR():
    """The axis that machines stand on."""
    return ("machine" if "accelerator " not in nvsweep("list", "axes") else "accelerator") + \
        "=eyeriss"


def main():
    with tempfile.TemporaryDirectory() as folder:
        for header, row, line, said in MISTAKES:
            lines = TABLE.splitlines()
            lines[3] = header
            if row:
                lines[4] = row
            told = imported(folder, "\n".join(lines) + "\n", "bad", code=2)
            assert f"bad.csv:{line}: " in told and said in told, (said, told)
        told = imported(folder, HEADER + "\n", "bad", code=2)
        assert "bad.csv:1: has no capacity" in told, told
        told = imported(folder, "capacity [MiB],area [mm2]\n1,2\n", "bad", code=2)
        assert "no row of `given` has read_latency_s" in told, told
        check_uses(folder)
        check_traffic(folder)
        for text, name, area in ((NVSIM, "nvsim", 1.512e-6), (CACTI, "cacti", 0.75e-6)):
            imported(folder, text, name)
            told = nvsweep("explain", f"technology={name}", "node=16 nm", "--library", folder,
                           f"capacity={ {'nvsim': 2, 'cacti': 1}[name] } MiB")
            assert f"{1e6 * area:.4g}"[:4] in told and "why not" not in told, told
    return 0


if __name__ == "__main__":
    sys.exit(main())
