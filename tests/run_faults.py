"""Every call to the system that a small sweep makes fails once (FAULTS=all, or FAULTS= and
names such as pwrite,own_memory,kill; otherwise a sample of each): each time the run ends with an
error or copes, and the same command, without the fault, ends in the bytes of an undisturbed
run.  So it does when the process is killed at the call.

Memory that the program itself asks for is refused at every call.  MPI and HDF5 ask 40
times as often; where they are refused it (at every 97th call) they may die of it, but the
file must be whole and nobody may hang."""
import random

from harness import *

here = os.path.dirname(os.path.abspath(__file__))
library = os.path.join(folder.name, "interpose.so")
subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library,
                os.path.join(here, "interpose.c"), "-ldl"], check=True)
SIZE = 2, 1  # 24 points, 24 points
KILL, EIO, ENOMEM, EFBIG, ENOSPC = 0, 5, 12, 27, 28
random.seed(7)


def remove(file):
    for name in os.listdir("."):
        if name.startswith(file):
            os.unlink(name)


def run(file, **variables):
    return sweep(0, file, *SIZE, **preloaded(library), **variables)


def counts_of():
    """How often an undisturbed run makes each call, in the process that makes most."""
    code, said = run("calm.h5", INTERPOSE_COUNT="counts")
    claim("an undisturbed run finishes", code == 0, said)
    most = {}
    with open("counts") as file:
        for line in file:
            call, n = line.split()
            most[call] = max(most.get(call, 0), int(n))
    return most


def attempt(call, n, errno, short=""):
    """Run with the fault, then without; None if all is well, else what is wrong."""
    remove("x.h5")
    code, said = run("x.h5", INTERPOSE_FAIL=f"{call}:{n}:{errno}{short}")
    lines = said.count("bench_runner:") + said.count("nvsweep: out of memory")
    if code == "hangs":
        return "hangs"
    if code == 0 and bytes_of("x.h5") != wanted:
        return "says it is done, with other bytes"
    most = 1 + said.count("that created the file died")  # and the reason
    if code == 1 and not 1 <= lines <= most and call != "memory":
        return f"does not say one line: {said}"
    if code not in ((0, 1, -9) if errno == KILL else (0, 1)) and call != "memory":
        return f"exit code {code}: {said}"
    if os.path.exists("x.h5"):
        found = verify("x.h5")
        if found is None or found["damaged"]:
            return f"leaves a half-true file: {found}"
    code, said = sweep(0, "x.h5", *SIZE)
    if code != 0 or bytes_of("x.h5") != wanted:
        return f"cannot be resumed: {code} {said}"
    return None


with open(runner, "rb") as program:  # not where ASan gives it, or gcov asks for it unchecked
    has_own_memory = not asan_of(runner) and b"__gcov" not in program.read()
counts = counts_of()
wanted = bytes_of("calm.h5")
# The file is created by a child whose calls are not in the counts: twice as many are tried.
plans = [("open", 1, EIO), ("pwrite", 1, ENOSPC), ("pwrite", 1, EFBIG), ("write", 1, ENOSPC),
         ("pread", 1, EIO), ("fsync", 1, EIO), ("fallocate", 1, ENOSPC), ("rename", 1, EIO),
         ("link", 1, EIO), ("open", 1, KILL), ("pwrite", 1, KILL), ("write", 1, KILL),
         ("pread", 1, KILL), ("fsync", 1, KILL), ("fallocate", 1, KILL), ("rename", 1, KILL),
         ("link", 1, KILL), ("own_memory", 1, ENOMEM), ("memory", 97, ENOMEM)]
chosen = os.environ.get("FAULTS", "")
for call, step, errno in plans:
    if "memory" in call and not has_own_memory:
        continue
    names = [call] if errno else ["kill", "kill-" + call]
    if chosen and chosen != "all" and not set(names) & set(chosen.split(",")):
        continue
    most = 2 * counts[call] + 4 if call in ("pwrite", "open") else counts[call] + 2
    tried = list(range(1, most + 1, step))
    if not chosen and len(tried) > 3:
        tried = sorted(random.sample(tried, 3))
    wrong = [(n, why) for n in tried if (why := attempt(call, n, errno))]
    what = f"failures of {call} (errno {errno})" if errno else f"kills at a call of {call}"
    claim(f"{len(tried)} {what} end well", not wrong, wrong[:3])
wrong = [(n, why) for n in (3, 20, 40, 60) if (why := attempt("pwrite", n, ENOSPC, ":5"))]
claim("short writes before a full disk end well", not wrong, wrong)

# ---- one rank of three
sweep(2, "calm3.h5", 20, 50)
wanted = bytes_of("calm3.h5")


def one_rank_fails(rank, call, n, errno):
    remove("x.h5")
    return sweep(3, "x.h5", 20, 50, **preloaded(library), SYNTHETIC_SPIN_US="300",
                 INTERPOSE_RANK=str(rank), INTERPOSE_FAIL=f"{call}:{n}:{errno}")


def goes_on():
    code, said = sweep(2, "x.h5", 20, 50)
    claim("the same command continues", code == 0 and bytes_of("x.h5") == wanted, said)


for rank in 0, 1, 2:
    for n in 10, 50:
        code, said = one_rank_fails(rank, "pwrite", n, ENOSPC)
        claim(f"when rank {rank} cannot write all ranks end with one line",
              code == 1 and said.count("bench_runner:") == 1 and "No space left" in said,
              f"{code} {said}")
        goes_on()
    if not has_own_memory:
        continue
    code, said = one_rank_fails(rank, "own_memory", 40, ENOMEM)
    claim(f"when rank {rank} gets no memory all ranks end, and it says so",
          code == 1 and said.count("nvsweep: out of memory") == 1, f"{code} {said}")
    goes_on()
done()
