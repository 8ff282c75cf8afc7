"""nvsweep import of ONNX models and topologies: layers whose multiply-accumulates and
weights are counted by hand here, damaged files, and operators that are refused."""
import os
import random
import re
import shutil
import subprocess

from harness import claim, done, nvsweep
from onnx_pieces import (attribute, domain_node, graph_input, model, node, number, part,
                         tensor)


def imported(name, content, *more):
    with open(name, "wb") as file:
        file.write(content)
    return subprocess.run([nvsweep, "import", name, "-o", "out.cfg", *more], text=True,
                          errors="replace", capture_output=True, timeout=20)


def totals(said):
    words = re.split(r" layers?, ", said.stderr)[-1].split()
    return (int(words[0]), int(words[2])) if said.returncode == 0 else said.stderr


def counts(what, content, macs, weights, layers=None, name="model.onnx", said_too="",
           more=()):
    """The record has these totals, and the library reads it."""
    said = imported(name, content, "--name", "imported", *more)
    claim(f"{what}: {macs} multiply-accumulates, {weights} weights",
          totals(said) == (macs, weights), said.stderr)
    if said_too:
        claim(f"{what}: prints '{said_too}'", said_too in said.stderr, said.stderr)
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


def refused(what, content, words, name="model.onnx", more=()):
    said = imported(name, content, *more)
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
       "token-input fully-connected fully-connected fully-connected attention "
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
refused("every second channel", model(image, node("Slice", "x", "y", starts=[0], ends=[4],
                                                  axes=[1], steps=[2])),
        "has a step of 2, must be 1")
refused("a reshape to what is not known", model(
    image, graph_input("n", [1], 7), node("ConstantOfShape", "n", "y")),
    "has a shape that is not known here")
refused("an unknown operator", model(image, node("Einsum", "x", "y")),
        "node 'y': operator Einsum is not supported")
refused("a loop", model(image, node("Loop", "x", "y")), "operator Loop is not supported")
refused("channels that do not fit",
        model(image, tensor("w", [4, 3, 3, 3]), node("Conv", "x w", "y")),
        "has 4 channels, must be 3")
refused("weights nobody gives", model(image, node("Conv", "x w", "y")), "node 'y'")
refused("a model of nothing", model(image), "has no operator")
refused("an image of open size",
        model(graph_input("x", [1, 3, "h", "w"]), node("Relu", "x", "y")), "open")
refused("two activations multiplied", model(image, node("MatMul", "x x", "y"),), "node 'y'")
refused("an empty file", b"", "is not an ONNX model")
deep = b""
for level in range(3000):
    deep = part(1, part(5, part(6, deep)))
deep = part(7, deep)
refused("a model nested without end", deep, "is not an ONNX model")


