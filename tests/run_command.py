"""The command in a user's hands: lists of a line a record, completion that knows axes, values,
metrics and files, messages that say what would be right, constraints on axes, a point of a
result file by the records inside, libraries from four places, exports as CSV and as Zarr."""
import json
import os
import resource
import subprocess

from harness import claim, done, nvsweep, sanitized

SWEEP = """axes = { technology = [ "sram", "stt-mram" ]; capacity = [ "1 MiB", "2 MiB", "4 MiB" ];
  machine = "gtx-1080-ti"; workload = [ "alexnet", "squeezenet" ]; phase = "inference"; };
"""


def said(*words, code=0, **more):
    result = subprocess.run([nvsweep, *words], text=True, capture_output=True, timeout=120,
                            **more)
    if code is not None and result.returncode != code:
        claim(f"{' '.join(words)[:80]} ends with {code}", False,
              f"{result.returncode} {result.stderr}")
    return result


def refused(words, message):
    result = said(*words, code=None)
    lines = result.stderr.splitlines()
    claim(f"{' '.join(words)[:70]}: '{message}'", result.returncode == 2 and len(lines) == 1 and
          message in lines[0], f"{result.returncode} {result.stderr}")


with open("s.cfg", "w") as file:
    file.write(SWEEP)
said("run", "s.cfg", "--quiet")

# ---- lists: a line a record
for kind in ("technologies", "nodes", "machines", "workloads"):
    lines = said("list", kind).stdout.splitlines()
    grades = ("published", "fitted", "assumed", "recalled")
    claim(f"list {kind}: one line a record, with its grade", len(lines) > 5 and all(
        len(line) <= 115 and line.split()[-1] in grades for line in lines),
        max(lines, key=len) if lines else "none")
claim("list technologies is short",
      len(said("list", "technologies").stdout) < 7000, "")
claim("list technologies --full has sources",
      "(Khan, EDL 2017" in said("list", "technologies", "--full").stdout, "")
claim("list technology sram prints the record",
      'kind = "sram"' in said("list", "technology", "sram").stdout, "")
refused(["list", "technology", "sarm"], "did you mean 'sram'?")

# ---- messages
refused(["show", "s.h5", "capacity=3MiB"],
        "has no capacity_bytes '3MiB', must be one of: 1 MiB, 2 MiB, 4 MiB")
refused(["show", "s.h5", "technology=unknown"],
        "has no technology 'unknown', must be one of: sram, stt-mram")
refused(["show", "s.h5", "tecnology=sram"], "did you mean 'technology'?")
refused(["show", "s.h5", "-m", "energy"], "did you mean")
refused(["best", "s.h5", "-m", "technology"], "'technology' is an axis, must be a metric")
refused(["status", "s.h5", "--json=no"], "option '--json' is 'no', must be without a value")
refused(["show", "s.h5", "--colums", "technology"], "did you mean '--columns'?")
refused(["run", "s.cfg", "-o", "nodir/x.h5"], "the folder nodir does not exist; make it first")
refused(["best", "s.h5", "-m", "energy_j", "--where", "technology>=2"],
        "the values of technology have no order, must be technology=VALUE")
refused(["best", "s.h5", "-m", "energy_j", "--where", "energy_j=2"],
        "is a metric, must be energy_j<=VALUE or energy_j>=VALUE")
refused(["best", "s.h5", "-m", "energy_j", "--where", "energy_j<2"],
        "must be NAME<=VALUE, NAME>=VALUE or AXIS=VALUE")
refused(["best", "s.h5", "-m", "energy_j", "--where", "capacity=3MiB"], "must be one of: 1 MiB")
packed = said("pack", "s.h5").stdout
claim("pack prints sizes and a percentage", " % of " in packed and
      "smaller" not in packed, packed)

# ---- constraints on axes, by key and by name
rows = json.loads(said("best", "s.h5", "-m", "energy_j", "--json", "--where",
                       "capacity>=2MiB,technology=sram", "--per", "capacity,workload").stdout)
claim("best --where accepts axes by key", len(rows) == 4 and
      {row["technology"] for row in rows} == {"sram"} and
      {row["capacity_bytes"] for row in rows} == {"2 MiB", "4 MiB"}, str(rows))
again = json.loads(said("best", "s.h5", "-m", "energy_j", "--json", "--where",
                        "capacity_bytes>=2MiB,capacity<=2 MiB,energy_j>=0").stdout)
