"""nvsweep need: random answers fed back as records reach their goals, steps are where the metric jumps, a
record against itself ties, the file is the same on any ranks, the command says what the file holds,
and questions that cannot be answered are refused; answers beside a scan of 257 factors of the same range.

NVSWEEP_NEED_CELLS arrays are asked NVSWEEP_NEED_GOALS questions of each of three fields, NVSWEEP_NEED_SCANS of them
are scanned (`make needs` takes enough for 1000 answers that are fed back); with NVSWEEP_NEED_ONLY=1 nothing
else is tested."""
import os
import re
import subprocess
import sys
import tempfile

import h5py
import numpy

NVSWEEP = os.environ["NVSWEEP"]
SEED = int(os.environ.get("NVSWEEP_NEED_SEED", "1"))
CELLS = int(os.environ.get("NVSWEEP_NEED_CELLS", "8"))
SCANS = int(os.environ.get("NVSWEEP_NEED_SCANS", "1"))
GOALS = int(os.environ.get("NVSWEEP_NEED_GOALS", "3"))
NEEDS, WINS, TIE, STEP, WALL, ABSENT = range(6)
FIELDS = ["set_pulse_s+reset_pulse_s", "area_f2+area_m2+area_sram", "read_voltage_v"]
# A sweep sets a field's value, so those that are fed back are one place each, which has a largest value.
SINGLE = {"area_sram": 1000, "set_energy_j": 1, "set_pulse_s": 10}

SWEEP = """
stages = [ "array", "need" ];
axes = {{
    technology = [ "sram", "{technology}" ];
    node = "{node} nm"; capacity = "{capacity} KiB"; associativity = "ram"; line = "16 B";
    target = "{target}"; goal = [ {goals} ];
    {more}
}};
need = {{ over = "{over}"; metric = "array/{metric}"; fields = [ {fields} ]; }};
"""