def strided(height, width, kernel, stride, channels, outputs):
    """Of a convolution without padding: positions, then multiply-accumulates."""
    out = ((height - kernel) // stride + 1) * ((width - kernel) // stride + 1)
    return out * channels * outputs * kernel * kernel


# ---- which dimension is the batch: its name, what uses it, --batch-axis
w64 = tensor("w", [64, 32])
features = node("MatMul", "x w", "y")
counts("tokens before the batch, by its name", model(graph_input("x", [20, "batch", 64]), w64,
       features), 20 * 64 * 32, 2048, "token-input fully-connected",
       said_too="dimension 1 is the batch")
counts("batch_size behind open tokens", model(graph_input("x", ["seq", "batch_size", 64]), w64,
       features), 128 * 64 * 32, 2048, said_too="'seq') is the sequence length")
counts("token numbers before the batch", model(
    graph_input("ids", [12, "N"], 7), tensor("table", [100, 64]), w64,
    node("Gather", "table ids", "e"), node("MatMul", "e w", "y")),
    12 * 64 * 32, 6400 + 2048, "token-input embedding fully-connected")
counts("a batch of one behind the tokens", model(graph_input("x", [20, 1, 64]), w64, features),
       20 * 64 * 32, 2048, said_too="dimension 1 is the batch")
counts("a batch that only the user knows", model(graph_input("x", [20, 4, 64]), w64, features),
       20 * 64 * 32, 2048, more=("--batch-axis", "1"))
counts("the same without being told", model(graph_input("x", [20, 4, 64]), w64, features),
       4 * 64 * 32, 2048, said_too="dimension 0, of 20, is taken as the batch and became 1 "
       "(--batch-axis changes that)")
counts("tokens without a batch", model(graph_input("x", [20, 64]), w64, features),
       20 * 64 * 32, 2048, more=("--batch-axis", "x=none"))
refused("a batch axis that is not there", model(graph_input("x", [20, 64]), w64, features),
        "--batch-axis is '2' for input 'x' of 2 dimensions, must be 0 to 1 or none",
        more=("--batch-axis", "2"))

# ---- an image whose batch the graph adds
unsqueezed = [tensor("w", [8, 3, 3, 3]), node("Conv", "a w", "y", pads=[1, 1, 1, 1])]
by_attribute = node("Unsqueeze", "x", "a", axes=[0])
counts("an image without batch", model(graph_input("x", [3, 32, 32]), tensor("ax", [1], [0]),
       node("Unsqueeze", "x ax", "a"), *unsqueezed), 32 * 32 * 8 * 27, 216,
       "input convolution", said_too="has no batch, because the graph adds one")
counts("an image without batch, axes as an attribute", model(
    graph_input("x", [3, 32, 32]), by_attribute, *unsqueezed), 32 * 32 * 8 * 27, 216)
counts("bytes of an image without batch", model(
    graph_input("x", [3, 32, 32], 2), node("Cast", "x", "c", to=1),
    node("Unsqueeze", "c", "a", axes=[0]), *unsqueezed), 32 * 32 * 8 * 27, 216)
counts("a row of samples without batch", model(
    graph_input("x", [2, 100]), by_attribute, tensor("w", [8, 2, 5]),
    node("Conv", "a w", "y")), 96 * 8 * 10, 80, "input convolution")
refused("a first dimension that is no batch", model(
    graph_input("x", [3, 32, 32]), tensor("s", [4], [1, 3, 32, 32]),
    node("Reshape", "x s", "a"), tensor("w", [8, 3, 3, 3]), node("Conv", "a w", "y")),
    "dimension 0 of input 'x', of 3, was taken as the batch; --batch-axis none or another one?")

# ---- open dimensions
opened = model(graph_input("x", ["N", "S", 64]), w64, features)


def cycles(content, sequence, *more):
    said = imported("model.onnx", content, "--name", "opens", *more)
    os.makedirs("lib/workloads", exist_ok=True)
    if said.returncode == 0:
        shutil.copy("out.cfg", "lib/workloads/opens.cfg")
    said = subprocess.run([nvsweep, "explain", "technology=sram", "workload=opens",
                           "machine=systolic-32", f"sequence={sequence}", "--library", "lib"],
                          text=True, capture_output=True, timeout=60)
    os.remove("lib/workloads/opens.cfg")
    found = re.search(r"\bcycles +([0-9.]+)", said.stdout)
    return float(found[1]) if found else said.stderr


embedded = model(graph_input("ids", ["N", "S"], 7), tensor("table", [100, 64]), w64,
                 node("Gather", "table ids", "e"), node("MatMul", "e w", "y"))
claim("an open sequence of features is the axis sequence, as one of token numbers is",
      cycles(opened, 128) == cycles(embedded, 128) and
      cycles(opened, 512) == cycles(embedded, 512) > cycles(opened, 128),
      f"{cycles(opened, 128)} {cycles(opened, 512)} {cycles(embedded, 512)}")
claim("--dim fixes it", cycles(opened, 128, "--dim", "S=20") ==
      cycles(opened, 512, "--dim", "S=20"), "")
row = model(graph_input("x", ["N", 4, "length"]), tensor("w", [8, 4, 3]),
            node("Conv", "x w", "y", pads=[1, 1]))
counts("an open row of pixels", row, 128 * 8 * 12, 96, "input convolution")
claim("its length is the axis sequence", cycles(row, 512) > cycles(row, 128), "")
steps = model(graph_input("x", ["time", "batch", 8]), tensor("w", [1, 64, 8]),
              tensor("r", [1, 64, 16]), node("LSTM", "x w r", "y", hidden_size=16))
claim("an open recurrence has as many steps as the sequence tokens",
      3.5 < cycles(steps, 512) / cycles(steps, 128) < 4.5,
      f"{cycles(steps, 128)} {cycles(steps, 512)}")
sized = model(graph_input("x", ["N", 3, "h", "w"]), tensor("k", [8, 3, 3, 3]),
              node("Conv", "x k", "y"))
counts("an open image of a given size", sized, strided(30, 20, 3, 1, 3, 8), 216,
       more=("--dim", "h=30,x:3=20"))
refused("an open image", sized, "input 'x' has dimension 2 ('h') open, must be a number: "
        "--dim h=N")
refused("a second open dimension", model(
    graph_input("x", ["N", "source", 64]), graph_input("z", ["N", "target", 64]), w64,
    features, node("MatMul", "z w", "v")), "dimension 1 ('target') open and another one "
    "('source') is the sequence length, must be a number: --dim target=N")

# ---- windows that differ by side
def conv(what, weights, positions, **attributes):
    x = graph_input("x", [1, weights[1] * attributes.get("group", 1), 17, 17])
    size = 1
    for n in weights:
        size *= n
    counts(what, model(x, tensor("w", weights), node("Conv", "x w", "y", **attributes)),
           positions * size, size, "input convolution")


conv("a kernel of 1 x 7", [128, 128, 1, 7], 17 * 17, pads=[0, 3, 0, 3])
conv("a kernel of 9 x 1", [8, 8, 9, 1], 17 * 17, pads=[4, 0, 4, 0])
conv("strides of 2 and 1", [8, 8, 3, 3], 9 * 17, strides=[2, 1], pads=[1, 1, 1, 1])
conv("pads below and right", [8, 8, 3, 3], 8 * 8, strides=[2, 2], pads=[0, 0, 0, 0])
conv("an even kernel of the same size", [8, 8, 2, 2], 17 * 17, auto_pad="SAME_UPPER")
conv("a causal row", [8, 8, 1, 4], 17 * 17, pads=[0, 3, 0, 0])
conv("a dilation that keeps the size", [8, 8, 3, 3], 17 * 17, dilations=[4, 4], pads=[4] * 4)
conv("a dilation without pads", [8, 8, 3, 3], 9 * 9, dilations=[4, 4])
conv("TensorFlow's strided layer", [8, 4, 3, 3], 9 * 9, group=2, strides=[2, 2],
     auto_pad="SAME_LOWER")
counts("a Pad before a window", model(
    graph_input("x", [1, 8, 17, 17]), tensor("w", [8, 8, 3, 3]),
    tensor("p", [8], [0, 0, 0, 1, 0, 0, 1, 1]), node("Pad", "x p", "a"),
    node("Conv", "a w", "y", strides=[2, 2])), 8 * 9 * 8 * 72, 576)
counts("a pool with strides of its own", model(
    graph_input("x", [1, 8, 17, 17]), tensor("w", [8, 8, 1, 1]),
    node("MaxPool", "x", "a", kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 0]),
    node("Conv", "a w", "y")), 9 * 16 * 64, 64, "input max-pool convolution")
