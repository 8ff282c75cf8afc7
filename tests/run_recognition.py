"""Languages recognised by hypervectors on real text: each accuracy equals that of the plain
implementation below, which shares no code with the program; what does not go together is refused.
(Bits over ranks and after kills: run_accuracy.py.)

Skipped (77) where GNOME's help is neither installed nor unpacked under build/data."""
import glob
import os
import re
import sys
import unicodedata

import h5py
import numpy as np

from harness import claim, data_folder, done, program, root

FIXTURES = os.path.join(root, "tests", "fixtures", "accuracy")
HELP = "/usr/share/help/{}/gnome-help"
data = data_folder(HELP.format("C"), "gnome-user-docs")
if data is None:
    sys.exit(77)

# ---- the plain implementation

SPECIAL = dict(zip("ßøđłæœþðıħŋĸŧſĳŉ", "sodlaotdihnktsin"))
GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "avgdezitiklmnxoprsstyfcpo"))
CYRILLIC = dict(zip("абвгдежзиклмнопрстуфхцчшщыэюяієґјљњђћџѕ", "abvgdezziklmnoprstufhccssyeuaiegjlndcdz"))
LETTERS = SPECIAL | GREEK | CYRILLIC | {c: c for c in "abcdefghijklmnopqrstuvwxyz"} | {"ъ": "", "ь": ""}
LANGUAGES = "C ca cs da de el es fi fr gl hr hu it lv nl pl pt ru sl sv uk".split()
M64 = (1 << 64) - 1


def normal(text):
    """Letters a to z with single spaces."""
    text = unicodedata.normalize("NFD", re.sub("&[^;]*;", " ", text).lower())
    text = "".join(LETTERS.get(c, " ") for c in text if not unicodedata.combining(c))
    return " ".join(text.split())


def runs(page):
    page = re.sub("<!--.*?-->", "<>", page[page.index("<page "):], flags=re.S)
    page = re.sub(r"<info[> ].*?</info>", "<>", page, flags=re.S)
    return [run for run in map(normal, re.split("<[^>]*>", page)) if run]


def texts(language, original):
    """What is learnt and what is tested, symbols 0 to 26."""
    halves = [], []
    files = sorted(glob.glob(data + HELP.format(language) + "/*.page"), key=os.fsencode)
    for i, path in enumerate(files):
        with open(path, encoding="utf-8") as file:
            page = runs(file.read())
        if language == "C":
            original.update(page)
        halves[(i + 1) % 5 == 0].extend(run for run in page if language == "C" or run not in original)
    return [np.array([0 if c == " " else ord(c) - 96 for c in " ".join(half) + " "]) for half in halves]


