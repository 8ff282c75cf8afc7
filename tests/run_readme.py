"""README says what the program says: its tables and numbers against runs of today.

    /usr/bin/python3 tests/run_readme.py [--write]      --write puts the numbers of now into README
"""
import collections
import functools
import json
import math
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NVSWEEP = os.environ.get("NVSWEEP", os.path.join(ROOT, "build", "nvsweep"))
README = os.path.join(ROOT, "README.md")
NAMES = {"sram-deepnvm": "SRAM", "stt-mram-deepnvm": "STT", "sot-mram-deepnvm": "SOT",
         "sram": "SRAM", "stt-mram": "STT", "sot-mram": "SOT"}
MACHINES = {"gtx-1080-ti": "GTX 1080 Ti", "tpu-like": "TPU-like", "mensa": "Mensa",
            "mensa-edge-tpu": "Mensa's Edge TPU", "crossbar-chip": "crossbars",
            "systolic-32": "systolic array", "simba-like": "Simba-like", "neon": "NEON",
            "eyeriss": "Eyeriss", "eie-64": "EIE", "cpu-simd": "CPU"}
PAPER = (  # row of README, figures of the paper
    ("largest EDP gain at equal capacity, STT", ["deepnvm-isocapacity-edp-max-stt"]),
    ("largest EDP gain at equal capacity, SOT", ["deepnvm-isocapacity-edp-max-sot"]),
    ("area of SRAM over STT", ["deepnvm-isocapacity-area-stt"]),
    ("area of SRAM over SOT", ["deepnvm-isocapacity-area-sot"]),
    ("capacity in the area of 3 MiB SRAM, STT", ["deepnvm-isoarea-capacity-stt"]),
    ("capacity in the area of 3 MiB SRAM, SOT", ["deepnvm-isoarea-capacity-sot"]),
    ("largest EDP gain at equal area, STT", ["deepnvm-isoarea-edp-max-stt"]),
    ("largest EDP gain at equal area, SOT", ["deepnvm-isoarea-edp-max-sot"]),
    ("the same in the later chapter, STT and SOT",
     ["deepnvm-isoarea-edp-max-chapter-stt", "deepnvm-isoarea-edp-max-chapter-sot"]),
)
FLAVOURS = {"deepnvm": "`deepnvm`: the paper's", "hp": "`hp`: a foundry's, low-leakage SRAM cells",
            "lop": "`lop`: low operating power", "lstp": "`lstp`: low standby power"}


