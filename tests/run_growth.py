"""Sweeps that grow: values added to axes, one value made a list; order, titles, spacing and
comments.  What is done is kept, only the rest is computed, and the file is the one that the
sweep makes from nothing, byte for byte; also after kills.  What is another sweep is refused
with the key and both values."""
import json
import random
import re
import shutil

from harness import *

random.seed(5)
SWEEP = """
title = "{title}";
stages = [ "array" ];
axes = {{ technology = {technology}; capacity = {capacity}; node = {node}; }};
options = {{ seed = {seed}; }};
"""
START = dict(title="one", technology='[ "sram", "stt-mram" ]', capacity='"1 MiB"',
             node='"16 nm"', seed=1)


def write(name, text=None, **changes):
    with open(name, "w") as file:
        file.write(text or SWEEP.format(**dict(START, **changes)))


def run(sweep_file, output, ranks=0, *options):
    launch = ["mpirun", "-n", str(ranks)] if ranks else []
    said = subprocess.run(launch + [nvsweep, "run", sweep_file, "-o", output, "--quiet",
                                    *options],
                          capture_output=True, text=True, timeout=300, env=environment)
    return said.returncode, said.stderr


def leased(output):
    """Points that the last run computed or took over, by stage."""
    points = {}
    with open(output + ".journal") as file:
        for line in file:
            event = json.loads(line)
            if event["event"] == "start":
                points = {}
            if event["event"] == "lease":
                points[event["stage"]] = points.get(event["stage"], 0) + event["points"]
    return points


def grows(what, first, then, keeps, ranks=0):
    for name in os.listdir("."):
        if name.startswith(("x.", "fresh.")):
            os.unlink(name)
    def write_one(sweep):
        write("x.cfg", **(sweep if isinstance(sweep, dict) else dict(text=sweep)))

    write_one(first)
    code, said = run("x.cfg", "x.h5")
    claim(f"{what}: the sweep runs", code == 0, said)
    write_one(then)
    code, said = run("x.cfg", "x.h5", ranks)
    claim(f"{what}: the run continues", code == 0, said)
    claim(f"{what}: says what is kept ('{keeps}')", keeps in said and said.count("nvsweep:") == 1, said)
    code, _ = run("x.cfg", "fresh.h5")
    claim(f"{what}: the bytes of a new run of the sweep",
          code == 0 and bytes_of("x.h5") == bytes_of("fresh.h5"))
    claim(f"{what}: nothing is left beside the file",
          sorted(n for n in os.listdir(".") if n.startswith("x.h5")) ==
          ["x.h5", "x.h5.journal"], os.listdir("."))


grows("a value added", {}, dict(technology='[ "sram", "stt-mram", "sot-mram" ]'),
      "keeps 2 of 3 points; new: technology sot-mram")
grows("one value made a list", {}, dict(capacity='[ "512 KiB", "1 MiB", "2 MiB" ]'),
      "keeps 2 of 6 points; new: capacity_bytes 512 KiB, capacity_bytes 2 MiB", 3)
grows("values in another order", {}, dict(technology='[ "stt-mram", "sram" ]'),
      "keeps 2 of 2 points")
grows("another title", {}, dict(title="two"), "keeps 2 of 2 points")
grows("a range for a list", dict(capacity='[ "1 MiB", "2 MiB" ]'),
      dict(capacity='{ from = "1 MiB"; to = "4 MiB"; factor = 2; }'),
      "keeps 4 of 6 points; new: capacity_bytes 4 MiB")

# Machines of several kinds, of which each stage has its own; and axes that vary together.
MACHINES = """axes = { technology = [ "sram", "stt-mram" ]; %s node = "16 nm";
    machine = %s; workload = "lenet"; phase = "inference"; batch = 1; };
    stages = [ "machines" ];"""
CAPACITY = 'capacity = "1 MiB";'
grows("machines of other kinds added", MACHINES % (CAPACITY, '[ "systolic-32", "gtx-1080-ti" ]'),
      MACHINES % (CAPACITY, '[ "mensa", "systolic-32", "gtx-1080-ti", "tpu-like" ]'),
      "new: machine tpu-like, machine mensa")
grows("one machine made a list", MACHINES % ("", '"systolic-32"'),
      MACHINES % ("", '[ "tpu-like", "systolic-32", "mensa" ]'),
      "new: machine tpu-like, machine mensa", 3)
ZIPPED = """axes = { technology = [ "sram", "stt-mram" ]; capacity = "1 MiB"; node = "16 nm";
    machine = "gtx-1080-ti"; workload = "lenet"; phase = %s; batch = %s; };
    %s stages = [ "gpu" ];"""
ZIP = 'zip = ( [ "phase", "batch" ] );'
grows("axes that vary together, made longer",
      ZIPPED % ('[ "inference", "training" ]', "[ 1, 2 ]", ZIP),
      ZIPPED % ('[ "inference", "training", "inference" ]', "[ 1, 2, 4 ]", ZIP),
      "new: batch 4")
grows("single values made lists that vary together", ZIPPED % ('"inference"', "1", ""),
      ZIPPED % ('[ "inference", "training" ]', "[ 1, 2 ]", ZIP),
      "new: phase training, batch 2")

# Two files merged, and more of both.
for name, capacities in ("m1", '[ "1 MiB" ]'), ("m2", '[ "2 MiB" ]'):
    write(name + ".cfg", capacity=capacities)
    run(name + ".cfg", name + ".h5")
