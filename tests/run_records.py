"""A result file belongs to the records its sweep rests on: where one of them has another
number, be it named by another record only (a device of an assembly, an engine of a
machine, half an instance), the same command is refused; a record of no concern changes nothing."""
import os
import subprocess

from harness import bytes_of, claim, done, environment, nvsweep, root

# what the sweep names, a record that one names, and a number of that; then an idle record
CASES = {
    "a device of an assembly": (
        'device = "fairphone-3"; grid = "world"; fab = "act"; fab_grid = "taiwan";',
        "devices", "fairphone-3-memory", '"64 GB"', '"65 GB"', "gtx-1080-ti-card"),
    "an engine of a machine": (
        'machine = "mensa"; workload = "squeezenet"; technology = "sram"; node = "22 nm";',
        "machines", "pascal", "976.5625 MHz", "977 MHz", "edge-tpu"),
    "half an instance": (
        'instance = "p3.16xlarge"; machine = "v100"; workload = "lenet"; batch = 1;'
        'phase = "training"; dataset = "imagenet";',
        "instances", "p3.8xlarge", "12.24 USD/h", "12.25 USD/h", "p2.xlarge"),
}


def run(*arguments):
    return subprocess.run([os.path.join(root, nvsweep), *arguments], env=environment,
                          capture_output=True, text=True, timeout=120)


def other_library(folder, name, old, new):
    """--library with the shipped record of that name, in which new stands for old."""
    text = run("list", folder, name).stdout
    claim(f"{name} has {old}", old in text, text)
    os.makedirs(f"own/{folder}", exist_ok=True)
    with open(f"own/{folder}/x.cfg", "w") as file:
        file.write(f"{folder} = (\n{text.replace(old, new)});\n")
    return "--library", "own"


for i, (what, (axes, folder, part, old, new, idle)) in enumerate(CASES.items()):
    sweep, result = f"{i}.cfg", f"{i}.h5"
    with open(sweep, "w") as file:
        file.write(f"axes = {{ {axes} }};\noptions = {{ max_error = 0.5; }};\n")
    said = run("run", sweep, "--quiet")
    claim(f"{what}: the sweep runs into {result}, named after it", said.returncode == 0 and
          os.path.exists(result), said.stderr)
    before = bytes_of(result)
    said = run("run", sweep, "--quiet",
               *other_library(folder, idle, 'source = "', 'source = "another; '))
    claim(f"{what}: a change of another record of its kind is accepted",
          said.returncode == 0, said.stderr)
    said = run("run", sweep, "--quiet", *other_library(folder, part, old, new))
    claim(f"{what}: {part} with {new} makes another sweep", said.returncode == 2 and
          "result of another sweep" in said.stderr and bytes_of(result) == before,
          said.stderr)
done()
