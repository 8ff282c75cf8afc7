"""nvsweep waterfall: steps multiply to the whole, the ends are the studies' own results, ranges
over orders hold the printed order's factors, the drawing is XML, and what cannot be walked
between is refused."""
import json
import math
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

NVSWEEP = os.environ["NVSWEEP"]
SWEEPS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sweeps")
TABLE = os.path.join(SWEEPS, "deepnvm_reproduced_table.cfg")
OURS = os.path.join(SWEEPS, "deepnvm_isocapacity.cfg")


def nvsweep(*arguments, code=0):
    done = subprocess.run([NVSWEEP, *arguments], capture_output=True, text=True, timeout=500)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done.stdout if code == 0 else done.stderr


def check_walk(walked):
    for technology in walked["technologies"]:
        value = technology["first"]
        for step in technology["steps"]:
            assert math.isclose(step["value"], value * step["factor"], rel_tol=1e-9), step
            assert step["factor_least"] <= step["factor"] <= step["factor_most"], step
            assert step["factor_least"] * (1 - 1e-9) <= step["factor_mean"]
            assert step["factor_mean"] <= step["factor_most"] * (1 + 1e-9)
            assert step["from"] != step["to"] or step["baseline_from"] != step["baseline_to"]
            value = step["value"]
        assert math.isclose(technology["last"], value, rel_tol=1e-9), technology


def gains(sweep, folder, over):
    result = os.path.join(folder, "g.h5")
    nvsweep("run", sweep, "-o", result, "--quiet")
    rows = json.loads(nvsweep("show", result, "-m", "edp_js", "--json"))
    base = {(row["workload"], row["phase"]): row["edp_js"] for row in rows
            if row["technology"] == over}
    most = {}
    for row in rows:
        gain = base[row["workload"], row["phase"]] / row["edp_js"]
        most[row["technology"]] = max(gain, most.get(row["technology"], 0))
    return most


def main():
    with tempfile.TemporaryDirectory() as folder:
        svg = os.path.join(folder, "w.svg")
        walked = json.loads(nvsweep("waterfall", TABLE, OURS, "capacity=3 MiB", "--json",
                                    "--orders", "3", "--svg", svg))
        check_walk(walked)
        ours = gains(OURS, folder, "sram-deepnvm")
        for technology in walked["technologies"]:
            assert math.isclose(technology["last"], ours[technology["technology"]],
                                rel_tol=1e-9), technology
        steps = [step["step"] for step in walked["technologies"][0]["steps"]]
        assert "read_latency_s" in steps and "dram_read_j_per_bit" in steps, steps
        assert len(walked["technologies"]) == 2 and walked["points"] == 10
        assert xml.etree.ElementTree.parse(svg).getroot().tag.endswith("svg")
        text = nvsweep("waterfall", TABLE, OURS, "capacity=3 MiB", "--orders", "0")
        assert text.count(" decides, x ") == 2, text

        # columns tell an array whole, whatever the time base reads of it
        roofline = os.path.join(folder, "roofline.cfg")
        with open(roofline, "w") as file:
            file.write('axes = { machine = "gtx-1080-ti"; technology = [ "sram", "stt-mram" ];\n'
                       'capacity = "4 MiB"; node = "22 nm"; workload = "resnet18"; };\n')
        shrunk = json.loads(nvsweep("waterfall", roofline, "node=16 nm", "--json", "--orders", "1"))
        check_walk(shrunk)
        assert "cycle_s" in [step["step"] for step in shrunk["technologies"][0]["steps"]], shrunk

        same = nvsweep("waterfall", OURS, OURS)
        assert "nothing on which the metric depends differs" in same, same
        one = json.loads(nvsweep("waterfall", OURS, "temperature=300 K", "dram_read_j_per_bit=14 pJ",
                                 "--json", "--orders", "2"))
        check_walk(one)
        names = [step["step"] for step in one["technologies"][0]["steps"]]
        assert "leakage_w" in names and "dram_read_j_per_bit" in names and "temperature" not in names

        for arguments, said in (
                ((OURS,), "needs two sweeps, or one sweep and settings"),
                ((TABLE, OURS), "capacity"),
                ((OURS, "temprature=300 K"), "did you mean 'temperature'"),
                ((OURS, TABLE, "capacity=4 MiB"), "must be one of the axis's values"),
                ((OURS, OURS, "-m", "nothing"), "must name a quantity of one number per point"),
                ((OURS, OURS, "--reduce", "most"), "--reduce is 'most', must be"),
                ((OURS, OURS, "--orders", "-1"), "--orders is '-1'")):
            told = nvsweep("waterfall", *arguments, code=2)
            assert said in told and told.count("\n") == 1, (arguments, told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
