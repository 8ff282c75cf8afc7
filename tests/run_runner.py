"""Whole runs of a sweep without physics: same bytes for any number of ranks and after
any stop, refusals, faults of points, faults of the disk."""
import json
import pty
import re
import shutil
import signal

from harness import *

SPIN = "1500"  # us: 240 points of about 2.5 ms

# ---- the same bytes
wanted = None
for ranks in 1, 2, 3, 4:
    code, said = sweep(ranks, f"r{ranks}.h5", 20, 50)
    claim(f"{ranks} ranks finish", code == 0, said)
    wanted = wanted or bytes_of("r1.h5")
    claim(f"{ranks} ranks give the same bytes as one", bytes_of(f"r{ranks}.h5") == wanted)
claim("a run leaves only the result and its journal",
      sorted(n for n in os.listdir(".") if n.startswith("r1")) == ["r1.h5", "r1.h5.journal"])
before = os.stat("r1.h5").st_mtime_ns
code, said = sweep(2, "r1.h5", 20, 50)
claim("a finished file is left as it is", code == 0 and bytes_of("r1.h5") == wanted and
      os.stat("r1.h5").st_mtime_ns == before, said)

# ---- stopping in good order
process = start(3, "stop.h5", 20, 50, SYNTHETIC_SPIN_US="20000")  # not at its end before the signal comes
claim("a run makes progress", wait_for(lambda: os.path.exists("stop.h5") and
                                       verify("stop.h5")["checked"] > 5))
process.send_signal(signal.SIGUSR1)
code, said = finish(process)
left = verify("stop.h5")["pending"]
claim("SIGUSR1 stops it with exit code 75", code == 75, f"{code} {said}")
claim("the message says how many points are left", f"stopped with {left} of" in said, said)
claim("some points are left, but not all", 0 < left < 240 + 12000, left)
code, said = sweep(2, "stop.h5", 20, 50)
claim("the same command continues and gives the same bytes",
      code == 0 and bytes_of("stop.h5") == wanted, said)
code, said = sweep(2, "budget.h5", 20, 50, SYNTHETIC_SPIN_US=SPIN, SYNTHETIC_BUDGET="0.2")
claim("a time budget stops it with exit code 75", code == 75 and "time" in said or code == 75,
      f"{code} {said}")
code, said = sweep(2, "slurm.h5", 20, 50, SYNTHETIC_SPIN_US=SPIN,
                   SLURM_JOB_END_TIME=str(int(time.time())))
claim("Slurm's end time stops it", code == 75, f"{code} {said}")
code, said = sweep(2, "budget.h5", 20, 50)
claim("the same command continues", code == 0 and bytes_of("budget.h5") == wanted, said)

# ---- reading while it runs
process = start(2, "live.h5", 20, 50, SYNTHETIC_SPIN_US="8000")  # several looks fit in
wait_for(lambda: os.path.exists("live.h5"))
seen = []
while process.poll() is None:
    found = verify("live.h5")
    claim_holds = found is not None and found["damaged"] == 0
    if not claim_holds:
        claim("a file in progress opens and its blocks are complete", False, found)
    seen.append(found["pending"] if found else -1)
finish(process)
claim("a file in progress opens and shows progress", len(set(seen)) > 3 and
      seen == sorted(seen, reverse=True), seen)

# ---- two runs at once
process = start(2, "two.h5", 20, 50, SYNTHETIC_SPIN_US=SPIN)
wait_for(lambda: os.path.exists("two.h5.lock"))
ranks = ranks_of(process.pid)
for rank in ranks:  # so that it is not through before the second one looks
    os.kill(rank, signal.SIGSTOP)
code, said = sweep(2, "two.h5", 20, 50)
claim("the second of two runs is refused while the first runs",
      process.poll() is None and code == 2 and "another run" in said, f"{code} {said}")
claim("the second run prints one line", said.count("bench_runner:") == 1, said)
for rank in ranks:
    os.kill(rank, signal.SIGCONT)
code, said = finish(process)
claim("and the first one finishes", code == 0 and bytes_of("two.h5") == wanted, said)

