"""Fields of records as axes: a point's result is that of a library record with this value; which
stages span the axis; what the file says of it; growth, kept reuse curves, and what is refused."""
import re
import subprocess

import h5py
import numpy as np

from harness import claim, done, environment, nvsweep, os, root

program = os.path.join(root, nvsweep)


def run(*arguments, **variables):
    said = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120,
                          env=dict(environment, **variables))
    return said.returncode, said.stdout + said.stderr


def swept(name, axes, *options, rest="", **variables):
    """The result file of a sweep over these axes."""
    with open(f"{name}.cfg", "w") as file:
        file.write(f"axes = {{ {axes} }};\n{rest}\n")
    code, said = run("run", f"{name}.cfg", "-o", f"{name}.h5", "--quiet", *options, **variables)
    claim(f"{name} runs", code == 0, said)
    return f"{name}.h5"


def numbers(path, group="/"):
    """Metrics of a group by name, those of one number a point."""
    with h5py.File(path) as file:
        return {name: np.asarray(data).squeeze() for name, data in file[group].items()
                if isinstance(data, h5py.Dataset) and "DIMENSION_LIST" in data.attrs
                and data.dtype.kind in "fiu" and name != "status"}


def own_record(folder, record, old, new):
    """--library with the shipped record of that name, in which new stands for old."""
    text = run("list", folder, record)[1]
    claim(f"{record} has {old}", old in text, text)
    os.makedirs(f"own/{folder}", exist_ok=True)
    with open(f"own/{folder}/x.cfg", "w") as file:
        file.write(f"{folder} = (\n{text.replace(old, new)});\n")
    return "--library", "own"


# ---- a point is what a record of that value gives

AXES = 'machine = "xr-eyeriss"; workload = "lenet"; precision = 8; node = "28 nm"; '
file = swept("clocks", AXES + 'technology = "sram"; clock_hz = [ "record", "100 MHz" ];')
both = numbers(file)
alone = numbers(swept("alone", AXES + 'technology = "sram";'))
text = run("list", "machines", "xr-eyeriss")[1]
clock = re.search(r"clock_hz = [^;]+;", text).group()
edited = numbers(swept("edited", AXES + 'technology = "sram";',
                       *own_record("machines", "xr-eyeriss", clock, 'clock_hz = "100 MHz";')))
claim("there are metrics", len(alone) > 10, str(alone.keys()))
claim("the value 'record' gives the record's result",
      all(both[m].shape == (2,) and both[m][0] == alone[m] for m in alone))
claim("a value gives the result of a record with that value",
      all(both[m][1] == edited[m] for m in alone))
claim("the value changes the result", both["latency_s"][1] != both["latency_s"][0])

pulses = swept("pulses", AXES + 'technology = [ "stt-mram", "sram" ]; placement = "weights";'
               'pulse = { field = "technology.set_pulse_s"; values = [ "5 ns", "40 ns" ]; };'
               'one = { field = "technology[sram].aspect_ratio"; values = ( "record", 1.0 ); };')
with h5py.File(pulses) as file:
    written = np.asarray(file["buffers/level_write_s"]).squeeze()
    attributes = dict(file["pulse"].attrs)
    says = {name: attributes[name] for name in ("units", "field")}
    claim("the coordinate has the field's unit and place",
          says == {"units": "s", "field": "technology.set_pulse_s"} or
          {k: v.decode() if isinstance(v, bytes) else v for k, v in says.items()} ==
          {"units": "s", "field": "technology.set_pulse_s"}, str(says))
    claim("mapping spans neither technology nor its fields",
          "pulse" not in file["mapping"] and "technology" not in file["mapping"])
    weight = [i for i in range(written.shape[-1]) if not np.isnan(written[..., i]).all()]
    claim("a longer pulse makes writes slower", bool((np.nanmax(written[0, 1], axis=-1) >
                                               np.nanmax(written[0, 0], axis=-1)).all()),
          str(written[0].tolist()))

# ---- what stages span

with open("queues.cfg", "w") as file:
    file.write('axes = { machine = [ "eie-64", "xr-eyeriss" ]; workload = "lenet"; '
               'technology = "sram"; node = "45 nm"; queue_depth = [ 1, 2, 4 ]; };\n')
code, said = run("plan", "queues.cfg")
points = dict(re.findall(r"^(\w+) +(\d+) +\d+ ", said, re.M))
claim("memories do not depend on the queue's depth", points.get("buffers") == "2" and
      points.get("mapping") == "6" and points.get("chip") == "6", said)

# ---- reuse curves that are kept

GPU = 'machine = "gtx-1080-ti"; workload = "lenet"; technology = "sram"; '
WAYS = "llc_ways = [ 4, 16 ];"
rest = "options = { max_error = 0.5; };"
plain = numbers(swept("plain", GPU + WAYS, rest=rest, NVSWEEP_CURVES=""), "reuse")
kept = os.path.abspath("curves")
first = numbers(swept("first", GPU + WAYS, rest=rest, NVSWEEP_CURVES=kept), "reuse")
again = numbers(swept("again", GPU + "llc_ways = [ 16, 4 ];", rest=rest, NVSWEEP_CURVES=kept),
                "reuse")
claim("curves are stored by value", len(os.listdir(kept)) == 2, str(os.listdir(kept)))
same = [m for m in plain if m not in ("llc_ways",)]
claim("a stored curve belongs to its own value",
      all(np.array_equal(plain[m], first[m]) and np.array_equal(plain[m], again[m][::-1])
          for m in same if plain[m].shape[:1] == (2,)))