counts("a picture that grows by 3 and 2", model(
    image, tensor("scales", [4], [1, 1, 3, 2]), tensor("w", [4, 4, 1, 1]),
    node("Upsample", "x scales", "a"), node("Conv", "a w", "y")), 24 * 16 * 16, 16)
refused("two dilations", model(image, tensor("w", [4, 4, 2, 2]),
                               node("Conv", "x w", "y", dilations=[2, 3])),
        "has dilations 2 and 3, must be equal")

# ---- rows of pixels (1-D convolutions)
sound = graph_input("x", ["N", 1, 1600])
counts("an audio front end", model(
    sound, tensor("a", [16, 1, 10]), tensor("b", [32, 16, 3]),
    node("Conv", "x a", "c", strides=[5]), node("Relu", "c", "r"),
    node("Conv", "r b", "d", pads=[1, 1]), node("GlobalAveragePool", "d", "p")),
    319 * 160 + 319 * 32 * 48, 160 + 1536,
    "input convolution activation convolution global-pool")
counts("a dilated causal row", model(
    graph_input("x", [1, 8, 50]), tensor("w", [8, 8, 3]),
    node("Conv", "x w", "y", dilations=[4], pads=[8, 0])), 50 * 8 * 24, 192)
counts("a row that becomes tokens", model(
    graph_input("x", [1, 8, 50]), tensor("w", [16, 8, 3]), tensor("f", [16, 4]),
    node("Conv", "x w", "c"), node("Transpose", "c", "t", perm=[0, 2, 1]),
    node("MatMul", "t f", "y")), 48 * 16 * 24 + 48 * 64, 384 + 64,
    "input convolution tokenize fully-connected")