# ---- names that are no file's, and two names of one
os.mkfifo("pipe.h5")
os.mkdir("folder.h5")
for name in "pipe.h5", "folder.h5", "/dev/null":
    code, said = sweep(0, name, 20, 50)
    claim(f"{name} is not accepted as a result file", code == 2 and said.count("bench_runner:") == 1,
          f"{code} {said}")
os.symlink("two.h5", "alias.h5")
process = start(0, "two.h5", 20, 50)
finish(process)
with open("two.h5.lock", "w") as lock:
    lock.write("there 5 - - -\n")
code, said = sweep(0, "alias.h5", 20, 50)
claim("a symbolic link leads to the same lock", code == 2 and "another run" in said, said)
os.unlink("two.h5.lock")
code, said = sweep(0, "alias.h5", 20, 50)
claim("and to the same journal", code == 0 and os.path.islink("alias.h5") and
      not os.path.exists("alias.h5.journal"), said)

# ---- a lock of another host: a Slurm that says what it is told to
os.mkdir("bin")
for tool, says in ("scontrol", "echo 'ClusterName             = test'"), (
        "squeue", 'eval "$SQUEUE"'):
    with open("bin/" + tool, "w") as script:
        script.write(f"#!/bin/sh\n{says}\n")
    os.chmod("bin/" + tool, 0o755)


def meets(owner, squeue="echo RUNNING", **variables):
    """The exit code of a run that finds a lock of this owner, who was heard just now."""
    with open("locked.h5.lock", "w") as lock:
        lock.write(owner + "\n")
    return sweep(0, "locked.h5", 2, 1, SQUEUE=squeue, **variables,
                 PATH=os.path.abspath("bin") + ":" + os.environ["PATH"])


invalid = "echo 'slurm_load_jobs error: Invalid job id specified'; exit 1"
unreachable = "echo 'slurm_load_jobs error: Unable to contact slurm controller'; exit 1"
for what, wanted_code, met in (
        ("without Slurm is respected", 2, ("there 5 - - -", invalid)),
        ("whose job runs is respected", 2, ("there 5 77 - test",)),
        ("whose job is being requeued is taken over", 0, ("there 5 77 - test", "echo PENDING")),
        ("whose job failed is taken over", 0, ("there 5 77 - test", "echo NODE_FAIL")),
        ("whose job is forgotten is taken over", 0, ("there 5 77 - test", invalid)),
        ("of another cluster is respected", 2, ("there 5 77 - elsewhere", invalid)),
        ("is respected when Slurm does not answer", 2, ("there 5 77 - test", unreachable)),
        ("is respected when Slurm hangs", 2, ("there 5 77 - test", "sleep 20")),
        ("with a strange job is respected", 2, ("there 5 7;touch${IFS}x - test", invalid))):
    code, said = meets(*met)
    claim(f"a lock of another host {what}", code == wanted_code, f"{code} {said}")
own = dict(SLURM_JOB_ID="77", SLURM_CLUSTER_NAME="test", SLURM_RESTART_COUNT="1")
claim("a requeued job takes over the lock of its earlier start",
      meets("there 5 77 - test", **own)[0] == 0)
claim("but not that of another step of the same job",
      meets("there 5 77 1 test", **own)[0] == 2)
os.unlink("locked.h5.lock")
claim("no text of a lock was executed", not os.path.exists("x"))

# ---- another sweep, another version
code, said = sweep(2, "r2.h5", 19, 50)
claim("another sweep, with a value less, is refused and says what differs",
      code == 2 and "capacity_bytes has no value 20 B" in said and
      said.count("bench_runner:") == 1, said)
code, said = sweep(2, "r2.h5", 20, 50, SYNTHETIC_VERSION="2.0")
claim("another version is refused", code == 2 and "--accept-version" in said, said)
code, said = sweep(2, "r2.h5", 20, 50, SYNTHETIC_VERSION="2.0", SYNTHETIC_ACCEPT="1")
claim("another version is accepted with --accept-version", code == 0, said)
claim("refusals change nothing", bytes_of("r2.h5") == wanted)
with open("foreign.h5", "w") as file:
    file.write("precious\n")
