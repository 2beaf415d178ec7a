"""Just enough protobuf to speak the Terraform plugin protocol.

A message is described by a dict ``{field number: (name, kind)}`` and held as a
dict.  ``kind`` is ``str``, ``bytes``, ``int``, ``bool``, another description,
``[kind]`` for a repeated field or ``("map", kind)`` for a string-keyed map.

Deals with: bytes to dicts and back.
Does not deal with: which messages there are (``messages.py``).
"""

from __future__ import annotations


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while True:
        low = number & 0x7F
        number >>= 7
        if not number:
            out.append(low)
            return bytes(out)
        out.append(low | 0x80)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _field(number: int, kind, value) -> bytes:
    if kind in (int, bool):
        return _varint(number << 3) + _varint(int(value))
    if kind is str:
        body = value.encode()
    elif kind is bytes:
        body = value
    else:
        body = encode(kind, value)
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def encode(spec: dict, message: dict) -> bytes:
    out = bytearray()
    for number, (name, kind) in spec.items():
        value = message.get(name)
        if value is None or value is False or (value in (0, "", b"") and not isinstance(kind, dict)):
            continue
        if isinstance(kind, list):
            for item in value:
                out += _field(number, kind[0], item)
        elif isinstance(kind, tuple):
            entry = {1: ("key", str), 2: ("value", kind[1])}
            for key, item in value.items():
                out += _field(number, entry, {"key": key, "value": item})
        else:
            out += _field(number, kind, value)
    return bytes(out)


def decode(spec: dict, data: bytes) -> dict:
    message: dict = {}
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        wire_type = tag & 7
        if wire_type == 0:
            raw, at = _read_varint(data, at)
        elif wire_type == 2:
            size, at = _read_varint(data, at)
            raw, at = data[at : at + size], at + size
        else:
            size = {1: 8, 5: 4}[wire_type]
            raw, at = data[at : at + size], at + size
        if tag >> 3 not in spec:
            continue
        name, kind = spec[tag >> 3]
        repeated = isinstance(kind, list)
        inner = kind[0] if repeated else kind
        if inner is str:
            value = raw.decode()
        elif isinstance(inner, dict):
            value = decode(inner, raw)
        else:
            value = bool(raw) if inner is bool else raw
        if repeated:
            message.setdefault(name, []).append(value)
        else:
            message[name] = value
    return message
