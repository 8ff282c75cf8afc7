"""What `nvsweep validate` counts: kinds worked out from fit_to, stores and composed_of; one-sided
bounds, which stand in no median; sums whose parts cancel; medians over sources, ten rows a source; no
prediction is a fitted figure once more; records that claim without a limit, or nothing without a reason,
are refused with file and line."""
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

NVSWEEP = os.environ["NVSWEEP"]
CELL = """kind = "sram"; area_sram = 1.0; aspect_ratio = 0.45;
    access_width_f = 1.31; pulldown_width_f = 2.08; pullup_width_f = 1.23;
    access_fins = 1; pulldown_fins = 1; pullup_fins = 1; min_sense_v = "80 mV";"""
POINT = '"node=22 nm", "roadmap=lstp", "associativity=ram"'


def run(folder, *arguments, code=0):
    done = subprocess.run([NVSWEEP, "validate", "--library", folder, *arguments],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done.stdout if code == 0 else done.stderr


def figure(name, where="technology=mine\", \"capacity=32 KiB", metric="area_m2", value=1e-9,
           tolerance=100.0, more=""):
    return (f'{{ name = "{name}"; system = "test"; grade = "published"; source = "us"; {more}\n'
            f'  where = [ "{where}", {POINT} ]; metric = "{metric}"; value = {value!r};\n'
            f'  unit = "{ {"area_m2": "m2"}.get(metric, "1") }";'
            + (f' tolerance = {tolerance!r};' if tolerance is not None else "") + " }")


def write(folder, figures, heads):
    """A library of two cells, whose records begin with heads, and figures of them."""
    for kind in "technologies", "published":
        os.makedirs(os.path.join(folder, kind), exist_ok=True)
    with open(os.path.join(folder, "technologies", "t.cfg"), "w") as file:
        cells = [f'{{ name = "{name}"; source = "a test"; {heads.get(name, "")}\n{CELL} }}'
                 for name in ("mine", "other")]
        file.write("technologies = ( " + ",\n".join(cells) + " );\n")
    with open(os.path.join(folder, "published", "p.cfg"), "w") as file:
        file.write("published = (\n" + ",\n".join(figures) + " );\n")


def judged(folder, figures, heads={}):
    write(folder, figures, heads)
    rows = json.loads(run(folder, "test", "--json"))
    return {row["name"]: row for row in rows}


def check_kinds(folder):
    small = 'technology=mine", "capacity=16 KiB'
    rows = judged(folder, [
        figure("a-fitted"),
        figure("a-ratio", value=1.0, more='baseline = [ "technology=other" ];'),
        figure("a-free", where=small),
        figure("a-said", where=small, metric="leakage_w", more='composed_of = [ "a-fit*" ];'),
        figure("b-stored", where="technology=other\", \"capacity=64 KiB", metric="leakage_w"),
        figure("c-derived", where=small,
               metric="read_energy_j").replace('grade = "published"', 'grade = "derived"'),
        figure("c-by-hand", more='claim = "exact";', where=small,
               metric="write_energy_j").replace('grade = "published"', 'grade = "derived"'),
        figure("d-recalled", where=small).replace('"published"', '"recalled"'),
        figure("d-beside", tolerance=None, more='claim = "beside"; why = "no reason";'),
        figure("e-made-again", more='claim = "reproduced";'),
        '{ name = "f-parts"; system = "test"; grade = "published"; source = "us";\n'
        'parts = [ "1", "4" ]; reduce = "geomean"; value = 2.0; tolerance = 0.01; }',
    ], {"mine": 'fit_to = [ "a-f*d" ];', "other": 'stores = [ "b-*" ];'})
    expected = {"a-fitted": "fitted", "a-ratio": "fitted", "a-free": "prediction",
                "a-said": "fitted", "b-stored": "identity", "c-derived": "identity",
                "c-by-hand": "exact", "d-recalled": "beside", "d-beside": "beside",
                "e-made-again": "reproduced", "f-parts": "identity"}
    assert {name: row["kind"] for name, row in rows.items()} == expected, rows
    assert rows["a-ratio"]["reason"] == "mine is fitted to a-fitted, which it is composed of"
    assert "mine" in [fit["record"] for fit in rows["a-free"]["fits"]], rows["a-free"]


def check_limits(folder):
    """The model's value is known first, so figures at any distance from it can be made."""
    value = judged(folder, [figure("x")])["x"]["model"]
    leak = judged(folder, [figure("x", metric="leakage_w")])["x"]["model"]
    rows = judged(folder, [
        figure("met", value=value / 1.09, tolerance=0.1),
        figure("missed", value=value / 1.11, tolerance=0.1),
        figure("below", value=value * 4, tolerance=0.1, more='bound = "upper";'),
        figure("above", value=value / 1.2, tolerance=0.1, more='bound = "upper";'),
        figure("at-least", value=value / 4, tolerance=0.1, more='bound = "lower";'),
        figure("sum", metric="leakage_w", value=leak, tolerance=0.1,
               more='composed_of = [ "part" ];'),
        figure("part", where="technology=other\", \"capacity=32 KiB", metric="leakage_w",
               value=leak / 2, tolerance=0.1),
    ])
    verdicts = {name: row["verdict"] for name, row in rows.items()}
    assert verdicts == {"met": "met", "missed": "MISSED", "below": "met", "above": "MISSED",
                        "at-least": "met", "sum": "MISSED", "part": "MISSED"}, verdicts
    assert math.isclose(rows["missed"]["factor"], 1.11) and rows["below"]["factor"] == 1
    assert "its parts cancel: part" in run(folder, "test")


def check_summary(folder):
    value = judged(folder, [figure("x")])["x"]["model"]
    many = [figure(f"m{i:02}", value=value / (1 + 0.011 * i), tolerance=0.1, more='study = "many";')
            for i in range(20)]
    few = [figure("one", value=value / 1.5, tolerance=0.1, more='study = "few";')]
    bounds = [figure("bound", value=value * 2, tolerance=0.1, more='study = "bounds"; bound = "upper";')]
    judged(folder, many + few + bounds)
    bounded = json.loads(run(folder, "test", "--json", "--summary"))
    rows = judged(folder, many + few)
    summary = json.loads(run(folder, "test", "--json", "--summary"))
    median = statistics.median(row["factor"] for name, row in rows.items() if name != "one")
    source = {source["source"]: source for source in summary["sources"]}
    assert abs(source["many"]["median_factor"] / median - 1) < 1e-3, (source, median)
    assert source["many"]["met"] == 10 and source["many"]["rows"] == 20, source
    assert abs(summary["median_factor"] / math.sqrt(median * 1.5) - 1) < 1e-3, summary
    assert summary["met"] == 10 and summary["missed"] == 11
    assert bounded["met"] == 11 and bounded["median_factor"] == summary["median_factor"], bounded
    assert bounded["sources"][0]["median_factor"] is None, bounded
    assert summary["met_at_most_ten_a_source"] == 5, summary
    assert summary["missed_at_most_ten_a_source"] == 6, summary
    assert summary["kinds"]["prediction"]["met_by_0_3_0"] == 10


def check_refusals(folder):
    for figures, heads, said in (
            ([figure("x", tolerance=None)], {}, "p.cfg:2: lacks a tolerance above 0"),
            ([figure("x", tolerance=0)], {}, "p.cfg:2: lacks a tolerance above 0"),
            ([figure("x", more='claim = "beside";')], {}, "p.cfg:2: claims nothing"),
            ([figure("x", more='baseline = [ "technology=other" ]; reduce = "max";')], {},
             "p.cfg:2: reduces ratios by max without a sweep"),
            ([figure("x", more='composed_of = [ "y*" ];')], {},
             "p.cfg:2: composed_of of 'x' has 'y*', which matches no published figure"),
            ([figure("x")], {"mine": 'fit_to = [ "y" ];'},
             "t.cfg:1: fit_to of 'mine' has 'y', which matches no published figure"),
            ([figure("x")], {"mine": 'stores = [ "y" ];'},
             "t.cfg:1: stores of 'mine' has 'y', which matches no published figure")):
        write(folder, figures, heads)
        told = run(folder, "test", "--json", code=2)
        assert said in told, (said, told)


def check_shipped():
    """No figure that rests on a fit or on itself is called a prediction."""
    done = subprocess.run([NVSWEEP, "validate", "--json", "--no-model"], capture_output=True,
                          text=True, timeout=300, check=True)
    kinds = {row["name"]: row["kind"] for row in json.loads(done.stdout)}
    for start, kind in (("simdram-add-08-aap", "fitted"), ("eie-power", "fitted"),
                        ("eyeriss-time-vgg16-conv1-1", "fitted"),
                        ("deepnvm-isocapacity-area-sot", "fitted"),
                        ("deepnvm-area-reduction-sot", "fitted"),
                        ("cim-crossbar-energy", "fitted"),
                        ("silicon-stt-40nm-16mb-latency", "prediction"),
                        ("silicon-sram-7nm-zen3-l3-area", "fitted"),
                        ("silicon-stt-22nm-32mb-area", "fitted"),
                        ("silicon-sram-7nm-74kb-area", "prediction"),
                        ("neon-softmax-64-power", "identity"), ("neon-figure-speedup", "identity"),
                        ("cim-training-epoch-energy", "identity"), ("carbon-lm-chain", "identity"),
                        ("eie-area", "identity"), ("eie-peak", "identity"),
                        ("upmem-gemv-seconds", "identity"), ("winograd-bound-vgg16-f2", "identity"),
                        ("cloud-vgg11-allreduce-ring", "identity"),
                        ("eie-actual-alex-6", "beside"), ("eie-256-power", "fitted"),
                        ("eie-256-area", "identity"), ("eie-decomposition-activations", "identity"),
                        ("cim-dfa-gain-08", "identity"), ("timeloop-simba-energy", "reproduced"),
                        ("cloud-resnet50-v100-fp32-8gpu", "fitted"),
                        ("eie-256-fps", "prediction"), ("systolic-sram-ws-conv5", "exact"),
                        ("deepnvm-isocapacity-edp-max-stt", "prediction")):
        assert kinds[start] == kind, (start, kind, kinds[start])


def check_repeats():
    """A figure of the records of a fitted one that comes within 6 % of it is that one again (a longer
    context, a few more rows of a kernel that hardly does more than start): it is called fitted, too."""
    done = subprocess.run([NVSWEEP, "validate", "--json", "gpu", "llm", "cloud", "silicon"],
                          capture_output=True, text=True, timeout=300, check=True)
    rows = json.loads(done.stdout)

    def records(row):
        where = dict(setting.split("=", 1) for setting in row["where"])
        return (row["metric"], *(where.get(axis) for axis in (
            "machine", "software", "workload", "technology", "node", "instance", "gpus", "precision",
            "weight_format", "kv_format", "built_as", "capacity")))
    fitted = [row for row in rows if row["reason"].endswith("is fitted to it")]
    assert len(fitted) > 20
    for row in rows:
        for other in fitted:
            if row["kind"] == "prediction" and records(row) == records(other):
                ratio = row["model"] / other["model"]
                assert not 0.94 < ratio < 1.06, (row["name"], other["name"], ratio)


def check_missed():
    """Of the papers on accelerators each miss has its mechanism, and so has each ratio on the other
    side of 1; the commands that --full prints show the points."""
    seeds = ["mensa", "simdram", "hdc-rtm", "neon", "eie", "winograd", "xr", "cim-training", "upmem"]
    done = subprocess.run([NVSWEEP, "validate", "--json", *seeds], capture_output=True, text=True,
                          timeout=300, check=True)
    for row in json.loads(done.stdout):
        if row["verdict"] == "MISSED":
            assert row["why"] or row["note"], row["name"]
        if row["baseline"] and (row["model"] - 1) * (row["published"] - 1) < 0:
            assert len(row["why"] + row["note"]) > 60, row["name"]
    text = subprocess.run([NVSWEEP, "validate", "--full", "winograd", "mensa", "hdc-rtm"],
                          capture_output=True, text=True, timeout=300, check=True).stdout
    commands = sorted({line.split("command: ")[1] for line in text.splitlines()
                       if "command: " in line})
    assert len(commands) > 30 and text.count("      claim: ") > 50, text
    shell = {**os.environ, "PATH": os.path.dirname(NVSWEEP) + ":" + os.environ["PATH"]}
    for command in commands[::8]:
        shown = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60,
                               env=shell, check=False)
        assert shown.returncode == 0 and "point\n" in shown.stdout, (command, shown.stderr)