counts("tokens that become a row", model(
    graph_input("x", [1, 50, 8]), tensor("f", [8, 8]), tensor("w", [8, 1, 3]),
    node("MatMul", "x f", "a"), node("Transpose", "a", "t", perm=[0, 2, 1]),
    node("Conv", "t w", "y", pads=[1, 1], group=8)), 50 * 64 + 50 * 24, 64 + 24,
    "token-input fully-connected to-image convolution")

# ---- tokens folded into rows
back = [tensor("s1", [2], [-1, 32]), tensor("s2", [3], [-1, 16, 64])]
counts("tokens folded into a Gemm", model(
    graph_input("x", ["N", 16, 32]), tensor("w", [32, 64]), *back,
    node("Reshape", "x s1", "a"), node("Gemm", "a w", "b"), node("Reshape", "b s2", "y")),
    16 * 32 * 64, 2048, "token-input fully-connected")
counts("tokens folded with a batch of four", model(
    graph_input("x", [4, 16, 32]), tensor("w", [32, 64]), tensor("s1", [2], [64, 32]),
    tensor("s2", [3], [4, 16, 64]), node("Reshape", "x s1", "a"), node("Gemm", "a w", "b"),
    node("Reshape", "b s2", "y")), 16 * 32 * 64, 2048)
counts("tokens folded between two products", model(
    graph_input("x", ["N", 16, 32]), tensor("v", [32, 32]), tensor("w", [32, 64]), *back,
    node("MatMul", "x v", "h"), node("Reshape", "h s1", "a"), node("Gemm", "a w", "b"),
    node("Reshape", "b s2", "y")), 16 * 32 * 96, 3072)

# ---- images with their channels last, residual sums, gates
nhwc = [node("Conv", "x wd", "a", pads=[3] * 4, group=32),
        node("Transpose", "a", "b", perm=[0, 2, 3, 1])]
small = [graph_input("x", [1, 32, 14, 14]), tensor("wd", [32, 1, 7, 7]),
         tensor("w1", [32, 128]), tensor("w2", [128, 32]), tensor("g", [32])]
counts("a ConvNeXt block", model(
    *small, *nhwc, node("MatMul", "b w1", "d"), node("Relu", "d", "e"),
    node("MatMul", "e w2", "f"), node("Transpose", "f", "i", perm=[0, 3, 1, 2]),
    node("Add", "i x", "y")), 196 * (32 * 49 + 2 * 4096), 9760,
    "input convolution convolution activation convolution add")
counts("a ConvNeXt block as it is exported", model(
    *small, *nhwc, node("LayerNormalization", "b g g", "n"), node("MatMul", "n w1", "d"),
    node("Add", "d bias", "d2"), node("Gelu", "d2", "e"), node("MatMul", "e w2", "f"),
    node("Mul", "g f", "h"), node("Transpose", "h", "i", perm=[0, 3, 1, 2]),
    node("Add", "x i", "y"), tensor("bias", [128])), 196 * (32 * 49 + 2 * 4096), 9760 + 64,
    "input convolution layer-norm convolution activation convolution add")
