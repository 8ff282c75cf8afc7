"""ONNX models written by hand: messages of protobuf, without any library."""
import struct


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


def domain_node(domain, op, inputs, outputs, **attributes):
    plain = node(op, inputs, outputs, **attributes)
    body = plain[1:]
    length = 0
    shift = 0
    while True:  # the length of the node, then its fields
        byte = body[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        body = body[1:]
        if not byte & 0x80:
            break
    return part(1, body + part(7, domain))


def graph_input(name, dims, elements=1):
    shape = b"".join(part(1, number(1, d) if isinstance(d, int) else part(2, d))
                     for d in dims)
    return part(11, part(1, name) + part(2, part(1, number(1, elements) + part(2, shape))))


def model(*pieces):
    return number(1, 8) + part(7, part(2, "test") + b"".join(pieces))