def check_silicon():
    """Every row beyond a factor of 1.6 has a mechanism; all rows stand in the distribution."""
    done = subprocess.run([NVSWEEP, "validate", "--json", "silicon"], capture_output=True,
                          text=True, timeout=300, check=True)
    rows = json.loads(done.stdout)
    beyond = {row["name"] for row in rows if (row["factor"] or 1) > 1.6}
    for row in rows:
        assert row["class"], row["name"]
        assert row["why"] or row["name"] not in beyond, row["name"]
    text = subprocess.run([NVSWEEP, "validate", "silicon"], capture_output=True, text=True,
                          timeout=300, check=True).stdout
    explained = text.split("rows beyond a factor of 1.6, and why\n")[1]
    explained = explained.split("predictions, by source")[0]
    assert {line.split()[0] for line in explained.splitlines()} == beyond, explained
    assert "no mechanism is known" not in text
    lines = text.splitlines()
    for name in {row["class"] for row in rows}:
        of = [line for line in lines if line.startswith(f"  {name} ")]
        assert len(of) <= 2 and of, name
        assert len([line for line in of if "bounds, of which" not in line]) <= 1, of


def main():
    with tempfile.TemporaryDirectory() as folder:
        check_kinds(folder)
        check_limits(folder)
        check_summary(folder)
        check_refusals(folder)
    check_shipped()
    check_repeats()
    check_missed()
    check_silicon()
    return 0


if __name__ == "__main__":
    sys.exit(main())