counts("patches that become an image again", model(
    graph_input("x", [1, 32, 14, 14]), tensor("w", [32, 32]), tensor("k", [32, 32, 3, 3]),
    tensor("flat", [3], [1, 32, -1]), tensor("image", [4], [1, 32, 14, 14]),
    node("Reshape", "x flat", "a"), node("Transpose", "a", "t", perm=[0, 2, 1]),
    node("MatMul", "t w", "m"), node("Transpose", "m", "u", perm=[0, 2, 1]),
    node("Reshape", "u image", "i"), node("Conv", "i k", "c", pads=[1] * 4),
    node("Add", "c x", "y")), 196 * 1024 + 196 * 9216, 1024 + 9216)
counts("a time step added to every channel", model(
    graph_input("x", [1, 8, 6, 6]), graph_input("t", [1, 16]), tensor("f", [16, 8]),
    tensor("k", [8, 8, 3, 3]), node("MatMul", "t f", "e"),
    node("Unsqueeze", "e", "u", axes=[2, 3]), node("Conv", "x k", "c", pads=[1] * 4),
    node("Add", "c u", "y")), 128 + 36 * 576, 128 + 576,
    "input fully-connected input convolution scale",
    said_too="Add of one value per channel or position is written as scale")
counts("attention over positions", model(
    graph_input("x", [1, 8, 6, 6]), tensor("k", [1, 8, 7, 7]),
    node("Conv", "x k", "c", pads=[3] * 4), node("Sigmoid", "c", "s"),
    node("Mul", "x s", "y")), 36 * 392, 392, "input convolution activation scale")
ffn = [graph_input("x", [1, 6, 8]), tensor("g", [8, 32]), tensor("u", [8, 32]),
       tensor("d", [32, 8]), node("MatMul", "x g", "a"), node("MatMul", "x u", "b")]
counts("a gated feed-forward (SwiGLU)", model(
    *ffn, node("Sigmoid", "a", "s"), node("Mul", "a s", "silu"), node("Mul", "silu b", "h"),
    node("MatMul", "h d", "y")), 6 * 3 * 256, 3 * 256,
    "token-input fully-connected fully-connected activation gate fully-connected")
counts("a gated feed-forward (GEGLU)", model(
    *ffn, node("Gelu", "a", "s"), node("Mul", "s b", "h"), node("MatMul", "h d", "y")),
    6 * 3 * 256, 3 * 256,
    "token-input fully-connected fully-connected activation gate fully-connected")
counts("a gate of two halves (GLU)", model(
    graph_input("x", [1, 6, 8]), tensor("g", [8, 32]), node("MatMul", "x g", "a"),
    node("Split", "a", "l r", axis=-1), node("Sigmoid", "r", "s"), node("Mul", "l s", "y")),
    6 * 256, 256, "token-input fully-connected slice slice activation gate")
counts("a normalisation by the root mean square", model(
    graph_input("x", [1, 6, 8]), tensor("g", [8, 8]), tensor("two", []), tensor("w", [8]),
    node("MatMul", "x g", "a"), node("Pow", "a two", "p"),
    node("ReduceMean", "p", "m", axes=[-1]), node("Add", "m two", "e"),
    node("Sqrt", "e", "s"), node("Div", "a s", "n"), node("Mul", "w n", "y")),
    6 * 64, 64 + 16, "token-input fully-connected layer-norm")

# ---- sums of several
piece = [graph_input("x", [1, 16, 8, 8]), tensor("w", [16, 16, 1, 1]), node("Conv", "x w", "a")]
for op in ("Sum", "Max", "Min", "Mean"):
    counts(f"{op} of two", model(*piece, node(op, "a x", "y")), 16 * 64 * 16, 256,
           "input convolution add")
counts("Sum of three", model(*piece, node("Relu", "a", "b"), node("Sum", "a x b", "y")),
       16 * 64 * 16, 256, "input convolution activation add add")
counts("Sum with a constant", model(*piece, tensor("c", [16, 1, 1]), node("Sum", "a c x", "y")),
       16 * 64 * 16, 256, "input convolution add")
counts("Sum of one", model(*piece, node("Sum", "a", "y")), 16 * 64 * 16, 256,
       "input convolution")

