"""What a provider does with values: planning unknowns and inventing results.

Deals with: msgpack, walks over attributes and nested blocks.
Does not deal with: which value is plausible (``aws.py``, ``azure.py``).
"""

from __future__ import annotations

import hashlib

import msgpack

UNKNOWN = msgpack.ExtType(0, b"\0")


def pack(value) -> dict:
    return {"msgpack": msgpack.packb(value)}


def unpack(dynamic: dict | None):
    if not dynamic or not dynamic.get("msgpack"):
        return None
    return msgpack.unpackb(dynamic["msgpack"], strict_map_key=False)


def is_unknown(value) -> bool:
    return isinstance(value, msgpack.ExtType)


def conform(block: dict, value):
    """``value`` with every attribute and block of ``block`` present, null where absent."""
    if value is None or is_unknown(value):
        return value
    out = {name: value.get(name) for name in block.get("attributes", {})}
    for name, entry in block.get("block_types", {}).items():
        inner, mode = value.get(name), entry["nesting_mode"]
        if mode in ("list", "set"):
            out[name] = inner if is_unknown(inner) else [conform(entry["block"], v) for v in inner or []]
        elif mode == "map":
            out[name] = (
                inner if is_unknown(inner) else {k: conform(entry["block"], v) for k, v in (inner or {}).items()}
            )
        else:
            out[name] = conform(entry["block"], inner)
    return out


def _blocks(block: dict, value: dict, change) -> None:
    """Replace each nested block in ``value`` by ``change(schema, nested, path)``."""
    for name, entry in block.get("block_types", {}).items():
        inner = value.get(name)
        if inner is None or is_unknown(inner):
            continue
        if entry["nesting_mode"] in ("list", "set"):
            value[name] = [change(entry["block"], v, f"{name}.{i}.") for i, v in enumerate(inner)]
        elif entry["nesting_mode"] == "map":
            value[name] = {k: change(entry["block"], v, f"{name}.{k}.") for k, v in inner.items()}
        else:
            value[name] = change(entry["block"], inner, f"{name}.")


def read_only_set(block: dict, value, path: str = "") -> list[str]:
    """Attributes that only the provider may set, yet the configuration does."""
    if value is None or is_unknown(value):
        return []
    found = [
        path + name
        for name, attr in block.get("attributes", {}).items()
        if attr.get("computed") and not attr.get("optional") and value.get(name) is not None
    ]
    _blocks(block, dict(value), lambda b, v, p: found.extend(read_only_set(b, v, path + p)))
    return found


def mark_unknown(block: dict, value):
    """A plan: what the provider computes and nobody set is not known yet."""
    if value is None or is_unknown(value):
        return value
    value = dict(value)
    for name, attr in block.get("attributes", {}).items():
        if attr.get("computed") and value.get(name) is None:
            value[name] = UNKNOWN
    _blocks(block, value, lambda b, v, _path: mark_unknown(b, v))
    return value


def resolve(block: dict, value, invent, path: str = ""):
    """An apply: ``invent(path, type)`` gives each unknown its value."""
    if value is None:
        return value
    value = dict(value)
    for name, attr in block.get("attributes", {}).items():
        if is_unknown(value.get(name)):
            value[name] = invent(path + name, attr["type"])
    _blocks(block, value, lambda b, v, p: resolve(b, v, invent, path + p))
    return value


def fill_computed(block: dict, value, invent):
    """A data source read: every computed attribute gets a value."""
    return resolve(block, mark_unknown(block, value), invent)


def placeholder(path: str, kind, seed: str):
    """A value of ``kind`` that is the same on every run."""
    if kind == "string":
        return f"{path.split('.')[-1]}-{hashlib.sha256((seed + path).encode()).hexdigest()[:8]}"
    if kind == "number":
        return 0
    if kind == "bool":
        return False
    if kind == "dynamic":
        return None
    outer, inner = kind[0], kind[1]
    if outer in ("list", "set", "tuple"):
        return []
    if outer == "map":
        return {}
    return {name: placeholder(f"{path}.{name}", member, seed) for name, member in inner.items()}