code, said = sweep(2, "foreign.h5", 20, 50)
claim("a foreign file is refused and kept",
      code == 2 and open("foreign.h5").read() == "precious\n", f"{code} {said}")

# ---- damage
shutil.copy("r1.h5", "cut.h5")
os.truncate("cut.h5", os.path.getsize("cut.h5") - 5000)
code, said = sweep(2, "cut.h5", 20, 50)
claim("a truncated file is refused", code == 2 and "cut.h5" in said, f"{code} {said}")
shutil.copy("r1.h5", "flip.h5")
with open("flip.h5", "r+b") as file:
    for at in 9, 700, 1500, len(wanted) // 2, len(wanted) // 2 + 70000, len(wanted) - 3:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 4]))
code, said = sweep(2, "flip.h5", 20, 50)
claim("changed bytes are found and repaired", code == 0 and bytes_of("flip.h5") == wanted,
      f"{code} {said}")

# ---- a folder that vanishes
os.mkdir("gone")
process = start(2, "gone/x.h5", 20, 50, SYNTHETIC_SPIN_US=SPIN)
wait_for(lambda: os.path.exists("gone/x.h5") and verify("gone/x.h5")["checked"] > 3)
shutil.rmtree("gone")
code, said = finish(process)
claim("a folder that vanishes gives one clear line", code == 1 and "gone/x.h5" in said and
      said.count("bench_runner:") == 1, f"{code} {said}")

# ---- points that crash, hang or fail
for fault, name in ("SYNTHETIC_CRASH", "crash"), ("SYNTHETIC_HANG", "hang"):
    file = name + ".h5"
    codes = []
    for attempt in range(3):
        process = start(2, file, 20, 0, **{fault: "77,150"}, SYNTHETIC_SPIN_US="100")
        if name == "hang" and attempt < 2:
            wait_for(lambda: os.path.exists(file))
            time.sleep(1)
            ranks = ranks_of(process.pid)
            process.kill()
            wait_for(lambda: not any(os.path.exists(f"/proc/{r}") for r in ranks))
        code, said = finish(process)
        codes.append(code)
    found = verify(file)
    for extra in range(3):  # the second point may need its own attempts
        if codes[-1] == 1 and found["pending"] == 0:
            break
        process = start(2, file, 20, 0, **{fault: "77,150"}, SYNTHETIC_SPIN_US="100")
        if name == "hang" and extra < 2:
            time.sleep(3)
            process.kill()
        codes.append(finish(process)[0])
        found = verify(file)
    claim(f"points that {name} are quarantined, the rest completes",
          codes[-1] == 1 and found["pending"] == 0 and found["failed"] == 2,
          f"{codes} {found}")
code, said = sweep(2, "fail.h5", 20, 0, SYNTHETIC_FAIL="5,6,7")
claim("points that fail are recorded: exit code 1", code == 1 and
      verify("fail.h5")["failed"] == 3 and "3 of 240 points failed" in said, said)


def status(file):
    said = subprocess.run([os.path.join(root, nvsweep), "status", "--json", file],
                          capture_output=True, text=True, timeout=60)
    return said.returncode, json.loads(said.stdout)


for file, wanted_code, state, kind, count in (("fail.h5", 1, "failed", "failed", 3),
                                              ("crash.h5", 1, "failed", "quarantined", 2),
                                              ("r1.h5", 0, "done", "failed", 0)):
    code, found = status(file)
    points = [p for p in found["points"] if p["status"] == kind]
    claim(f"status reports that {file} is {state}, and the failed points",
          code == wanted_code and found["state"] == state and len(points) == count and
          all("technology=" in p["point"] for p in points), found)
    words = subprocess.run([os.path.join(root, nvsweep), "status", file], timeout=60,
                           capture_output=True, text=True).stdout
    claim("status prints the same as text", all(
        any(line.split()[:1] == [kind] and p["point"] in line for line in words.splitlines())
        for p in points), words)