claim("best --where accepts an axis by name together with a metric",
      [row["capacity_bytes"] for row in again] == ["2 MiB"], str(again))
claim("best says that no point meets the constraints",
      said("best", "s.h5", "-m", "energy_j", "--where", "capacity>=8MiB").stdout.strip() ==
      "no point meets the constraints", "")

# ---- one point of a result file, by the records inside
point = ("technology=stt-mram", "workload=alexnet", "capacity=2MiB")
inside = said("explain", "s.h5", *point).stdout
claim("explain FILE.h5 prints the same as explain of its sweep", inside and
      inside == said("explain", "s.cfg", *point).stdout, "")
os.makedirs("own/technologies", exist_ok=True)
with open("own/technologies/mine.cfg", "w") as file:
    file.write(said("list", "technology", "stt-mram").stdout.replace(
        '{   name = "stt-mram"', 'technologies = ( {   name = "mine"').rstrip() + " );\n")
with open("own.cfg", "w") as file:
    file.write(SWEEP.replace('"stt-mram"', '"mine"') + 'library = "own";\n')

# ---- libraries: named in the sweep, by the environment, by the option, in the file
said("run", "own.cfg", "--quiet")
claim("the library folder that the sweep names is used", os.path.exists("own.h5"), "")
os.makedirs("deeper/own/technologies", exist_ok=True)
refused(["plan", "own.cfg", "--library", "nowhere"], "nowhere")
with open("list.cfg", "w") as file:
    file.write(SWEEP.replace('"stt-mram"', '"mine"') + 'library = [ "own" ];\n')
said("plan", "list.cfg")
with open("other.cfg", "w") as file:
    file.write(SWEEP.replace('"stt-mram"', '"mine"').replace("axes = {",
                                                             'axes = { node = "7 nm";') +
               'library = "own";\n')
walked = said("waterfall", "own.cfg", "other.cfg", "capacity=1MiB").stdout
claim("waterfall uses the library folders that its sweeps name", "mine" in walked, walked[:300])
with open("bad.cfg", "w") as file:
    file.write(SWEEP + "library = 3;\n")
refused(["plan", "bad.cfg"], "must be a folder, or a list of at most")
os.chdir("deeper")
said("plan", "../own.cfg")  # beside the sweep, not beside the user
os.chdir("..")
with open("plain.cfg", "w") as file:
    file.write(SWEEP.replace('"stt-mram"', '"mine"'))
refused(["plan", "plain.cfg"], "mine")
environment = dict(os.environ, NVSWEEP_LIBRARY=f"{os.getcwd()}/own")
said("plan", "plain.cfg", env=environment)
listed = said("list", "technologies", env=environment).stdout
claim("NVSWEEP_LIBRARY adds records to the shipped ones", "\nmine " in listed and
      "\nsram " in listed, listed[:300])
environment["NVSWEEP_LIBRARY"] = f"{os.getcwd()}/deeper/own:{os.getcwd()}/own"
said("plan", "plain.cfg", env=environment)
os.rename("own", "gone")
claim("explain and verify read the records inside the file",
      "mine" in said("explain", "own.h5", "technology=mine", "workload=alexnet",
                     "capacity=1MiB").stdout and
      said("verify", "own.h5", "--sample", "2", code=None).returncode == 0, "")
os.rename("gone", "own")

# ---- completion
def offered(*words):
    return said("complete", "--", *words).stdout.split()


claim("completes axes of a file", offered("show", "s.h5", "te") == ["technology="], "")
claim("completes values of a file", offered("show", "s.h5", "technology=") ==
      ["technology=sram", "technology=stt-mram"], str(offered("show", "s.h5", "technology=")))
claim("completes capacities as one word", offered("show", "s.h5", "capacity=2") ==
      ["capacity=2MiB"], "")
claim("completes a list's next value", offered("show", "s.h5", "technology=sram,st") ==
      ["technology=sram,stt-mram"], "")
claim("completes records without a file", "technology=stt-mram" in
      offered("explain", "technology=stt-"), "")
claim("completes metrics of a file", offered("best", "s.h5", "-m", "energy_") == ["energy_j"],
      str(offered("best", "s.h5", "-m", "energy_")))