class Random:
    """splitmix64's finaliser of (seed, stream, counter)."""

    def __init__(self, seed, stream):
        mixed = self.mix(np.array([self.mix(np.array([seed], np.uint64))[0] ^ np.uint64(stream)], np.uint64))
        self.stream, self.counter = mixed[0], 0

    @staticmethod
    def mix(z):
        with np.errstate(over="ignore"):
            z = z + np.uint64(0x9E3779B97F4A7C15)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            return z ^ (z >> np.uint64(31))

    def words(self, count):
        counters = np.arange(self.counter, self.counter + count, dtype=np.uint64)
        self.counter += count
        return self.mix(self.stream ^ self.mix(counters))

    def masks(self, rows, count, share):
        """Rows of words of bits that are 1 with a chance of share / 4096."""
        places = range((share & -share).bit_length() - 1, 12)
        with np.errstate(over="ignore"):
            steps = np.arange(count * len(places), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            drawn = self.mix(self.words(rows)[:, None] + steps).reshape(rows, count, len(places))
        mask = np.zeros((rows, count), np.uint64)
        for i, k in enumerate(places):
            mask = mask | drawn[:, :, i] if share >> k & 1 else mask & drawn[:, :, i]
        return mask


def bits(words, dimension):
    """Rows of words as rows of bits, the lowest first."""
    rows = words.reshape(-1, (dimension + 63) // 64)
    return np.unpackbits(rows.view(np.uint8), axis=1, bitorder="little")[:, :dimension].astype(bool)


def encode(symbols, text, ngram, counter_bits, reads, share):
    dimension = symbols.shape[1]
    places = [np.roll(symbols, k, axis=1) for k in range(ngram)]
    grams = places[0][text[ngram - 1:]]
    for k in range(1, ngram):
        grams = grams ^ places[k][text[ngram - 1 - k:len(text) - k]]
    if share:
        words = (dimension + 63) // 64
        grams = grams ^ bits(reads.masks(len(grams), words, share), dimension)
    if not counter_bits:
        return 2 * grams.sum(axis=0) > len(grams)
    counts = np.full(dimension, 1 << (counter_bits - 1))
    for gram in grams:
        counts = np.clip(counts + np.where(gram, 1, -1), 0, (1 << counter_bits) - 1)
    return counts > 1 << (counter_bits - 1)


def accuracy(corpus, trial, dimension, ngram, counter_bits=0, class_faults=0, read_faults=0,
             characters=1500, pieces=8, size=180):
    words = (dimension + 63) // 64
    symbols = bits(Random(trial, 1 << 22).words(27 * words), dimension)
    reads, faults = Random(trial, (1 << 22) + 2), Random(trial, (1 << 22) + 1)
    share, read_share = round(class_faults * 4096), round(read_faults * 4096)
    classes = []
    for training, _ in corpus:
        vector = encode(symbols, training[:characters], ngram, counter_bits, reads, read_share)
        if share:
            vector = vector ^ bits(faults.masks(1, words, share), dimension)[0]
        classes.append(vector)
    right = tests = 0
    for language, (_, test) in enumerate(corpus):
        for i in range(min(pieces, len(test) // size)):
            vector = encode(symbols, test[i * size:(i + 1) * size], ngram, counter_bits, reads, read_share)
            right += int(np.argmin((classes ^ vector).sum(axis=1))) == language
            tests += 1
    return right / tests


# ---- the program beside it

code, said = program("run", f"{FIXTURES}/hypervectors.cfg", "-o", "one.h5", "--quiet")
claim("languages are recognised", code == 0, said)
original = set()
corpus = [texts(language, original) for language in LANGUAGES]
with h5py.File("one.h5") as file:
    found = np.stack([np.squeeze(file[f"accuracy_{end}"][...]) for end in ("least", "most")], axis=-1)
    tests = file["tests"][...]
claim("8 pieces of each language", (tests == 168).all())
for d, dimension in enumerate((500, 2048)):
    for c, counter_bits in enumerate((0, 4)):
        if d and c:
            continue  # seconds of Python
        for f, r, n in ((0, 0, 1), (1, 0, 1), (0, 1, 0), (1, 1, 1)):
            plain = sorted(accuracy(corpus, trial, dimension, 2 + n, counter_bits, 0.3 * f, 0.03 * r)
                           for trial in range(2))
            ours = found[d, n, f, r, c].tolist()
            claim(f"{dimension} dimensions, {2 + n}-grams, {0.3 * f:.0%} of classes and {0.03 * r:.0%} of "
                  f"reads wrong, counters of {counter_bits or 'all'} bits", ours == plain, f"{ours} {plain}")
claim("more dimensions help, faults do not",
      found[1].mean() > found[0].mean() and found[:, :, 0].mean() > found[:, :, 1].mean())

for axes, words in (
        ('experiment = "gnome-languages";', "axes has no hdc_task, which the experiment 'gnome-languages' needs"),
        ('experiment = "gnome-languages"; hdc_task = "language-recognition"; synapse = "ideal";',
         "axis 'synapse' is read by no experiment of this sweep"),
        ('experiment = "gnome-languages"; hdc_task = "language-recognition"; learning = "feedback_alignment";',
         "axis 'learning' is read by no experiment"),
        ('experiment = "gnome-languages"; hdc_task = "language-recognition";\n'
         'depth = { field = "experiment.depth"; values = [ 1, 2 ]; };',
         "field 'depth' is a field of no experiment of this sweep")):
    with open("bad.cfg", "w") as file:
        file.write(f"axes = {{ {axes} }};\n")
    code, said = program("plan", "bad.cfg")
    claim(f"refused: {words}", code == 2 and words in said and said.count("\n") == 1, said)
with open("bad.cfg", "w") as file:
    file.write('axes = { experiment = "gnome-languages-short"; hdc_task = "language-recognition";\n'
               'languages = { field = "experiment.languages"; values = [ 5, 22 ]; }; };\n')
code, said = program("run", "bad.cfg", "-o", "bad.h5", "--quiet")
with h5py.File("bad.h5") as file:
    claim("more languages than there are: infeasible", file["status"][...].ravel().tolist() == [1, 2])
done()
