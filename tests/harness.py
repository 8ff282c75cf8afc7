"""What the scripts that attack the runner share: a folder, sweeps without physics under
mpirun (bench_runner, see synthetic.h), and claims that are counted."""
import os
import signal
import subprocess
import sys
import tempfile
import time

build = os.environ.get("BUILD", "build")
runner = os.path.abspath(os.path.join(build, "bench_runner"))
nvsweep = os.path.abspath(os.environ.get("NVSWEEP", os.path.join(build, "nvsweep")))
# Sanitizers need memory of their own: claims on a process's memory are left out.
sanitized = os.path.basename(build.rstrip("/")) == "sanitize"
environment = dict(
    os.environ,
    OMPI_ALLOW_RUN_AS_ROOT="1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
    OMPI_MCA_rmaps_base_oversubscribe="1",
    OMPI_MCA_btl_vader_single_copy_mechanism="none",
    OMPI_MCA_btl="self,vader",  # one machine: no search for networks at every start
    OMPI_MCA_pml="ob1",
)
root = os.getcwd()
folder = tempfile.TemporaryDirectory(prefix="nvsweep-run-")
os.chdir(folder.name)
failed = []


def claim(what, holds, detail=""):
    """State what must be true; the script's exit code says whether all of it was."""
    print("ok     " if holds else "FAILED ", what, "" if holds else detail, flush=True)
    if not holds:
        failed.append(what)


def program(*words, ranks=0, limit_s=300, **variables):
    """(exit code, all that it says) of the program, on ranks under mpirun."""
    launch = ["mpirun", "-n", str(ranks)] if ranks else []
    said = subprocess.run(["timeout", str(limit_s), *launch, nvsweep, *words], text=True,
                          capture_output=True, env=dict(environment, **variables))
    return said.returncode, said.stdout + said.stderr


def data_folder(path, package):
    """Where a package's data lie that experiments learn from ("": installed): those unpacked under
    build/data, or $NVSWEEP_DATA; the program reads them from there.  None where there are none."""
    for place in (os.environ.get("NVSWEEP_DATA"), os.path.join(root, build, "data")):
        if place and os.path.exists(place + path):
            environment["NVSWEEP_DATA"] = os.path.realpath(place)
            return environment["NVSWEEP_DATA"]
    if os.path.exists(path):
        return ""
    print(f"skipped: no data here: make deps-data unpacks {package}")
    return None


def runner_needed():
    """Ends the script with one line where the runner is not built, as by hand: `make test` builds it."""
    if not os.path.exists(runner):
        sys.exit(f"{runner} is missing: make {build}/bench_runner")


def command(ranks, file, capacities=5, batches=7, lease_blocks=0):
    runner_needed()
    launch = ["mpirun", "-n", str(ranks)] if ranks else []
    return launch + [runner, "sweep", file, str(capacities), str(batches),
                     str(lease_blocks)]


def asan_of(program):
    """The library of ASan that a program begins with, if it has that, in a list."""
    needs = subprocess.run(["ldd", program], capture_output=True, text=True).stdout.split()
    return [word for word in needs if word.startswith("/") and "libasan" in word]


def preloaded(library):
    """The variables that put a library before a program, after ASan if it has that: which
    then does not look for leaks, since mpirun, which is preloaded too, has some."""
    runner_needed()
    asan = asan_of(runner)
    variables = {"LD_PRELOAD": ":".join(asan + [library])}
    return dict(variables, ASAN_OPTIONS="detect_leaks=0") if asan else variables


def start(ranks, file, *size, **variables):
    return subprocess.Popen(command(ranks, file, *size), text=True,
                            env=dict(environment, **variables),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process, limit_s=60):
    """(exit code, stderr); a hang is a failure, is told of, and ended."""
    try:
        said = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        where = "".join(map(whereabouts, tree_of(process.pid)))
        process.kill()
        process.communicate()
        return "hangs", where
    return process.returncode, said[1]


def sweep(ranks, file, *size, **variables):
    return finish(start(ranks, file, *size, **variables))


def bytes_of(file):
    with open(file, "rb") as handle:
        return handle.read()


def verify(file):
    """Counts by name ("checked", "damaged", "total", ...), or None if it does not open."""
    said = subprocess.run([runner, "verify", file], capture_output=True, text=True,
                          timeout=60)
    words = said.stdout.split()
    return dict(zip(words[::2], map(int, words[1::2]))) if said.returncode == 0 else None


def ranks_of(mpirun):
    try:
        with open(f"/proc/{mpirun}/task/{mpirun}/children") as children:
            return [int(pid) for pid in children.read().split()]
    except OSError:
        return []


def tree_of(pid):
    """A process and its descendants."""
    return [pid] + [below for child in ranks_of(pid) for below in tree_of(child)]


def whereabouts(pid):
    """What a process that hangs is at: its command, state, and stacks where gdb is there."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as line:
            words = line.read().replace(b"\0", b" ").decode(errors="replace")[:120]
        with open(f"/proc/{pid}/stat") as stat:
            state = stat.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""
    try:
        stacks = subprocess.run(["gdb", "-p", str(pid), "-batch", "-ex",
                                 "thread apply all bt 12"], capture_output=True, text=True,
                                timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        stacks = ""
    kept = [line for line in stacks.splitlines() if line.startswith(("#", "Thread"))]
    return f"\n{pid} {state} {words}\n" + "\n".join(kept)


def wait_for(condition, limit_s=20):
    end = time.time() + limit_s
    while time.time() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def done():
    """End the script."""
    sys.exit(1 if failed else 0)