# ---- transposed convolutions
def grown(what, weights, positions, macs_of=None, **attributes):
    groups = attributes.get("group", 1)
    size = weights[0] * weights[1] * weights[2] * weights[3]
    after = weights[1] * groups
    counts(what, model(graph_input("x", [1, weights[0], 16, 16]), tensor("w", weights),
                       tensor("k", [2, after, 1, 1]), node("ConvTranspose", "x w", "a",
                                                           **attributes),
                       node("Conv", "a k", "y")),
           256 * size + positions * 2 * after, size + 2 * after)


grown("output_padding", [8, 4, 3, 3], 32 * 32, strides=[2, 2], pads=[1] * 4,
      output_padding=[1, 1])
grown("groups of a transposed convolution", [8, 2, 4, 4], 32 * 32, strides=[2, 2],
      pads=[1] * 4, group=4)
grown("SAME of a transposed convolution", [8, 4, 3, 3], 32 * 32, strides=[2, 2],
      auto_pad="SAME_UPPER")
grown("a given output shape", [8, 4, 3, 3], 31 * 32, strides=[2, 2], output_shape=[31, 32])
grown("a dilated transposed convolution", [8, 4, 3, 3], 20 * 20, dilations=[2, 2])
grown("unequal pads and strides", [8, 4, 2, 3], 32 * 15, strides=[2, 1], pads=[0, 1, 0, 2])
grown("output_padding beyond its pads", [8, 4, 2, 2], 33 * 33, strides=[2, 2],
      output_padding=[1, 1])

# ---- recurrences
STEPS, IN, H = 20, 8, 16


def recurrent(what, op, gates, directions=1, more=(), layers=None, tail=(), extra=(0, 0),
              dims=(STEPS, 1, IN), out="y", **attributes):
    weights = gates * H * (IN + H) * directions
    counts(what, model(graph_input("x", list(dims)), tensor("w", [directions, gates * H, IN]),
                       tensor("r", [directions, gates * H, H]), *more,
                       node(op, "x w r", out, hidden_size=H, **attributes), *tail),
           STEPS * weights + extra[0], weights + extra[1], layers)


recurrent("an LSTM", "LSTM", 4, layers="token-input fully-connected take-token slice fully-connected activation slice "
          "repeat slice")
recurrent("a GRU", "GRU", 3)
recurrent("a plain recurrence", "RNN", 1)
recurrent("both directions", "LSTM", 4, directions=2, direction="bidirectional")
recurrent("a recurrence with the batch first", "GRU", 3, dims=(1, STEPS, IN), layout=1)
recurrent("the last state of an LSTM and a classifier", "LSTM", 4, out="y yh yc",
          more=(tensor("f", [H, 10]), tensor("ax", [1], [0])), extra=(160, 160),
          tail=(node("Squeeze", "yh ax", "last"), node("MatMul", "last f", "out")))
recurrent("a classifier of every step", "GRU", 3, more=(tensor("f", [2 * H, 10]),
          tensor("s", [3], [0, 0, -1])), directions=2, direction="bidirectional",
          extra=(STEPS * 320, 320),
          tail=(node("Transpose", "y", "t", perm=[0, 2, 1, 3]), node("Reshape", "t s", "z"),
                node("MatMul", "z f", "out")))
refused("gates that do not fit", model(
    graph_input("x", [STEPS, 1, IN]), tensor("w", [1, 63, IN]), tensor("r", [1, 63, H]),
    node("LSTM", "x w r", "y")), "must be 4 gates of 16 states")

# ---- quantised operators
q = [graph_input("x", [1, 16, 8, 8]), tensor("w", [8, 16, 1, 1]), tensor("s", [])]
counts("QLinearConv", model(*q, node("QuantizeLinear", "x s s", "xq"),
       node("QLinearConv", "xq s s w s s s s", "y")), 64 * 128, 128, "input convolution")
counts("ConvInteger", model(*q, node("DynamicQuantizeLinear", "x", "xq xs xz"),
       node("ConvInteger", "xq w xz", "c"), node("Cast", "c", "f", to=1),
       node("Mul", "f xs", "y")), 64 * 128, 128, "input convolution")