claim("completes words of an option", offered("import", "--kind", "to") == ["topology"], "")
claim("completes options", offered("run", "--ti") == ["--time-budget"], "")
claim("completes kinds and records of list", offered("list", "te") == ["technologies"] and
      offered("list", "machine", "gtx-1080-ti-") == ["gtx-1080-ti-im2col"], "")
script = said("man", "completion").stdout
with open("complete.sh", "w") as file:
    file.write(script)
os.symlink(nvsweep, "nvsweep")
bash = subprocess.run(["bash", "-c", """source ./complete.sh; COMP_LINE='./nvsweep show s.h5 technology=st'
COMP_POINT=${#COMP_LINE} COMP_WORDS=(./nvsweep show s.h5 technology = st) COMP_CWORD=5
_nvsweep; echo "${COMPREPLY[0]}" """], text=True, capture_output=True, timeout=60)
claim("bash completes after '='", bash.stdout.strip() == "stt-mram", bash.stdout + bash.stderr)

# ---- options are rows of one table: help, manual and completion have each
help_ = said("help", "best").stdout
claim("help lists the options", "--where NAME<=X" in help_ and "--per AXIS" in help_, help_)
claim("nothing is cut off in the manual", "...." not in said("man", "nvsweep-sweep").stdout and
      "re..." not in said("man", "nvsweep-library").stdout, "")

# ---- CSV
with open("many.cfg", "w") as file:
    file.write('stages = [ "array" ]; axes = { technology = "sram"; capacity = "64 KiB";\n'
               'temperature = { from = 300.0; to = 400.0; points = 40; }; };\n')
said("run", "many.cfg", "--quiet")
csv = said("export", "many.h5", preexec_fn=None if sanitized else lambda: resource.setrlimit(
    resource.RLIMIT_DATA, (100 << 20, 100 << 20))).stdout
claim("CSV has one row per point", csv.count("\n") == 41, csv[:200])

# ---- Zarr: references into the file, no copy
said("export", "s.h5", "--zarr", "-o", "s.json")
refused(["export", "s.packed.h5", "--zarr"],
        "a packed copy, but references need a plain result file")
refused(["export", "s.h5", "--zarr", "-m", "energy_j"], "must be without -m")
with open("s.json") as file:
    references = json.load(file)
claim("references are smaller than the file", os.path.getsize("s.json") <
      os.path.getsize("s.h5"), f"{os.path.getsize('s.json')}")
import h5py
import numpy as np

names = []
with h5py.File("s.h5") as file:
    file.visititems(lambda name, item: names.append(name)
                    if isinstance(item, h5py.Dataset) else None)
    equal = 0
    for name in names:
        array = json.loads(references["refs"][f"{name}/.zarray"])
        chunk = references["refs"][name + "/" + ".".join("0" * max(1, len(array["shape"])))]
        if isinstance(chunk, str):
            continue
        claim_path, offset, size = chunk
        with open(references["templates"]["u"], "rb") as raw:
            raw.seek(offset)
            values = np.frombuffer(raw.read(size), array["dtype"]).reshape(array["shape"])
        equal += np.array_equal(values, file[name][()],
                                equal_nan=values.dtype.kind == "f")
    numbers = sum(file[name].dtype != object for name in names)
claim(f"{numbers} datasets are where the references say", equal == numbers > 50,
      f"{equal} of {numbers}")
try:
    import fsspec
    import xarray
    import zarr
except ImportError as missing:
    print(f"skipped: opening by zarr and xarray ({missing})")
else:
    mapper = fsspec.filesystem("reference", fo="s.json").get_mapper("")
    group = zarr.open_group(mapper, mode="r")
    with h5py.File("s.h5") as file:
        texts = [name for name in names if file[name].dtype == object]
        same = [name for name in texts if list(np.ravel(group[name][()])) ==
                [text.decode() for text in np.ravel(file[name][()])]]
    claim("texts are equal by zarr", same == texts != [], f"{set(texts) - set(same)}")
    for part in (None, "array"):
        own = xarray.open_dataset("s.h5", group=part, engine="h5netcdf").load()
        other = xarray.open_dataset(mapper, engine="zarr", group=part,
                                    consolidated=False).load()
        try:
            xarray.testing.assert_equal(own, other)
            words = all(str(own[name].attrs.get(key)) == str(other[name].attrs.get(key))
                        for name in own.variables for key in ("units", "long_name"))
        except AssertionError as why:
            words, other = False, why
        claim(f"xarray opens both equal ({part or 'root'})", words, str(other)[:500])
done()
