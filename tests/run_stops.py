"""Stops and losses in the middle of a point: signals, a time budget, children that are
killed, files that are taken away.  Nobody waits, no good point is blamed, nothing is lost."""
import shutil

from harness import *

SMALL = 2, 1
LONG = dict(SYNTHETIC_SPIN_US="1000000000")  # a point takes minutes, and looks at the flag
DEAF = dict(SYNTHETIC_HANG="0,1,2,3,4,5,6,7,8")  # ... and does not
GRACE = 3.0  # s: a second, and what a busy machine adds

def start(ranks, file, *size, **variables):
    """As the harness's, in a process group of its own, which the tests signal."""
    return subprocess.Popen(command(ranks, file, *size), text=True, start_new_session=True,
                            env=dict(environment, **variables),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


code, said = sweep(0, "calm.h5", *SMALL)
wanted = bytes_of("calm.h5")


def events(file):
    """How often a run began to evaluate a stage."""
    try:
        with open(file + ".journal") as journal:
            return journal.read().count('"event": "stage"')
    except OSError:
        return 0


def begin(ranks, file, **variables):
    """A run, once it is computing points."""
    before = events(file)
    process = start(ranks, file, *SMALL, **variables)
    wait_for(lambda: events(file) > before or process.poll() is not None, 30)
    time.sleep(0.2)
    return process


def goes_on(what, file):
    code, said = sweep(2, file, *SMALL)
    found = verify(file)
    claim(f"after {what} the same command ends in the same bytes",
          code == 0 and bytes_of(file) == wanted and found["failed"] == 0,
          f"{code} {said} {found}")


def child_of(process):
    """The isolating child of a run of one rank (which may also have a daemon of MPI's)."""
    children = []

    def look():
        children[:] = [pid for pid in ranks_of(process.pid)
                       if os.path.realpath(f"/proc/{pid}/exe") == os.path.realpath(runner)]
        return bool(children)
    wait_for(look, 20)
    return children[0] if children else None


# ---- signals
for what, variables in ("a point that takes long", LONG), ("a point that ignores the flag", DEAF):
    file = what.split()[-1] + ".h5"
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGTERM:
        process = begin(0, file, **variables)
        since = time.time()
        process.send_signal(number)
        code, said = finish(process, 20)
        took = time.time() - since
        claim(f"{number.name} ends {what} within a second", code == 75 and took < GRACE and
              "run the same command again" in said and said.count("\n") == 1,
              f"{code} {took:.2f} s {said}")
    goes_on(f"stops inside {what}", file)

# ---- models poll the flag: processor time after the signal, which a busy machine does not change
TICK = os.sysconf("SC_CLK_TCK")
for name in "deepnvm_scalability", "array_nodes", "uncertainty_technology":
    process = subprocess.Popen([os.path.join(root, nvsweep), "run", f"{root}/sweeps/{name}.cfg", "-o",
                                f"{name}.h5", "--quiet"], env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def used():
        with open(f"/proc/{process.pid}/stat") as stat:
            words = stat.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / TICK

    wait_for(lambda: used() > 1.2, 60)
    before = used()
    process.send_signal(signal.SIGTERM)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    after = usage.ru_utime + usage.ru_stime - before
    claim(f"{name} works for less than a second after SIGTERM", process.returncode == 75 and after < 1,
          f"{process.returncode} {after:.2f} s")

process = begin(3, "ranks.h5", **LONG)
since = time.time()
for rank in ranks_of(process.pid):
    os.kill(rank, signal.SIGTERM)
code, said = finish(process, 20)
claim("SIGTERM to all ranks ends them all", code == 75 and said.count("bench_runner:") == 1 and
      time.time() - since < 2 * GRACE, f"{code} {time.time() - since:.2f} s {said}")
goes_on("a stop of all ranks", "ranks.h5")

process = begin(3, "one.h5", **DEAF)
since = time.time()
os.kill(ranks_of(process.pid)[0], signal.SIGTERM)
code, said = finish(process, 20)
claim("a signal to one rank also ends ranks that ignore the flag", code == 75 and
      time.time() - since < 3 * GRACE, f"{code} {time.time() - since:.2f} s {said}")
goes_on("the end of deaf ranks", "one.h5")

for what, variables in ("a long point", LONG), ("a deaf point", DEAF):
    file = what.split()[1] + "-budget.h5"
    process = begin(0, file, SYNTHETIC_BUDGET="3", **variables)
    since = time.time()  # the budget began before
    code, said = finish(process, 20)
    took = time.time() - since
    claim(f"a time budget of 3 s ends {what} in time", code == 75 and took < 3.2,
          f"{code} {took:.2f} s {said}")
    goes_on(f"a time budget inside {what}", file)

# ---- isolated points: blocks that were begun twice when their run was killed
def suspect(file):
    for _ in range(2):
        process = begin(0, file, **DEAF)
        process.kill()
        finish(process)


def isolating(file, **variables):
    process = begin(0, file, **dict(LONG, **variables))
    return process, child_of(process)


suspect("group.h5")
process, child = isolating("group.h5", SYNTHETIC_LIMIT="100")
claim("a suspect point is computed by a child", child is not None)
since = time.time()
os.killpg(process.pid, signal.SIGTERM)  # as Ctrl-C does, and timeout, and mpirun
try:
    os.kill(child, signal.SIGTERM)  # as Slurm does
except OSError:
    pass
code, said = finish(process, 20)
claim("SIGTERM to the process group stops it within a second",
      code == 75 and time.time() - since < GRACE, f"{code} {said}")
goes_on("a stop of an isolated point", "group.h5")

suspect("kill.h5")
process, child = isolating("kill.h5", SYNTHETIC_LIMIT="100", SYNTHETIC_SPIN_US="1500000")
for number in signal.SIGKILL, signal.SIGTERM, signal.SIGINT:
    try:
        os.kill(child, number)
    except OSError:
        pass
    time.sleep(0.1)
process.send_signal(signal.SIGSTOP)  # suspended for longer than a point may take
time.sleep(2.5)
process.send_signal(signal.SIGCONT)
time.sleep(0.2)
process.send_signal(signal.SIGTERM)
code, said = finish(process, 20)
claim("a child that is killed from outside is not a crash", code == 75, f"{code} {said}")
goes_on("the kill of a child", "kill.h5")

suspect("orphan.h5")
process, child = isolating("orphan.h5", SYNTHETIC_LIMIT="100")
process.kill()
finish(process)
claim("an isolating child dies with its rank",
      wait_for(lambda: not os.path.exists(f"/proc/{child}"), 5), child)
goes_on("the death of a rank that isolates", "orphan.h5")

suspect("limit.h5")
process = begin(0, "limit.h5", SYNTHETIC_BUDGET="3", SYNTHETIC_LIMIT="100", **LONG)
since = time.time()
code, said = finish(process, 20)
claim("a time budget stops an isolated point", code == 75 and time.time() - since < 3.2,
      f"{code} {said}")
goes_on("a time budget inside an isolated point", "limit.h5")

# ---- the file is taken away
shutil.copy("calm.h5", "other.h5")
os.mkdir("gone")
for what, file, act in (
        ("replaced", "replaced.h5", lambda f: os.replace("other.h5", f)),
        ("deleted", "deleted.h5", os.unlink),
        ("moved", "moved.h5", lambda f: os.rename(f, "elsewhere.h5")),
        ("deleted with its folder", "gone/x.h5", lambda f: shutil.rmtree("gone"))):
    process = start(2, file, 20, 50, SYNTHETIC_SPIN_US="100000")
    wait_for(lambda: os.path.exists(file) and (verify(file) or {"checked": 0})["checked"] > 2)
    since = time.time()
    act(file)
    code, said = finish(process, 30)
    took = time.time() - since
    claim(f"a file that is {what} is noticed within a heartbeat", code == 1 and took < 10 and
          said.count("bench_runner:") == 1 and file in said, f"{code} {took:.1f} s {said}")
    rescued = {"moved.h5": "elsewhere.h5"}.get(file, file + ".rescued")
    if "folder" in what:
        continue
    claim("the message names the file with the results", os.path.basename(rescued) in said, said)
    os.replace(rescued, file)
    before = verify(file)
    claim("the results are complete", before and before["checked"] > 2 and before["damaged"] == 0, before)
    code, said = sweep(2, file, 20, 50)
    claim("the run continues with them", code == 0, f"{code} {said}")
claim("all continue to the same bytes", bytes_of("replaced.h5") == bytes_of("deleted.h5") ==
      bytes_of("moved.h5"))

process = begin(2, "lock.h5", **LONG)
os.unlink("lock.h5.lock")
code, said = finish(process, 20)
claim("a run whose lock is taken away stops", code == 75 and said.count("bench_runner:") == 1,
      f"{code} {said}")
goes_on("the loss of a lock", "lock.h5")
done()
