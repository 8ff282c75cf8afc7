"""One rank of a run reads the sweep and the library, and all parse what it read: the others
may see other files, or none, and the run is the same; what is wrong is said once."""
import pathlib
import re
import subprocess

from harness import bytes_of, claim, done, environment, nvsweep, root

MINE = """technologies = (
    { name = "mine"; source = "a test"; kind = "sram"; area_sram = 1.0; aspect_ratio = 0.45;
      access_width_f = 1.31; pulldown_width_f = 2.08; pullup_width_f = 1.23;
      min_sense_v = "80 mV"; } );
"""
SWEEP = """stages = [ "array" ];
axes = { technology = [ "mine", "stt-mram" ]; capacity = [ "64 KiB", "128 KiB", "%s KiB" ]; };
"""
ALONE = ["--library", "own", "s.cfg"]
program = str(pathlib.Path(root, nvsweep).resolve())
here = pathlib.Path.cwd()


def put(name, text):
    path = here / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def run(output, *contexts):
    """Exit code and what nvsweep said, of ranks that see different folders: each context is
    (ranks, folder, NVSWEEP_LIBRARY or None, arguments)."""
    words = []
    for ranks, folder, library, arguments in contexts:
        words += [":"] if words else ["mpirun"]
        words += ["-n", str(ranks), "-wdir", str(here / folder)]
        words += ["env", f"NVSWEEP_LIBRARY={library}"] if library else []
        words += [program, "run", "--quiet", "-o", str(here / output), *arguments]
    said = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120)
    lines = [line for line in said.stderr.splitlines() if line.startswith("nvsweep:")]
    return said.returncode, lines


put("good/own/technologies/mine.cfg", MINE)
put("good/s.cfg", SWEEP % 256)
put("other/own/technologies/mine.cfg", MINE.replace("1.31", "2.62"))
put("other/s.cfg", SWEEP % 512)
(here / "empty").mkdir()

code, said = run("one.h5", (1, "good", None, ALONE))
claim("one rank runs", (code, said) == (0, []), said)
for name in "empty", "other":
    code, said = run(f"{name}.h5", (1, "good", None, ALONE), (2, name, "/nowhere", ALONE))
    claim(f"two more ranks that see {name} files run the same sweep with the same library",
          (code, said) == (0, []) and bytes_of(f"{name}.h5") == bytes_of("one.h5"), said)
code, said = run("x.h5", (1, "empty", None, ALONE), (2, "good", None, ALONE))
claim("if the reading rank fails, the error is printed once", (code, said) ==
      (2, ["nvsweep: own: No such file or directory, must be a library folder"]), said)
code, said = run("x.h5", (1, "good", None, ALONE), (1, "good", None, ["t.cfg"]))
claim("if a rank is given another sweep, the error is printed once",
      (code, said) == (2, ["nvsweep: t.cfg: must be the same sweep as on rank 0"]), said)

# More than travels at once.
for i in range(2):
    put(f"large/own/nodes/{i}.cfg", "nodes = ( );\n" + (79 * "#" + "\n") * 150_000)
put("large/own/technologies/mine.cfg", MINE)
put("large/s.cfg", SWEEP % 256)
code, said = run("large.h5", (1, "large", None, ALONE), (2, "empty", None, ALONE))
claim("a library of 24 MB reaches all ranks",
      (code, said) == (0, []) and bytes_of("large.h5") == bytes_of("one.h5"), said)

# What is wrong with a file is the same line, whoever parses it.
put("good/s.cfg", SWEEP % 256 + "titel = 1;\n")
_, alone = run("x.h5", (1, "good", None, ALONE))
code, said = run("x.h5", (3, "good", None, ALONE))
claim("a bad sweep of three ranks: exit 2, one line, file and line number", code == 2 and
      said == alone and len(said) == 1 and re.match("nvsweep: s.cfg:3: ", said[0]), said)
put("good/own/technologies/mine.cfg", MINE.replace("80 mV", "80 apples"))
code, said = run("x.h5", (3, "good", None, ALONE))
claim("a bad library file of three ranks: exit 2, one line, file and line number",
      code == 2 and len(said) == 1 and
      re.match("nvsweep: own/technologies/mine.cfg:4: min_sense_v is '80 apples'", said[0]), said)
claim("refused runs begin no result file", not pathlib.Path("x.h5").exists())
done()