counts("MatMulInteger", model(graph_input("x", ["N", 6, 64]), w64, tensor("s", []),
       node("DynamicQuantizeLinear", "x", "xq xs xz"), node("MatMulInteger", "xq w xz", "c"),
       node("Cast", "c", "f", to=1), node("Mul", "xs s", "z"), node("Mul", "f z", "y")),
       6 * 2048, 2048, "token-input fully-connected")
counts("QLinearMatMul", model(graph_input("x", ["N", 6, 64]), w64, tensor("s", []),
       node("QLinearMatMul", "x s s w s s s s", "y")), 6 * 2048, 2048)
counts("a quantised residual block", model(
    *q[:1], tensor("w", [16, 16, 1, 1]), tensor("s", []),
    node("QLinearConv", "x s s w s s s s", "a"),
    domain_node("com.microsoft", "QLinearAdd", "a s s x s s s s", "b"),
    domain_node("com.microsoft", "QLinearConcat", "s s a s s b s s", "c", axis=1),
    domain_node("com.microsoft", "QLinearGlobalAveragePool", "c s s s s", "y")),
    64 * 256, 256, "input convolution add concatenate global-pool")
refused("another domain's operator", model(*q, domain_node("org.x", "QLinearAdd", "x", "y")),
        "operator QLinearAdd of the domain 'org.x' is not supported")

# ---- heads that share keys
G, HEADS, KV, D = 6, 8, 2, 4
gqa = [graph_input("x", ["N", G, 32]), tensor("wq", [32, 32]), tensor("wk", [32, 8]),
       tensor("wv", [32, 8]), node("MatMul", "x wq", "q"), node("MatMul", "x wk", "k"),
       node("MatMul", "x wv", "v")]
pairs = 2 * G * G * 32
projected = G * 32 * (32 + 8 + 8)
repeat_kv = [piece for i in "kv" for piece in (
    node("Reshape", f"{i} kvshape", f"{i}h"), node("Transpose", f"{i}h", f"{i}t",
                                                   perm=[0, 2, 1, 3]),
    node("Unsqueeze", f"{i}t", f"{i}u", axes=[2]), node("Expand", f"{i}u wide", f"{i}e"),
    node("Reshape", f"{i}e flat", f"{i}r"))]