# ---- combinations that cannot be

broken = swept("broken", 'machine = "crossbar-chip"; technology = "rram"; node = "32 nm"; '
               'roadmap = "lstp"; workload = "vgg8-cifar"; precision = 8; '
               'adc_columns = [ 8, 256 ];')
with h5py.File(broken) as file:
    claim("a combination that a record refuses is infeasible",
          sorted(np.asarray(file["status"]).ravel().tolist()) == [1, 2])
code, said = run("explain", "broken.cfg", "adc_columns=256")
claim("explain gives the reason", "adc_columns is 256, must be at most columns" in said, said)

# ---- growing

GROWN = AXES + 'technology = "sram"; '
swept("grows", GROWN + 'clock_hz = [ "100 MHz" ];')
with open("grows.cfg", "w") as file:
    file.write(f"axes = {{ {GROWN} clock_hz = [ \"100 MHz\", \"200 MHz\" ]; }};\n\n")
code, said = run("run", "grows.cfg", "-o", "grows.h5", "--quiet")
claim("another value keeps the finished points", code == 0 and "new: clock_hz 200 MHz" in said, said)
for what, axes, words in (
        ("a field that is gone", GROWN, "only the file gives clock_hz (machine.clock_hz)"),
        ("another field of the name", GROWN + 'clock_hz = { field = "machine.dram_bytes_per_s"; '
         'values = [ 100e6, 200e6 ]; };', "clock_hz")):
    with open("grows.cfg", "w") as file:
        file.write(f"axes = {{ {axes} }};\n\n")
    code, said = run("run", "grows.cfg", "-o", "grows.h5", "--quiet")
    claim(f"{what} makes another sweep", code == 2 and words in said, said)

# ---- commands

code, said = run("show", "clocks.h5", "-m", "latency_s", "clock_hz=record")
claim("show selects the record's value", code == 0 and said.count(" us") + said.count(" ms") == 1, said)
code, said = run("show", "clocks.h5", "-m", "latency_s")
claim("show labels it 'record'", "record" in said and "100 MHz" in said, said)
code, said = run("explain", "machine=eie-64", "workload=lenet", "technology=sram", "queue_depth=4",
                 "technology.aspect_ratio=2")
claim("explain accepts fields", code == 0 and re.search(r"queue_depth +4\b", said), said)

# ---- what is refused

for axes, words in (
        ("clock_hz = [ 1 ];", "x.cfg:2: clock_hz is 1 Hz, must be in 1 kHz..100 GHz"),
        ("clock_hz = [ \"1 s\" ];", "clock_hz is '1 s', must be a quantity in Hz"),
        ("tasklets = [ 1 ];", "is a field of no machine of this sweep: xr-eyeriss (row-stationary) "
         "does not have it; upmem machines have it"),
        ("queue_dept = 1;", "did you mean 'queue_depth'?"),
        ("low_power = [ \"maybe\" ];", "low_power is 'maybe', must be false or true"),
        ("low_power = [ true, true ];", "low_power has true twice"),
        ("levels = 3;", "levels is a list; must name one of its numbers"),
        ("summary = \"x\";", "summary of a machine is not a number or word"),
        ("x = { field = \"technolgy.area_f2\"; values = 1; };", "no kind of record 'technolgy'"),
        ("x = { field = \"technology\"; values = 1; };", "a dot and a field"),
        ("x = { field = \"technology.area\"; values = 1; };", "has no field 'area'"),
        ("x = { field = \"technology[sarm].area_f2\"; values = 1; };", "did you mean 'sram'?"),
        ("x = { field = \"machine.levels[pe-wait].bytes\"; values = 1; };", "the key must be"),
        ("x = { field = \"technology.area_f2\"; };", "x lacks 'values'"),
        ("x = { field = \"technology.area_f2\"; values = 100; step = 1; };", "unknown key 'step'"),
        ("latency_s = { field = \"technology.area_f2\"; values = 100; };",
         "is a name in result files"),
        ("clock_hz = 1e9; c = { field = \"machine.levels[x\"; values = 1; };", "x.cfg:2: field"),
        ("platform = \"x\";", "the axis 'platform' is 'machine' since 0.4"),
        ("units = 3;", "the axis 'units' is the field 'active_dpus' of upmem machines"),
        ("buffer = 3;", "the axis 'buffer' is { field = \"machine.levels["),
        ("dimension = 3;", "the axis 'dimension' is { field = \"hdc_task.dimension\""),
):
    with open("x.cfg", "w") as file:
        file.write(f"axes = {{ {AXES} technology = \"sram\";\n{axes} }};\n")
    code, said = run("plan", "x.cfg")
    claim(f"refused: {axes}", code == 2 and words in said and said.count("\n") == 1,
          f"{code} {said}")

# the size of a cache that the sweep sets itself says nothing
with open("x.cfg", "w") as file:
    file.write("axes = { machine = \"v100\"; technology = \"sram\"; workload = \"alexnet\";\n"
               "llc_bytes = [ \"4 MiB\", \"8 MiB\" ]; capacity = \"2 MiB\"; };\n")
code, said = run("plan", "x.cfg")
claim("refused: llc_bytes beside a capacity", code == 2 and "llc_bytes" in said and
      "is read by no stage" in said and said.count("\n") == 1, f"{code} {said}")
done()
