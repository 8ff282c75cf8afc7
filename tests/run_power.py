"""durability = "power": what a power cut would leave.  Records every write and sync of a
run on two ranks; then, for every prefix of the record, builds the files that could be on
the disk: what was synced, plus any of the writes since; the worst of them is the one where
only statuses got there.  Each must open, and every point that has a status must have the
values of the finished run."""
import re

import h5py
import numpy

from harness import *

here = os.path.dirname(os.path.abspath(__file__))
library = os.path.join(folder.name, "interpose.so")
subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library,
                os.path.join(here, "interpose.c"), "-ldl"], check=True)
code, said = sweep(2, "x.h5", 20, 20, **preloaded(library), SYNTHETIC_POWER="1",
                   SYNTHETIC_SYNC="0.03", SYNTHETIC_SPIN_US="2000",
                   INTERPOSE_RECORD=os.path.abspath("record"))
claim("a run with durability power finishes", code == 0, said)
code, said = sweep(2, "y.h5", 20, 20)
claim("durability does not change the bytes", bytes_of("x.h5") == bytes_of("y.h5"))


def records():
    """(kind, name, offset, bytes) in the order they happened."""
    data = bytes_of("record")
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        kind, name, offset, size = data[at:end].decode().split()
        at = end + 1 + int(size)
        yield kind, name, int(offset), data[end + 1:at]


def write(image, offset, data):
    if len(image) < offset + len(data):
        image.extend(bytes(offset + len(data) - len(image)))
    image[offset:offset + len(data)] = data


log = list(records())
renamed = next(i for i, r in enumerate(log) if r[0] == "rename")
skeleton = [r for r in log[:renamed] if r[1] == "x.h5.partial"]
claim("the skeleton is synced before it gets its name", skeleton[-1][0] == "sync", skeleton[-1])
base = bytearray()
for kind, name, offset, data in skeleton:
    if kind == "write":
        write(base, offset, data)
    elif kind == "truncate" and offset == 0:
        base = bytearray()
final = bytes_of("x.h5")
base.extend(bytes(len(final) - len(base)))

stages = {}
with h5py.File("x.h5", "r") as file:
    for name, run in file["run"].items():
        if "columns" not in run.attrs:
            continue
        status = file[run.attrs["status"]]
        stages[name] = dict(
            offset=status.id.get_offset(), points=status.size,
            columns=[(file[c].id.get_offset(), file[c].size // status.size * 8)
                     for c in run.attrs["columns"].split()])


def is_status(offset):
    return any(s["offset"] <= offset < s["offset"] + s["points"] for s in stages.values())


def lies(image):
    """Points with a status whose values are not the finished run's."""
    count = 0
    for stage in stages.values():
        first, points = stage["offset"], stage["points"]
        has = numpy.frombuffer(bytes(image[first:first + points]), "i1") != 0
        for offset, size in stage["columns"]:
            now = numpy.frombuffer(bytes(image[offset:offset + points * size]), "u1")
            then = numpy.frombuffer(final[offset:offset + points * size], "u1")
            differs = (now != then).reshape(points, size).any(axis=1)
            count += int((differs & has).sum())
    return count


events = [r for r in log[renamed:] if r[1] == "x.h5" and r[0] in ("write", "sync")]
syncs = sum(r[0] == "sync" for r in events)
claim("the run synced many times on the way", syncs >= 10, syncs)
synced, since = bytearray(base), []
prefixes = wrong = unopened = seen = 0
for kind, name, offset, data in events:
    if kind == "sync":
        for o, d in since:
            write(synced, o, d)
        since = []
        continue
    since.append((offset, data))
    worst = bytearray(synced)
    for o, d in since:
        if is_status(o):
            write(worst, o, d)
    prefixes += 1
    wrong += lies(worst) > 0
    if prefixes % 25 == 0:
        seen = max(seen, sum(worst[s["offset"]:s["offset"] + s["points"]].count(1)
                             for s in stages.values()))
        whole = bytearray(synced)
        for o, d in since:
            write(whole, o, d)
        for image in worst, whole:
            with open("cut.h5", "wb") as file:
                file.write(image)
            found = verify("cut.h5")
            unopened += found is None or found["damaged"] > 0
claim("the record holds the whole run", prefixes > 300 and seen > 100, (prefixes, seen))
claim(f"no power cut at any of {prefixes} moments leaves a status without its values",
      wrong == 0, wrong)
claim("each file opens with complete blocks", unopened == 0, unopened)
# Without the order the same cuts do lie: the test can fail.
sweep(2, "z.h5", 20, 20, **preloaded(library), INTERPOSE_RECORD=os.path.abspath("record2"),
      SYNTHETIC_SPIN_US="100")
os.rename("record2", "record")
naive = [r for r in records() if r[1] == "z.h5" and r[0] == "write"]
image = bytearray(base)
for kind, name, offset, data in naive:
    if is_status(offset):
        write(image, offset, data)
claim("with the default durability such a cut would leave a status without its values", lies(image) > 0)
done()