counts("heads that share keys, as PyTorch writes them", model(
    *gqa, tensor("kvshape", [4], [0, 0, KV, D]), tensor("qshape", [4], [0, 0, HEADS, D]),
    tensor("wide", [5], [1, KV, HEADS // KV, G, D]), tensor("flat", [4], [1, HEADS, G, D]),
    tensor("root", []), node("Reshape", "q qshape", "qh"),
    node("Transpose", "qh", "qt", perm=[0, 2, 1, 3]), *repeat_kv,
    node("Transpose", "kr", "kx", perm=[0, 1, 3, 2]), node("MatMul", "qt kx", "s"),
    node("Div", "s root", "sd"), node("Softmax", "sd", "p"), node("MatMul", "p vr", "y")),
    projected + pairs, 32 * 48,
    "token-input fully-connected fully-connected fully-connected attention")
with open("out.cfg") as file:
    claim("they are written as kv_heads", "kv_heads = 2;" in file.read(), "")
counts("GroupQueryAttention", model(*gqa, domain_node(
    "com.microsoft", "GroupQueryAttention", "q k v", "y", num_heads=HEADS, kv_num_heads=KV)),
    projected + 2 * 32 * G * (G + 1) // 2, 32 * 48)
counts("MultiHeadAttention", model(*gqa[:2], tensor("wk", [32, 32]), tensor("wv", [32, 32]),
       *gqa[4:], domain_node("com.microsoft", "MultiHeadAttention", "q k v", "y",
                             num_heads=HEADS)), 3 * G * 1024 + pairs, 3 * 1024)
refused("heads that do not divide", model(*gqa, domain_node(
    "com.microsoft", "GroupQueryAttention", "q k v", "y", num_heads=8, kv_num_heads=3)),
    "has 8 heads and 3 heads of keys, must be a multiple of those of keys")
refused("a value spread over heads and added", model(
    *gqa, tensor("wide", [4], [1, G, 4, 8]), node("Unsqueeze", "k", "u", axes=[2]),
    node("Expand", "u wide", "e"), node("Relu", "e", "y")), "whose heads are repeated")

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
header = (b"Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, "
          b"Num Filter, Strides,\n")
counts("a strided 1 x 1 of a topology, as that tool counts", header +
       b"ds, 56, 56, 1, 1, 64, 128, 2,\n", 29 * 29 * 64 * 128, 64 * 128, "input convolution",
       "ds.csv", said_too="reach 1 rows and 1 columns beyond the input")
counts("a stride beyond the kernel", header + b"x, 6, 6, 1, 1, 2, 2, 3,\n", 9 * 4, 4,
       None, "skip.csv")
counts("a first layer of ResNet", header + b"x, 230, 230, 7, 7, 3, 64, 2,\n",
       113 * 113 * 64 * 147, 64 * 147, None, "r.csv")
counts("two strides", header.replace(b"Strides", b"Stride H, Stride W") +
       b"x, 41, 161, 5, 5, 1, 8, 2, 1,\n", 19 * 157 * 8 * 25, 200, "input convolution", "s.csv")
counts("a matrix product written as a convolution", header +
       b"fc, 1, 4096, 1, 4096, 1, 1000, 1,\n", 4096000, 4096000, "gemm", "fc.csv",
       said_too="written as the matrix product M = 1, N = 1000, K = 4096")
counts("a matrix of rows written as a convolution", header +
       b"qkv, 128, 1, 1, 1, 768, 2304, 1,\n", 128 * 768 * 2304, 768 * 2304, "gemm", "gpt.csv")
counts("a whole image as one window", header + b"fc6, 7, 7, 7, 7, 512, 4096, 1,\n",
       25088 * 4096, 25088 * 4096, "gemm", "fc6.csv")
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
        "x.cell:2: '-CellAera' is not a key of cell files; did you mean '-CellArea'", "x.cell")
# ---- NVSim's cell files: keys of its descendants are read over, as it does, and listed
sram = b"-MemCellType: SRAM\n-CellArea (F^2): 146\n-CellAspectRatio: 1.46\n-AccessType: CMOS\n" \
       b"-SRAMCellNMOSWidth (F): 2.08\n-SRAMCellPMOSWidth (F): 1.23\n-AccessCMOSWidth (F): 1.31\n"
for key in ("-Stitching: 16", "-StochasticEnabled: true", "-DistributionType: normal"):
    said = imported("s.cell", sram + key.encode() + b"\n")
    claim(f"a cell with {key}", said.returncode == 0 and "changes from" not in said.stderr and
          f"s.cell:8: {key.split(':')[0]} is not a key of NVSim and is ignored, as in NVSim" in
          said.stderr and "s: 1 change from the file" in said.stderr, said.stderr)
mram = """-MemCellType: MRAM
-CellArea (F^2): 54
-CellAspectRatio: 0.54
-ResistanceOn (ohm): 3000
-ResistanceOff (ohm): 6000
-ReadMode: current
-ReadVoltage (V): 0.25
-MinSenseVoltage (mV): 25
-ReadPower (uW): 30
-ResetMode: current
-ResetCurrent (uA): 80
-ResetPulse (ns): 10
-ResetEnergy (pJ): 1
-SetMode: current
-SetCurrent (uA): 80
-SetPulse (ns): 10
-SetEnergy (pJ): 1
-AccessType: CMOS
-VoltageDropAccessDevice (V): 0.15
-AccessCMOSWidth (F): 8
"""
claim("a complete cell", imported("m.cell", mram.encode()).returncode == 0, "")
for key, word in (("SetPulse", "set_pulse_s"), ("ResetPulse", "reset_pulse_s"),
                  ("ReadVoltage", "read_voltage_v"), ("ResistanceOn", "resistance_on_ohm")):
    without = "".join(l + "\n" for l in mram.splitlines() if not l.startswith(f"-{key} "))
    refused(f"a cell without {key}", without.encode(), word, "m.cell")
codes = {imported("junk" + end, bytes(random.randrange(256) for _ in range(500))).returncode
         for end in (".cell", ".onnx", ".csv", ".bin") for _ in range(25)}
claim("junk ends in 2", codes == {2}, str(codes))
done()
