"""Who may write a result file: locks that are in the way, whether a run is alive, file
systems without locks, and names beside the result that are no files."""
import json
import shutil

from harness import *

here = os.path.dirname(os.path.abspath(__file__))
library = os.path.join(folder.name, "interpose.so")
subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library,
                os.path.join(here, "interpose.c"), "-ldl"], check=True)
SMALL = 2, 1
LONG = dict(SYNTHETIC_SPIN_US="1000000000")  # a point takes minutes
os.chmod(".", 0o755)


def status(file):
    """(exit code, JSON or words)"""
    try:
        said = subprocess.run([os.path.join(root, nvsweep), "status", "--json", file],
                              timeout=20, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        return "hangs", None
    return said.returncode, json.loads(said.stdout) if said.stdout else said.stderr


def one_line(said):
    return said.count("bench_runner:") == 1 and said.count("\n") == 1


code, said = sweep(0, "calm.h5", *SMALL)
claim("a small sweep finishes", code == 0, said)
wanted = bytes_of("calm.h5")

# ---- what is in the place of the lock
os.mkdir("folder.h5.lock")
os.symlink("nowhere", "link.h5.lock")
os.mkfifo("pipe.h5.lock")
for name, word in ("folder", "folder"), ("link", "symbolic link"), ("pipe", "pipe"):
    begin = time.time()
    code, said = finish(start(0, name + ".h5", *SMALL), 30)
    claim(f"a {word} instead of the lock gives one clear line",
          code == 2 and one_line(said) and f"is a {word}" in said, f"{code} {said}")
shutil.copy("calm.h5", "pipe.h5")
claim("status does not wait for a pipe instead of the lock", status("pipe.h5")[0] == 0)

if os.geteuid() == 0:  # another user's folder, with the sticky bit, and his stale lock
    os.mkdir("shared", 0o777)
    os.chmod("shared", 0o1777)
    lock = "shared/x.h5.lock"
    with open(lock, "w") as file:
        file.write("there 5 - - -\n")
    os.utime(lock, (0, 0))
    program = shutil.copy(command(0, "")[0], "shared")  # where it was built he may not enter
    for mode, word in (0o644, "cannot be removed"), (0o600, "cannot open the lock file"):
        os.chmod(lock, mode)
        process = subprocess.Popen([program] + command(0, "shared/x.h5", *SMALL)[1:], text=True,
                                   env=dict(environment, HOME="/tmp"), user=65534, group=65534,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        code, said = finish(process, 30)
        claim(f"another user's stale lock of mode {mode:o} gives one clear line",
              code == 2 and one_line(said) and word in said, f"{code} {said}")

with open("future.h5.lock", "w") as file:
    file.write("there 5 - - -\n")
os.utime("future.h5.lock", (time.time() + 1e6, time.time() + 1e6))
code, said = sweep(0, "future.h5", *SMALL)
claim("a lock with a time in the future is stale", code == 0, f"{code} {said}")

# ---- a stop while it waits
process = start(0, "held.h5", *SMALL, **LONG)
wait_for(lambda: os.path.exists("held.h5"))
second = start(0, "held.h5", *SMALL)
wait_for(lambda: any(n.startswith("held.h5.lock.") for n in os.listdir(".")), 5)
time.sleep(0.2)
second.send_signal(signal.SIGTERM)
code, said = finish(second, 20)
claim("a run that waits for a lock stops on SIGTERM", code in (75, 2) and one_line(said),
      f"{code} {said}")

# ---- alive or not
code, found = status("held.h5")
claim("status reports a run in progress", code == 3 and found["state"] == "running", found)
process.kill()  # and not waited for
wait_for(lambda: open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z")
code, found = status("held.h5")
claim("a zombie process does not count as a run", code == 75, f"{code} {found}")
finish(process)
with open("held.h5.lock", "w") as file:
    file.write(f"{os.uname().nodename} 1 - - -\n")
os.utime("held.h5.lock", (time.time() - 1000, time.time() - 1000))
claim("a lock that names a living process but was not touched for long is stale",
      status("held.h5")[0] == 75, status("held.h5"))
code, said = sweep(0, "held.h5", *SMALL)
claim("the next run takes the stale lock over", code == 0 and bytes_of("held.h5") == wanted,
      f"{code} {said}")

# ---- status from the first second on
with open("early.h5.journal", "w") as file:  # of a run long ago
    file.write('{"event": "start", "epoch": 1000, "host": "there", "pid": 5, "ranks": 9}\n')
process = start(0, "early.h5", *SMALL, **LONG)
seen = []
while not any(n for code, n in seen if code == 3 and n["ranks"] == 1) and len(seen) < 400:
    if os.path.exists("early.h5.lock"):
        seen.append(status("early.h5"))
claim("status is right from the start",
      seen and all(code == 3 and found["ranks"] in (0, 1) for code, found in seen), seen)
words = subprocess.run([os.path.join(root, nvsweep), "status", "early.h5"], text=True,
                       capture_output=True, timeout=20).stdout
claim("status prints the same as text", "running on 1 rank," in words and "no progress" not in words, words)
process.kill()
finish(process)

# ---- a journal that is no file
os.mkfifo("fifo.h5.journal")
code, said = finish(start(0, "fifo.h5", *SMALL), 30)
claim("a pipe instead of the journal does not stop a run",
      code == 0 and bytes_of("fifo.h5") == wanted, f"{code} {said}")
claim("a pipe instead of the journal does not stop status", status("fifo.h5")[0] == 0)
with open("precious", "w") as file:
    file.write("precious\n")
os.symlink("precious", "link2.h5.journal")
code, said = sweep(0, "link2.h5", *SMALL, SYNTHETIC_LOUD="1")
claim("the journal is not written through a symbolic link",
      code == 0 and open("precious").read() == "precious\n" and
      "without a journal" in said, f"{code} {said}")

# ---- file systems without locks
LOUD = dict(SYNTHETIC_LOUD="1")
for errno, words in (37, "No locks available"), (38, "Function not implemented"):
    none = dict(preloaded(library), INTERPOSE_FLOCK=str(errno))
    file = f"none{errno}.h5"
    code, said = sweep(0, file, *SMALL, **none, **LOUD)
    claim(f"a run without locks ({words}) finishes, and says so",
          code == 0 and bytes_of(file) == wanted and words in said, f"{code} {said}")
    code, said = sweep(0, f"asked{errno}.h5", *SMALL, **none, HDF5_USE_FILE_LOCKING="TRUE")
    claim("if the environment asks HDF5 for locks, the error says so",
          code == 0 or (code == 1 and one_line(said) and "HDF5_USE_FILE_LOCKING" in said),
          f"{code} {said}")
    process = start(0, f"two{errno}.h5", *SMALL, **LONG, **none)
    wait_for(lambda: os.path.exists(f"two{errno}.h5"))
    code, said = sweep(0, f"two{errno}.h5", *SMALL, **none)
    claim("without locks the second of two runs is refused",
          process.poll() is None and code == 2 and "another run" in said, f"{code} {said}")
    apart = ["unshare", "--pid", "--fork", "--kill-child"]
    if os.geteuid() == 0 and subprocess.run(apart + ["true"], capture_output=True).returncode == 0:
        code, said = finish(subprocess.Popen(
            apart + command(0, f"two{errno}.h5", *SMALL), text=True,
            env=dict(environment, **none), stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        claim("without locks a run from another process-id namespace is refused", process.poll() is None and
              code == 2 and "another run" in said, f"{code} {said}")
    process.kill()
    finish(process)
    code, said = sweep(0, f"two{errno}.h5", *SMALL, **none)
    claim("after the first run is killed, the next one starts at once",
          code == 0 and bytes_of(f"two{errno}.h5") == wanted, f"{code} {said}")
done()