def nvsweep(*arguments, code=0, ranks=1):
    launcher = ["timeout", "120", "mpirun", "--oversubscribe", "-n", str(ranks)] if ranks > 1 else []
    done = subprocess.run([*launcher, NVSWEEP, *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done.stdout if code == 0 else done.stderr


def run(name, text, ranks=1):
    with open(name + ".cfg", "w") as out:
        out.write(text)
    file = f"{name}{ranks}.h5"
    nvsweep("run", name + ".cfg", "-o", file, "--quiet", ranks=ranks)
    return file


def quoted(texts):
    return ", ".join(f'"{text}"' for text in texts)


def ratios_at(question, place, values, metric, over):
    """The metric of the challenger with the place at each value, over that of the other; infinite where no such
    record can be built."""
    kept = sorted({float(value) for value in values if value <= SINGLE[place]})
    more = "\n    my_field = { field = \"technology[%s].%s\"; values = [ %s ]; };" % (
        question["technology"], place, ", ".join(map(repr, kept)))
    text = SWEEP.format(**{**question, "more": more}).replace('"sram", ', "")
    text = text[:text.index("need = {")].replace('"array", "need"', '"array"').replace(
        f'goal = [ {question["goals"]} ];', "")
    with h5py.File(run("back", text)) as file:
        found = dict(zip(kept, file[metric][:].ravel() / over))
    os.unlink("back1.h5")
    return [ratio if (ratio := found.get(float(value), numpy.inf)) == ratio else numpy.inf for value in values]


def is_as_scanned(scan, goal, factor):
    """Is the factor in the scan's bracket of a crossing next to 1 (or a step of the scan beside it)?"""
    met = numpy.array(scan) <= goal
    step = 2 * numpy.log(100) / 256
    places = [min(abs(i - 128), abs(i - 127)) for i in range(256) if met[i] != met[i + 1]]
    if not places or numpy.isnan(factor):
        return not places and numpy.isnan(factor)
    return min(places) - 0.01 <= abs(numpy.log(factor)) / step <= min(places) + 1.01


def is_reached(state, goal, at, beside):
    """Does the answer reach its goal to 0.1 %, or stand on the better side of a jump over it?"""
    is_jump = at <= goal < max(beside)
    return is_jump if state == STEP else abs(at / goal - 1) <= 1e-3 or (state == WINS and is_jump)


class Tally:
    counts, fed, compared = dict.fromkeys(range(6), 0), 0, 0
    wrong, others = [], []


def cell_ask(random, tally, scans):
    """Nine or more questions on one array, their answers fed back as values of the fields, and a scan."""
    technology = random.choice(["stt-mram", "sot-mram"])
    metric = random.choice(["write_latency_s", "write_energy_j", "read_latency_s", "area_m2"])
    question = dict(technology=technology, node=random.choice([7, 16, 22]), over=technology, metric=metric,
                    capacity=2 ** random.integers(2, 7), target=random.choice(["edap", "read_edp"]),
                    fields=quoted(list(SINGLE)), more="", goals="1.0")
    with h5py.File(run("now", SWEEP.format(**question))) as done:
        over, now = done[f"array/{metric}"][:].ravel()
        assert (done["need/need_factor"][:].reshape(2, -1)[1, :3] == 1).all()  # against itself
        values = done["need/need_value"][:].reshape(2, -1)[1, :3]
    goals = sorted(now / over * random.uniform(0.6, 1.3, GOALS))
    question |= dict(over="sram", goals=", ".join(repr(float(f"{goal:.9g}")) for goal in goals))
    with h5py.File(run("cell", SWEEP.format(**question))) as done:
        get = {name: done["need"][f"need_{name}"][:].reshape(2, GOALS, -1)[1] for name in
               ("state", "factor", "value", "resolution", "evaluations")}
        goals = done["need_goal"][:]
    for file in ("now1.h5", "cell1.h5"):
        os.unlink(file)
    assert (get["evaluations"][:, :3] <= 64).all()
    for f, place in enumerate(SINGLE):
        width = numpy.exp(numpy.maximum(1.01 * get["resolution"][:, f], 1e-9))
        at = get["value"][:, f]
        grid = values[f] * numpy.exp(numpy.linspace(-numpy.log(100), numpy.log(100), 257)) if scans else []
        asked = numpy.concatenate([at, at * width, at / width, grid])
        found = numpy.full(len(asked), numpy.inf)
        found[asked > 0] = ratios_at(question, place, asked[asked > 0], metric, over) if (asked > 0).any() else []
        back, scan = found[:3 * GOALS].reshape(3, GOALS), found[3 * GOALS:]
        for g, goal in enumerate(goals):
            state, factor = int(get["state"][g, f]), get["factor"][g, f]
            what = (f"{technology} {question['node']} nm {question['capacity']} KiB {question['target']} {metric} "
                    f"{place}: goal {goal:.4g}, need {factor:.5g}")
            tally.counts[state] += 1
            if state in (NEEDS, STEP) or (state == WINS and factor == factor):
                tally.fed += 1
                if not is_reached(state, goal, back[0][g], back[1:, g]):
                    tally.wrong.append(f"{what}, reaches {back[0][g]:.6g}, beside it {back[1:, g]}")
            if scans and state != TIE:
                tally.compared += 1
                if not is_as_scanned(scan, goal, factor):
                    tally.others.append(what)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    os.environ["TMPDIR"] = folder
    tally, random = Tally(), numpy.random.default_rng(SEED)
    for cell in range(CELLS):
        cell_ask(random, tally, cell < SCANS)
        if cell % 10 == 9 and CELLS > 20:
            print(f"      {cell + 1} cells, {tally.fed} answers fed back, {len(tally.wrong)} wrong", flush=True)
    print("ok    answers:", {name: tally.counts[i] for i, name in
                             enumerate(("needs", "wins", "tie", "step", "wall", "absent"))})
    print(f"ok    {tally.fed} fed back as records, {len(tally.wrong)} wrong")
    print(f"ok    {tally.compared} beside scans of 257 factors, {len(tally.others)} differ")
    print("".join(f"      {what}\n" for what in tally.wrong + tally.others), end="")
    assert not tally.wrong and len(tally.others) <= max(0.02 * tally.compared, 1)
    assert tally.counts[NEEDS] + tally.counts[STEP] > 0 and tally.counts[WINS] > 0
    if os.environ.get("NVSWEEP_NEED_ONLY"):
        sys.exit(0)

    # ---- a record against itself, ranks, and the command
    text = SWEEP.format(technology="stt-mram", node=16, over="stt-mram", metric="write_latency_s", capacity=64,
                        target="edap", fields=quoted(FIELDS), more="", goals="1.0, 0.8")
    files = [run("self", text, ranks) for ranks in (1, 2, 3)]
    with h5py.File(files[0]) as done:
        state = done["need/need_state"][:].reshape(2, 2, -1)
        factor = done["need/need_factor"][:].reshape(2, 2, -1)
        assert (state[1, 0, :3] == TIE).all() and (factor[1, 0, :3] == 1).all(), state
        assert list(done["need/need_field"].asstr()[:3]) == FIELDS
        pulse = factor[1, 1, 0]
    contents = [open(file, "rb").read() for file in files]
    assert contents[0] == contents[1] == contents[2], "bytes depend on the ranks"
    said = nvsweep("need", "self.cfg", "technology=stt-mram", "goal=0.8")
    assert f"a factor of {pulse:.4g}" in said and "the goal is 0.8 times" in said, said
    asked = nvsweep("need", "self.cfg", "technology=stt-mram", "goal=0.8", "--over", "technology=stt-mram", "-m",
                    "write_latency_s", "--field", FIELDS[0])
    assert f"a factor of {pulse:.4g}" in asked, asked
    # an option takes the place of its part of the sweep's question alone
    narrow = nvsweep("need", "self.cfg", "technology=stt-mram", "goal=0.8", "--range", "0.9,1.1")
    assert "with 0.9" in narrow and narrow != said and all(field in narrow for field in FIELDS), narrow
    energy = nvsweep("need", "self.cfg", "technology=stt-mram", "goal=0.8", "-m", "array/write_energy_j")
    assert "write_energy_j is" in energy and all(field in energy for field in FIELDS), energy
    flat = nvsweep("need", "self.cfg", "technology=stt-mram", "goal=0.8", "--field", "endurance_cycles")
    assert "wall   no factor tried lowers it" in flat, flat
    other = nvsweep("need", "self.cfg", "technology=stt-mram", "goal=0.8", "--over", "technology=sram")
    assert "times that of sram" in other, other
    print("ok    ties, ranks, command")

    # what binds next does not depend on the order of the fields (results kept for one are not another's)
    places = ["set_pulse_s+reset_pulse_s", "area_sram", "read_power_w+read_energy_j+min_sense_v"]
    found = []
    for order in ([0, 1, 2], [2, 0, 1]):
        with h5py.File(run("order", SWEEP.format(technology="stt-mram", node=16, over="sram", metric="leakage_w",
                                                 capacity=64, target="edap", fields=quoted([places[f] for f in order]),
                                                 more="", goals="0.001, 0.002"))) as done:
            found.append({places[f]: done["need/need_next_ratio"][:].reshape(2, 2, -1)[1, :, i].tolist()
                          for i, f in enumerate(order)})
        os.unlink("order1.h5")
    assert repr(found[0][places[0]]) == repr(found[1][places[0]]), found
    print("ok    order of fields")

    # a cache that is its machine's is built anew for every size: ten times 6 MiB is what 60 MiB is
    with open("cache.cfg", "w") as out:
        out.write('axes = { technology = "sram"; node = "16 nm"; machine = "v100"; workload = "squeezenet"; '
                  'phase = "inference"; batch = 16; precision = 8; llc_bytes = [ "6 MiB", "60 MiB" ]; };')
    nvsweep("run", "cache.cfg", "-o", "cache.h5", "--quiet")
    with h5py.File("cache.h5") as done:
        small, large = done["gpu/dram_reads"][:].ravel()
    assert large < 0.9 * small
    said = nvsweep("need", "cache.cfg", "llc_bytes=6 MiB", "--over", "machine=v100", "machine=v100", "-m",
                   "gpu/dram_reads", "--field", "llc_bytes", "--range", "0.1,10", "--goal", f"{1.001 * large / small:.6f}")
    assert " wall " not in said and "a factor of" in said, said
    # its sizes are those that arrays can have, and the one that is answered is the first that reaches the goal
    said = nvsweep("need", "cache.cfg", "llc_bytes=6 MiB", "--over", "machine=v100", "machine=v100", "-m",
                   "gpu/dram_reads", "--field", "llc_bytes", "--goal", "0.9")
    found = re.search(r"step\s+a factor of \S+ \((\S+) MiB; (\S+) MiB misses\)", said)
    assert found, said
    reaches, misses = map(float, found.groups())
    assert reaches - misses == 1 / 16, said
    with open("cache.cfg") as old, open("fed.cfg", "w") as out:
        out.write(old.read().replace('"60 MiB"', f'"{misses * 1024:.0f} KiB", "{reaches * 1024:.0f} KiB"'))
    nvsweep("run", "fed.cfg", "-o", "fed.h5", "--quiet")
    with h5py.File("fed.h5") as done:
        now, before, after = done["gpu/dram_reads"][:].ravel()
    assert after <= 0.9 * now < before, (now, before, after)
    print("ok    caches of machines")

    # an area has no workload: what the metric does not depend on may stand in the sweep
    with open("cache.cfg") as old, open("wide.cfg", "w") as out:
        out.write(old.read().replace('"sram"', '[ "sram", "stt-mram" ]').replace(
            'llc_bytes = [ "6 MiB", "60 MiB" ]; ', "").replace('"squeezenet"', '[ "squeezenet", "resnet18" ]'))
    said = nvsweep("need", "wide.cfg", "technology=stt-mram", "--over", "technology=sram", "-m", "array/area_m2",
                   "--field", "area_f2+area_m2+area_sram", "--goal", "0.5")
    assert said.count("area_m2 is") == 1 and said.startswith("stt-mram: "), said
    done = subprocess.run([NVSWEEP, "need", "wide.cfg", "technology=stt-mram", "workload=resnet18", "--over",
                           "technology=sram", "-m", "array/area_m2", "--field", "area_f2"], capture_output=True, text=True)
    assert done.returncode == 0 and "array/area_m2 does not depend on workload" in done.stderr, done.stderr
    shown = nvsweep("show", files[0], "-m", "need/need_factor")
    assert "unused" not in shown and all(field in shown for field in FIELDS), shown
    print("ok    metrics with fewer axes, tables")

    # ---- what is refused
    for old, new, word in (('over = "stt-mram"', 'over = "rram"', "one of the sweep's values"),
                           ('"set_pulse_s+', '"set_puls_s+', "set_puls_s"),
                           ("metric = ", "metrik = ", "metrik"),
                           ("array/write_latency_s", "array/nothing", "array/nothing"),
                           ("fields = [", "range = [ 2.0, 3.0 ]; fields = [", "without 1 itself")):
        with open("bad.cfg", "w") as out:
            out.write(text.replace(old, new))
        said = nvsweep("plan", "bad.cfg", code=2)
        assert "bad.cfg:" in said and word in said, said
    with open("bad.cfg", "w") as out:
        out.write(text[:text.index("need = {")])
    assert "the need stage has no question" in nvsweep("plan", "bad.cfg", code=2)
    assert "the sweep has no sot-mram" in nvsweep("need", "self.cfg", "technology=sot-mram", code=2)
    for options, word in ((["--range", "nan,3"], "two factors"), (["--range", "0.5,2,3"], "two factors"),
                          (["--range", "0,3"], "two factors"), (["--range", "2,3"], "must begin in 1e-6..1"),
                          (["--goal", "inf"], "--goal is 'inf'"), (["--goal", "0.5,1"], "--goal is '0.5,1'"),
                          (["--goal", "0.5"], "goal=X"),
                          (["--over", "technology=none"], "over is 'none', but there is no technology named"),
                          (["--field", "area_sram+area_sram"], "each place of a sum once"), (["--field", "nothing"], "nothing")):
        said = nvsweep("need", "self.cfg", "technology=stt-mram", *options, code=2)
        assert word in said and said.count("\n") == 1, (options, said)
    with open("alone.cfg", "w") as out:
        out.write(text[:text.index("need = {")].replace('"sram", "stt-mram"', '"stt-mram"').replace(
            '"array", "need"', '"array"').replace("goal = [ 1.0, 0.8 ];", ""))
    said = nvsweep("need", "alone.cfg", "--over", "technology=stt-mram", "--field", "area_sram", "-m", "area_m2",
                   code=2)
    assert "all points are those of stt-mram" in said, said
    print("ok    refusals")
sys.exit(0)