subprocess.run([nvsweep, "merge", "m1.h5", "m2.h5", "-o", "merged.h5"], timeout=60)
write("m3.cfg", capacity='[ "1 MiB", "2 MiB", "4 MiB" ]')
code, said = run("m3.cfg", "merged.h5")
run("m3.cfg", "unmerged.h5")
claim("merged files can be continued", code == 0 and "keeps 4 of 6 points" in said and
      bytes_of("merged.h5") == bytes_of("unmerged.h5"), said)

# Comments and spacing: the same sweep, whose file is not touched.
write("x.cfg")
run("x.cfg", "same.h5")
before = bytes_of("same.h5")
write("x.cfg", "# a comment\n" + SWEEP.format(**START).replace(";", " ;\n"))
code, said = run("x.cfg", "same.h5")
claim("comments and spacing in a sweep change nothing",
      code == 0 and bytes_of("same.h5") == before and "keeps" not in said, said)

# Refused, with the key and both values, and nothing is touched.
for what, changes, words in (
        ("a changed value", dict(capacity='"2 MiB"'), "capacity_bytes was 1 MiB, is 2 MiB"),
        ("a value that is gone", dict(technology='[ "sram" ]'),
         "technology has no value stt-mram"),
        ("a changed option", dict(seed=2), "options.seed was 1, is 2")):
    write("x.cfg", **changes)
    code, said = run("x.cfg", "same.h5")
    claim(f"{what} is refused: {words}", code == 2 and words in said and
          said.count("\n") == 1, said)
claim("refusals change nothing", bytes_of("same.h5") == before and
      not os.path.exists("same.h5.before"))

# A record of one's own: comments, then a number.
os.makedirs("mine/technologies")
source = os.path.join(root, "sweeps/library/technologies")
for name in sorted(os.listdir(source)):
    with open(os.path.join(source, name)) as file:
        record = file.read()
    if 'name = "stt-mram";' in record:
        break
record = record.replace('"stt-mram"', '"my-mram"')
library_file = "mine/technologies/my.cfg"
mine = ("--library", "mine")
with open(library_file, "w") as file:
    file.write(record)
write("x.cfg", technology='"my-mram"')
code, said = run("x.cfg", "mine.h5", 0, *mine)
claim("a record of a user's library is used", code == 0, said)
before = bytes_of("mine.h5")
with open(library_file, "w") as file:
    file.write("# measured again\n" + record.replace(";\n", " ;  /* so it is */\n\n"))
code, said = run("x.cfg", "mine.h5", 0, *mine)
claim("comments and spacing in a record do not make another sweep",
      code == 0 and bytes_of("mine.h5") == before, said)
number = re.search(r'(\w+) = "?([0-9.]+)', record.split("{", 1)[-1].split("source", 1)[-1])
with open(library_file, "w") as file:
    file.write(record.replace(number.group(0), number.group(0) + "1", 1))
code, said = run("x.cfg", "mine.h5", 0, *mine)
claim("a changed number is refused with its key and both values",
      code == 2 and number.group(1) + " was" in said and "my-mram" in said, said)
claim("the refusal changes nothing", bytes_of("mine.h5") == before)

# ---- the runner alone: a million points and one value more, kills, both ways of writing
SIZE = 20, 4200  # 240 points, 1.008 million


def growth_run(ranks, file, capacities, batches, **variables):
    return sweep(ranks, file, capacities, batches, SYNTHETIC_PURE="1", **variables)


code, said = growth_run(2, "big.h5", *SIZE)
claim("a million points", code == 0, said)
shutil.copy("big.h5", "kept.h5")
growth_run(2, "more.h5", SIZE[0], SIZE[1] + 1)
code, said = growth_run(2, "big.h5", SIZE[0], SIZE[1] + 1, SYNTHETIC_CRASH="0,1,2,100")
claim("one value more: only the new points are computed (the old ones would crash)",
      code == 0 and "keeps 1008240 of 1008480 points; new: batch 4201" in said, f"{code} {said}")
claim("one value more: the bytes of a new run of the sweep",
      bytes_of("big.h5") == bytes_of("more.h5"))

growth_run(2, "longer.h5", SIZE[0] + 3, SIZE[1])
for io in "local", "root":
    shutil.copy("kept.h5", "killed.h5")
    for attempt in range(6):
        process = start(3, "killed.h5", SIZE[0] + 3, SIZE[1], SYNTHETIC_IO=io,
                        SYNTHETIC_PURE="1", SYNTHETIC_SPIN_US="3000", SYNTHETIC_SLEEP="1")
        time.sleep(random.uniform(0.05, 1.2))
        for victim in random.sample(ranks_of(process.pid) or [process.pid], 1):
            os.kill(victim, signal.SIGKILL)
        code, said = finish(process)
        if code == 0:
            break
    code, said = growth_run(2, "killed.h5", SIZE[0] + 3, SIZE[1], SYNTHETIC_IO=io)
    claim(f"kills while a sweep grows (--io {io}): the same bytes",
          code == 0 and bytes_of("killed.h5") == bytes_of("longer.h5"), f"{code} {said}")
    claim("the old file is removed afterwards", not os.path.exists("killed.h5.before"))

# A damaged block of the old file is computed anew.
shutil.copy("kept.h5", "rotten.h5")
with open("rotten.h5", "r+b") as file:
    file.seek(os.path.getsize("rotten.h5") // 2)
    file.write(b"rotten")
code, said = growth_run(2, "rotten.h5", SIZE[0], SIZE[1] + 1)
claim("a damaged block of the old file is not kept",
      code == 0 and bytes_of("rotten.h5") == bytes_of("more.h5"), f"{code} {said}")
done()