# ---- a terminal
def bar_grows(ours, theirs):
    process = subprocess.Popen(command(0, "bar.h5", 20, 50), stdout=subprocess.DEVNULL,
                               stderr=theirs, env=dict(environment, SYNTHETIC_LOUD="1",
                                                       SYNTHETIC_SPIN_US="4000"))
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # how Linux says that nobody writes any more
        pass
    process.wait(timeout=60)
    bars = [(bar.count("#") / len(bar), int(percent) / 100) for bar, percent in re.findall(
        r"\r\x1b\[K\[(#*\.*)\] \w+ \d+/\d+ points, (\d+) %", shown.decode())]
    claim("a terminal shows a bar that grows with the points",
          process.returncode == 0 and len(bars) > 1 and bars == sorted(bars) and
          all(abs(bar - share) < 0.06 for bar, share in bars), f"{bars} {shown[-300:]}")


try:
    terminal = pty.openpty()
except OSError as why:  # a container without /dev/pts
    print("skipped a terminal's bar:", why)
else:
    bar_grows(*terminal)

process = start(2, "watched.h5", 20, 50, SYNTHETIC_SPIN_US=SPIN)
wait_for(lambda: os.path.exists("watched.h5"))
for rank in ranks_of(process.pid):
    os.kill(rank, signal.SIGSTOP)
claim("status reports a run in progress", status("watched.h5")[0] == 3)
for rank in ranks_of(process.pid):
    os.kill(rank, signal.SIGKILL)
finish(process)
wait_for(lambda: status("watched.h5")[0] == 75)
claim("status reports that the run was killed", status("watched.h5")[0] == 75)

# ---- a rank that stands still
process = start(3, "still.h5", 20, 50, SYNTHETIC_SPIN_US=SPIN)
wait_for(lambda: os.path.exists("still.h5") and verify("still.h5")["checked"] > 3)
victims = ranks_of(process.pid)
os.kill(victims[-1], signal.SIGSTOP)
time.sleep(3)
found = verify("still.h5")
claim("others take over the blocks of a rank that is stopped",
      found["checked"] >= 60, found)
os.kill(victims[-1], signal.SIGCONT)
code, said = finish(process)
claim("the stopped rank may continue", code == 0 and bytes_of("still.h5") == wanted, said)

# ---- the disk
code, said = finish(subprocess.Popen(
    ["bash", "-c", "ulimit -f 20480; exec \"$@\"", "-"] + command(2, "limit.h5", 20, 1000),
    text=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
claim("a file-size limit ends in one clear line", code == 1 and "limit.h5" in said and
      said.count("bench_runner:") == 1, f"{code} {said}")
code, said = sweep(2, "limit.h5", 20, 1000)
claim("without the limit the same command succeeds", code == 0, said)
code, said = sweep(2, "no/such/folder.h5", 20, 50)
claim("a missing folder gives one clear line", code == 2 and
      said.count("bench_runner:") == 1 and "the folder no/such does not exist" in said, said)
if os.geteuid() == 0 and shutil.which("mount"):
    os.mkdir("small")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", "small"],
                      capture_output=True).returncode == 0:
        try:
            code, said = sweep(2, "small/x.h5", 20, 50)
            claim("a full disk is found at creation", code == 1 and
                  "No space left" in said and said.count("bench_runner:") == 1, said)
            claim("a full disk leaves no file behind",
                  [n for n in os.listdir("small") if "journal" not in n] == [],
                  os.listdir("small"))
            subprocess.run(["mount", "-o", "remount,size=8m", "small"], check=True)
            code, said = sweep(2, "small/x.h5", 20, 50)
            claim("with free space the same command succeeds",
                  code == 0 and bytes_of("small/x.h5") == wanted, said)
            subprocess.run(["mount", "-o", "remount,ro", "small"], check=True)
            code, said = sweep(2, "small/y.h5", 20, 50)
            claim("a read-only folder gives one clear line", code == 1 and
                  said.count("bench_runner:") == 1 and "Read-only" in said, said)
        finally:
            subprocess.run(["umount", "small"])
done()
