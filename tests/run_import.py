"""nvsweep import of ONNX models and topologies: layers whose multiply-accumulates and
weights are counted by hand here, damaged files, and operators that are refused."""
import random
import struct
import subprocess

from harness import claim, done, nvsweep


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def part(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def tensor(name, dims, values=None):
    body = b"".join(number(1, d) for d in dims)
    if values is not None:
        body += number(2, 7) + part(9, struct.pack(f"<{len(values)}q", *values))
    else:
        body += number(2, 1)
    return part(5, body + part(8, name))


def attribute(name, value):
    body = part(1, name)
    if isinstance(value, int):
        body += number(3, value)
    elif isinstance(value, str):
        body += part(4, value)
    elif isinstance(value, bytes):
        body += value  # a tensor
    else:
        body += b"".join(number(8, v) for v in value)
    return part(5, body)


def node(op, inputs, outputs, **attributes):
    return part(1, b"".join(part(1, i) for i in inputs.split()) +
                b"".join(part(2, o) for o in outputs.split()) +
                part(3, outputs.split()[0]) + part(4, op) +
                b"".join(attribute(k, v) for k, v in attributes.items()))


def graph_input(name, dims, elements=1):
    shape = b"".join(part(1, number(1, d) if isinstance(d, int) else part(2, d))
                     for d in dims)
    return part(11, part(1, name) + part(2, part(1, number(1, elements) + part(2, shape))))


def model(*pieces):
    return number(1, 8) + part(7, part(2, "test") + b"".join(pieces))


def imported(name, content, *more):
    with open(name, "wb") as file:
        file.write(content)
    return subprocess.run([nvsweep, "import", name, "-o", "out.cfg", *more], text=True,
                          errors="replace", capture_output=True, timeout=20)


def totals(said):
    words = said.stderr.split(" layers, ")[-1].split()
    return (int(words[0]), int(words[2])) if said.returncode == 0 else said.stderr


def counts(what, content, macs, weights, layers=None, name="model.onnx"):
    """The record has these totals, and the library reads it."""
    import os
    import shutil
    said = imported(name, content, "--name", "imported")
    claim(f"{what}: {macs} multiply-accumulates, {weights} weights",
          totals(said) == (macs, weights), said.stderr)
    if said.returncode:
        return
    os.makedirs("lib/workloads", exist_ok=True)
    shutil.copy("out.cfg", "lib/workloads/imported.cfg")
    listed = subprocess.run([nvsweep, "list", "workload", "imported", "--library", "lib"],
                            text=True, capture_output=True, timeout=20)
    kinds = [line.split('kind = "')[1].split('"')[0]
             for line in listed.stdout.splitlines() if 'kind = "' in line]
    claim(f"{what}: the library reads it", listed.returncode == 0, listed.stderr)
    if layers:
        claim(f"{what}: layers are {layers}", " ".join(kinds) == layers, " ".join(kinds))


def refused(what, content, words, name="model.onnx"):
    said = imported(name, content)
    claim(f"{what} is refused: {words}",
          said.returncode == 2 and words in said.stderr and
          len([l for l in said.stderr.splitlines() if l.startswith("nvsweep:")]) == 1,
          f"{said.returncode} {said.stderr}")


# LeNet-like: 1x28x28, conv 6 of 5x5 with pad 2, pool, conv 16 of 5x5, pool, 120, 10
lenet = model(
    graph_input("data", ["batch", 1, 28, 28]),
    tensor("w1", [6, 1, 5, 5]), tensor("b1", [6]), tensor("w2", [16, 6, 5, 5]),
    tensor("f1", [120, 400]), tensor("f1b", [120]), tensor("f2", [120, 10]),
    node("Conv", "data w1 b1", "c1", kernel_shape=[5, 5], pads=[2, 2, 2, 2]),
    node("Relu", "c1", "r1"),
    node("MaxPool", "r1", "p1", kernel_shape=[2, 2], strides=[2, 2]),
    node("Conv", "p1 w2", "c2"),
    node("AveragePool", "c2", "p2", kernel_shape=[2, 2], strides=[2, 2]),
    node("Flatten", "p2", "flat"),
    node("Gemm", "flat f1 f1b", "g1", transB=1),
    node("MatMul", "g1 f2", "g2"),
    node("Softmax", "g2", "out"))
counts("a LeNet", lenet,
       28 * 28 * 6 * 25 + 10 * 10 * 16 * 6 * 25 + 400 * 120 + 1200,
       6 * 25 + 16 * 6 * 25 + 400 * 120 + 1200,
       "input convolution activation max-pool convolution average-pool fully-connected "
       "fully-connected softmax")

# residual block, depthwise, squeeze and excitation, TensorFlow's padding, shared weights
residual = model(
    graph_input("x", [4, 8, 16, 16]),
    tensor("w", [8, 8, 3, 3]), tensor("d", [8, 1, 3, 3]), tensor("s", [8, 8, 1, 1]),
    tensor("scale", [8]), tensor("u", [8, 4, 2, 2]), tensor("k", [8, 8, 1, 7]),
    node("Conv", "x w", "a", pads=[1, 1, 1, 1]),
    node("BatchNormalization", "a scale scale scale scale", "bn"),
    node("Conv", "bn w", "b", pads=[1, 1, 1, 1]),
    node("Add", "b x", "sum"),
    node("GlobalAveragePool", "sum", "squeeze"),
    node("Conv", "squeeze s", "excite"),
    node("Sigmoid", "excite", "gate"),
    node("Mul", "sum gate", "gated"),
    node("Conv", "gated d", "dw", group=8, strides=[2, 2], auto_pad="SAME_UPPER"),
    node("Concat", "dw dw", "cat", axis=1),
    node("Split", "cat", "left right", axis=1),
    node("ConvTranspose", "left u", "up", strides=[2, 2]))
counts("a residual block", residual,
       2 * 256 * 8 * 72 + 64 + 64 * 8 * 9 + 64 * 8 * 4 * 4,
       8 * 72 + 16 + 64 + 72 + 8 * 4 * 4)

# one encoder as PyTorch writes it: 2 heads of 4 channels on 5 tokens
T, C, H = 5, 8, 2
encoder = model(
    graph_input("x", [1, T, C]),
    *(tensor(f"w{i}", [C, C]) for i in "qkvo"),
    tensor("heads", [4], [0, 0, H, C // H]), tensor("back", [3], [0, 0, C]),
    tensor("root", [1]), tensor("two", [1]), tensor("g", [C]),
    tensor("up", [C, 4 * C]), tensor("down", [4 * C, C]), tensor("zero", [], [0]),
    tensor("head", [10, C]),
    *(piece for i in "qkv" for piece in (
        node("MatMul", f"x w{i}", f"{i}p"), node("Add", f"{i}p g", f"{i}b"),
        node("Reshape", f"{i}b heads", f"{i}h"),
        node("Transpose", f"{i}h", f"{i}t",
             perm=[0, 2, 3, 1] if i == "k" else [0, 2, 1, 3]))),
    node("MatMul", "qt kt", "s"), node("Div", "s root", "scaled"),
    node("Softmax", "scaled", "p"), node("MatMul", "p vt", "a"),
    node("Transpose", "a", "at", perm=[0, 2, 1, 3]), node("Reshape", "at back", "ar"),
    node("MatMul", "ar wo", "o"), node("Add", "o x", "sum"),
    node("ReduceMean", "sum", "mean", axes=[-1]), node("Sub", "sum mean", "centred"),
    node("Pow", "centred two", "square"), node("ReduceMean", "square", "var", axes=[-1]),
    node("Add", "var root", "eps"), node("Sqrt", "eps", "dev"),
    node("Div", "centred dev", "unit"), node("Mul", "unit g", "norm"),
    node("MatMul", "norm up", "ff"), node("Div", "ff root", "fd"), node("Erf", "fd", "e"),
    node("Add", "e root", "e1"), node("Mul", "ff e1", "gelu"),
    node("MatMul", "gelu down", "ffd"), node("Add", "ffd norm", "res"),
    node("Gather", "res zero", "first", axis=1),
    node("Gemm", "first head", "logits", transB=1))
counts("an encoder", encoder,
       4 * T * C * C + 2 * T * T * C + 2 * T * C * 4 * C + 10 * C,
       4 * C * C + 2 * C + 8 * C * C + 10 * C,
       "input tokenize fully-connected fully-connected fully-connected attention "
       "fully-connected add layer-norm fully-connected activation fully-connected add "
       "take-token fully-connected")

# tokens of open length through an embedding
words = model(graph_input("ids", ["n", "length"], 7), tensor("table", [100, 16]),
              tensor("w", [16, 4]), node("Gather", "table ids", "e"),
              node("MatMul", "e w", "out"))
counts("an embedding", words, 128 * 64, 1600 + 64,
       "token-input embedding fully-connected")

# patches and a class token, shape computed from the input's
patches = model(graph_input("x", ["n", 3, 8, 8]), tensor("w", [6, 3, 4, 4]),
                tensor("cls", [1, 1, 6]), tensor("f", [6, 6]), tensor("at", [1], [0]),
                tensor("rest", [2], [6, -1]),
                node("Conv", "x w", "p", strides=[4, 4]), node("Shape", "p", "shape"),
                node("Gather", "shape at", "n"), node("Concat", "n rest", "target", axis=0),
                node("Reshape", "p target", "r"), node("Transpose", "r", "t", perm=[0, 2, 1]),
                node("Concat", "cls t", "tokens", axis=1), node("MatMul", "tokens f", "o"))
counts("patches", patches, 4 * 6 * 48 + 5 * 36, 6 * 48 + 6 + 36,
       "input convolution tokenize fully-connected")

# the extent of a reshape, worked out by the graph itself: (6 + 6)^2 * 2 / 2 = 144
folded = model(
    graph_input("x", [1, 8, 6, 6]), tensor("w", [4, 8, 1, 1]), tensor("f", [144, 10]),
    tensor("two", [], [2]), tensor("second", [], [2]), tensor("third", [], [3]),
    node("Conv", "x w", "c"), node("Shape", "c", "s"),
    node("Constant", "", "zero", value_ints=[0]),
    node("Constant", "", "one", value=tensor("", [1], [1])),
    node("Slice", "s zero one", "batch"),
    node("Gather", "s second", "h"), node("Gather", "s third", "w2"),
    node("Add", "h w2", "sum"), node("Pow", "sum two", "square"),
    node("Mul", "square two", "twice"), node("Div", "twice two", "half"),
    node("Sub", "half two", "less"), node("Add", "less two", "flat"),
    node("Unsqueeze", "flat", "extent", axes=[0]),
    node("Concat", "batch extent", "target", axis=0), node("Reshape", "c target", "r"),
    node("MatMul", "r f", "y"))
counts("a shape worked out in the graph", folded, 36 * 4 * 8 + 1440, 32 + 1440,
       "input convolution fully-connected")
counts("a class token of a computed shape", model(
    graph_input("x", ["n", 3, 8, 8]), tensor("w", [6, 3, 4, 4]), tensor("f", [6, 6]),
    tensor("rest", [3], [1, 6, -1]), node("Constant", "", "shape", value_ints=[1, 1, 6]),
    node("ConstantOfShape", "shape", "cls"), node("Conv", "x w", "p", strides=[4, 4]),
    node("Reshape", "p rest", "r"), node("Transpose", "r", "t", perm=[0, 2, 1]),
    node("Concat", "cls t", "tokens", axis=1), node("MatMul", "tokens f", "o")),
    4 * 6 * 48 + 5 * 36, 6 * 48 + 6 + 36, "input convolution tokenize fully-connected")

# a decoder: what changes no number is no layer; twice as high and wide; two channels of four
decoder = [graph_input("x", [1, 8, 4, 4]), tensor("w", [4, 8, 1, 1]), tensor("u", [2, 2, 3, 3]),
           tensor("f", [2, 5]), tensor("scales", [4], [1, 1, 2, 2]), tensor("sizes", [4], [1, 4, 8, 8]),
           node("Conv", "x w", "a"), node("Dropout", "a", "d"), node("Identity", "d", "i"),
           node("Cast", "i", "c", to=1)]
tail = [node("Slice", "big", "some", starts=[-2], ends=[99], axes=[1]),
        node("Conv", "some u", "b", pads=[1, 1, 1, 1]), node("GlobalAveragePool", "b", "g"),
        node("Squeeze", "g", "s", axes=[2, 3]), node("MatMul", "s f", "y")]
for what, larger in (("by scales", node("Resize", "c  scales", "big")),
                     ("by the second input", node("Upsample", "c scales", "big"))):
    counts(f"a decoder that grows {what}", model(*decoder, larger, *tail),
           16 * 4 * 8 + 64 * 2 * 2 * 9 + 2 * 5, 32 + 36 + 10,
           "input convolution dropout upsample slice convolution global-pool fully-connected")

image = graph_input("x", [1, 4, 8, 8])
refused("a picture that grows unequally",
        model(image, tensor("scales", [4], [1, 1, 3, 2]), node("Upsample", "x scales", "y")),
        "scales by 3 and 2, must be one whole number")
refused("every second channel", model(image, node("Slice", "x", "y", starts=[0], ends=[4],
                                                  axes=[1], steps=[2])),
        "has a step of 2, must be 1")
refused("a reshape to what is not known", model(
    image, graph_input("n", [1], 7), node("ConstantOfShape", "n", "y")),
    "has a shape that is not known here")
refused("an unknown operator", model(image, node("Einsum", "x", "y")),
        "node 'y': operator Einsum is not supported")
refused("a loop", model(image, node("Loop", "x", "y")), "operator Loop is not supported")
refused("unequal strides",
        model(image, tensor("w", [4, 4, 3, 3]), node("Conv", "x w", "y", strides=[1, 2])),
        "strides 1 and 2, must be equal")
refused("channels that do not fit",
        model(image, tensor("w", [4, 3, 3, 3]), node("Conv", "x w", "y")),
        "has 4 channels, must be 3")
refused("weights nobody gives", model(image, node("Conv", "x w", "y")), "node 'y'")
refused("a model of nothing", model(image), "has no operator")
refused("an image of open size",
        model(graph_input("x", [1, 3, "h", "w"]), node("Relu", "x", "y")), "open")
refused("two activations multiplied", model(image, node("MatMul", "x x", "y"),), "node 'y'")
refused("an empty file", b"", "is no ONNX model")
deep = b""
for level in range(3000):
    deep = part(1, part(5, part(6, deep)))
deep = part(7, deep)
refused("a model nested without end", deep, "is no ONNX model")

random.seed(1)
codes = set()
for source in (lenet, encoder, patches):
    for cut in range(0, len(source), max(1, len(source) // 60)):
        codes.add(imported("cut.onnx", source[:cut]).returncode)
    for _ in range(150):
        damaged = bytearray(source)
        for _ in range(random.randint(1, 6)):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        codes.add(imported("damaged.onnx", bytes(damaged)).returncode)
claim("damaged and truncated models end in 0 or 2", codes <= {0, 2}, str(codes))

counts("a topology", b"Layer, IFMAP Height, IFMAP Width, Filter Height, Filter Width, "
       b"Channels, Num Filter, Strides,\nConv1, 224, 224, 11, 11, 3, 96, 4,\n"
       b"Conv2, 27, 27, 5, 5, 96, 256, 1,\n",
       55 * 55 * 96 * 363 + 23 * 23 * 256 * 2400, 96 * 363 + 256 * 2400,
       "input convolution input convolution", "net.csv")
counts("a topology of products", b"Layer, M, N, K,\nfc, 128, 256, 512,\n",
       128 * 256 * 512, 256 * 512, "gemm", "gemm.csv")
counts("a topology with names in Latin-1", "Layer, M, N, K,\nfc-\xfc, 8, 8, 8,\n".encode("latin-1") +
       b"a long name that is cut " + "\u00e9".encode() * 40 + b", 8, 8, 8,\n", 1024, 128,
       "gemm gemm", "gemm.csv")
counts("layers with the names others are given", model(
    graph_input("x", [1, 4]), tensor("w", [4, 4]),
    *(part(1, part(1, "x" if i == 0 else f"y{i - 1}") + part(1, "w") + part(2, f"y{i}") +
           part(3, name) + part(4, "MatMul"))
      for i, name in enumerate(["a-1", "a-2", "a", "a", "a\x7f"]))), 80, 16)
refused("a topology with a word", b"Layer, a, b, c, d, e, f, g,\nConv1, 8, 8, x, 3, 1, 1, 1,\n",
        "net.csv:2: Filter Height is 'x'", "net.csv")
refused("a cell's misspelt key", b"-MemCellType: SRAM\n-CellAera (F^2): 3\n",
        "x.cell:2: no key '-CellAera' in cell files, did you mean '-CellArea'", "x.cell")
codes = {imported("junk" + end, bytes(random.randrange(256) for _ in range(500))).returncode
         for end in (".cell", ".onnx", ".csv", ".bin") for _ in range(25)}
claim("junk ends in 2", codes == {2}, str(codes))
done()