def nvsweep(*words):
    done = subprocess.run([NVSWEEP, *words], capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, (words, done.returncode, done.stderr[-500:])
    return done.stdout


def rows_of(folder, sweep, metrics, *more):
    file = os.path.join(folder, sweep + ".h5")
    if not os.path.exists(file):
        nvsweep("run", os.path.join(ROOT, "sweeps", sweep + ".cfg"), "-o", file, "--quiet")
    return json.loads(nvsweep("show", file, "-m", metrics, "--json", *more))


def gains(rows, keys, metric):
    """(technology, *keys) to the metric of SRAM over that of the technology."""
    value = {(NAMES[row["technology"]], *(row[key] for key in keys)): row[metric] for row in rows}
    return {key: value["SRAM", *key[1:]] / value[key] for key in value if key[0] != "SRAM"}


def table(header, rows):
    """The lines of a table in markdown; header: its first line."""
    return header, ["| " + " | ".join(row) + " |" for row in rows]


def isocapacity(folder):
    rows = rows_of(folder, "deepnvm_isocapacity", "energy_j,latency_s,edp_js")
    keys = "workload", "phase"
    of = {metric: gains(rows, keys, metric) for metric in ("energy_j", "latency_s", "edp_js")}
    networks = list(dict.fromkeys(row["workload"] for row in rows))
    order = [(network, phase) for network in networks for phase in ("inference", "training")]
    return table("| network | phase | energy STT | energy SOT | delay STT | delay SOT | EDP STT | "
                 "EDP SOT |",
                 [[*pair, *(f"{of[metric][(name, *pair)]:.3g}x" for metric in of
                            for name in ("STT", "SOT"))] for pair in order])


def paper(_):
    found = {}
    number = r"([-\d.]+(?: [KMG]iB)?)"
    for line in nvsweep("validate", "--side-by-side", "deepnvm").splitlines():
        match = re.match(rf"(\S+) +{number} +{number} \( *(\S+) %\) +{number} \( *(\S+) %\)$", line)
        if match:
            found[match[1]] = match.groups()[1:]

    def cell(value, error=None):
        text = value if value.endswith("iB") else f"{float(value):.2f}x"
        if error is None:
            return text if text.endswith("iB") else f"{float(value):g}x"
        return f"{text} ({float(error):+.2g} %)"
    rows = []
    for words, names in PAPER:
        told = [found[name] for name in names]
        if len(told) == 1:
            published, ours, error, predicted, miss = told[0]
            rows.append([words, cell(published), cell(ours, error), cell(predicted, miss)])
        else:
            rows.append([words, *(", ".join(f"{float(t[i]):.2f}x" if i else f"{float(t[i]):g}x"
                                            for t in told) for i in (0, 1, 3))])
    return table("| figure of the paper's abstracts | published | made as its authors did | our "
                 "physics |", rows)


def flavours(folder):
    rows = rows_of(folder, "deepnvm_flavours", "edp_js")
    keys = "roadmap", "temperature_k", "workload", "phase"
    seen = collections.defaultdict(list)
    for (name, roadmap, kelvin, *_), gain in gains(rows, keys, "edp_js").items():
        seen[roadmap, kelvin, name].append(gain)
    return table("| devices | 300 K STT | 300 K SOT | 350 K STT | 350 K SOT |",
                 [[words, *(f"{min(seen[f, k, n]):.2f}x to {max(seen[f, k, n]):.2f}x"
                            for k in ("300 K", "350 K") for n in ("STT", "SOT"))]
                  for f, words in FLAVOURS.items()])


def machines(folder):
    rows_of(folder, "machines", "sample_j")
    best = json.loads(nvsweep("best", os.path.join(folder, "machines.h5"), "-m", "sample_j,latency_s",
                              "--per", "workload", "technology=sram", ONE_MACHINE, "--json"))
    fronts = collections.defaultdict(list)
    for row in best:
        fronts[row["workload"]].append(row)

    def said(row):
        seconds, joule = row["latency_s"], row["sample_j"]
        time = f"{seconds * 1e3:.2f} ms" if seconds > 1e-4 else f"{seconds * 1e6:.1f} us"
        return f"{MACHINES.get(row['machine'], row['machine'])}: {time}, {joule * 1e3:.3g} mJ"
    rows = []
    for network, front in fronts.items():
        soonest = min(front, key=lambda row: row["latency_s"])
        least = min(front, key=lambda row: row["sample_j"])
        rows.append([network, said(soonest), "the same" if least is soonest else said(least)])
    return table("| network | soonest | least energy |", rows)


def today(folder):
    """Least and largest gain of STT and SOT, by roofline and by the paper's sum of latencies."""
    rows = rows_of(folder, "deepnvm_today", "edp_js")
    keys = "roadmap", "temperature_k", "capacity_bytes", "time_base", "workload", "phase"
    seen = collections.defaultdict(list)
    for key, gain in gains(rows, keys, "edp_js").items():
        seen[key[4], key[0]].append(gain)
    return [f"{limit(seen[base, name]):.2f}x" for base in ("roofline", "serial")
            for name in ("STT", "SOT") for limit in (min, max)]


@functools.cache
def validated():
    return nvsweep("validate")


def counts(_):
    told = validated()
    met, missed = re.search(r"^(\d+) predictions met, (\d+) missed", told, re.M).groups()
    kinds = dict(re.findall(r"^  (\w+) +(\d+) ", told[told.index("figures, by kind"):], re.M))
    return [met, missed, kinds["fitted"], kinds["exact"], kinds["identity"]]


def silicon(_):
    of_all = re.search(r"^  all +(\d+) +\d+ .* ([\d.]+)x +[\d.]+x$", validated(), re.M)
    return [of_all[1], f"{float(of_all[2]):.2f}"]


def language_models(_):
    """Predicted times on GPUs, and those met; of TPUs the largest error at 16 bits in percent, least and
    largest factor of what is missed at 8."""
    rows = re.findall(r"^  (llm-\S+) +prediction .* ([\d.]+)x(?: \w+)? +15%  (met|MISSED)", validated(), re.M)
    gpus = [verdict for name, _, verdict in rows if "xtpu-" not in name]
    at_16 = [float(factor) for name, factor, _ in rows if "xtpu-" in name and "bf16" in name]
    missed = [float(factor) for name, factor, verdict in rows if "xtpu-" in name and verdict == "MISSED"]
    return [str(len(gpus)), str(gpus.count("met")), str(math.ceil(100 * max(at_16) - 100)),
            f"{min(missed):.1f}x", f"{max(missed):.1f}x"]


def next_token(_):
    """Milliseconds to the next token, one machine and eight."""
    def shown(machine, gpus):
        told = nvsweep("explain", os.path.join(ROOT, "sweeps", "llm_machines.cfg"), f"machine={machine}",
                       "workload=llama-3-70b", "batch=16", "sequence=2048", f"gpus={gpus}", "pipeline_stages=1")
        return f"{float(re.search(r'^  token_s +([0-9.]+) ms', told, re.M)[1]):.1f}"
    return table("| | A100 | H100 | H200 | B200 | MI300X | TPU v5p |",
                 [[words, *(shown(machine, gpus) for machine in (
                     "a100-80gb", "h100-sxm", "h200", "b200", "mi300x", "tpu-v5p"))]
                  for words, gpus in (("one", 1), ("eight that share every layer", 8))])


# Sentences: words around numbers, and whose numbers these are.
SENTENCES = (
    (today, r"by\s+roofline STT reaches (\S+) to (\S+) and SOT (\S+) to (\S+); by the paper's sum "
            r"of latencies (\S+) to (\S+) and\s+(\S+) to (\S+?)\. "),
    (counts, r"met or\s+missed, (\d+) and (\d+) of them; (\d+) figures that something was fitted to, "
             r"(\d+) exact counts and (\d+)\s+identities"),
    (silicon, r"beside (\d+) measured\s+macros and caches: median factor ([\d.]+\d)\."),
    (language_models, r"Of (\d+) predicted times on GPUs (\d+) are met within 15 % \(`nvsweep validate llm`\), "
                      r"each other with its\s+mechanism\. Of eight throughputs on TPU v5e the four at 16 bits are "
                      r"met within (\d+) %; of those with 8-bit weights and\s+caches one is met, the "
                      r"others come out (\S+) to (\S+) too fast\."),
)
TABLES = isocapacity, paper, flavours, machines, next_token


def replaced(text, start, end, lines):
    return text[:start] + "\n".join(lines) + "\n" + text[end:]


def main():
    global ONE_MACHINE
    with open(README) as file:
        text = before = file.read()
    ONE_MACHINE = re.search(r'technology=sram (area_budget=)"?([^"`]+)"?`', text)
    ONE_MACHINE = ONE_MACHINE[1] + ONE_MACHINE[2]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for make in TABLES:
            header, lines = make(folder)
            start = text.index(header + "\n")
            start = text.index("\n", text.index("\n", start) + 1) + 1  # behind header and rule
            end = start
            while text[end] == "|":
                end = text.index("\n", end) + 1
            is_right = text[start:end] == "\n".join(lines) + "\n"
            print("ok     " if is_right else "FAILED ", "the table of", make.__name__)
            if not is_right:
                failed += 1
                print("\n".join(lines))
            text = replaced(text, start, end, lines)
        for make, pattern in SENTENCES:
            match = re.search(pattern, text)
            assert match, f"README has no sentence like {pattern}"
            numbers = make(folder)
            is_right = list(match.groups()) == numbers
            print("ok     " if is_right else "FAILED ", "the numbers of", make.__name__, numbers)
            failed += not is_right
            for i in range(len(numbers), 0, -1):
                text = text[:match.start(i)] + numbers[i - 1] + text[match.end(i):]
    if "--write" in sys.argv and text != before:
        with open(README, "w") as file:
            file.write(text)
        print("README.md: written anew")
        return 0
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
