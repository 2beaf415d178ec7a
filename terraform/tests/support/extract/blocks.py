"""From generated files to the ``block`` objects of a schema.

Deals with: attributes, nested blocks, nested objects; the provider's own block.
Does not deal with: reading the files (``generated.py``).
"""

from __future__ import annotations

import json
import re

from .generated import ATTRIBUTE, Attr, Unit, hcl_entries, storage_type


def _interface(class_name: str) -> str:
    return class_name.removesuffix("OutputReference")


def block(unit: Unit, class_name: str, interface: str, hcl: dict, within: tuple = ()) -> dict:
    """The ``block`` object of a resource, data source or nested block.

    The bindings fold blocks that hold themselves (WAF statements) into one
    class, without the depth at which the provider stops: we stop at once.
    """
    block_names = unit.blocks.get(interface, set())
    out: dict = {}
    for attr in unit.attributes(class_name):
        kind, storage = hcl.get(attr.name, ("", "", ""))[1:]
        if attr.struct and attr.name in block_names:
            if attr.struct in within:
                continue
            inner = _interface(attr.struct)
            entry = {
                "nesting_mode": attr.wrapper or ("single" if kind == "struct" else kind or "list"),
                "block": block(unit, attr.struct, inner, unit.hcl.get(inner.lower(), {}), (*within, attr.struct)),
            }
            if attr.required:
                entry["min_items"] = 1
            if not attr.wrapper and entry["nesting_mode"] in ("list", "set"):
                entry["max_items"] = 1
            out.setdefault("block_types", {})[attr.name] = entry
            continue
        if attr.struct:
            attr.type = _object_type(unit, attr, kind)
        elif attr.type is None:
            attr.type = storage_type(kind, storage) if storage else "dynamic"
        entry = {"type": attr.type}
        for flag in ("required", "optional", "computed"):
            if getattr(attr, flag):
                entry[flag] = True
        out.setdefault("attributes", {})[attr.name] = entry
    return out


def _object_type(unit: Unit, attr: Attr, kind: str):
    inner = _interface(attr.struct)
    hcl = unit.hcl.get(inner.lower(), {})
    members = {}
    for member in unit.attributes(attr.struct):
        member_kind, storage = hcl.get(member.name, ("", "", ""))[1:]
        if member.struct:
            members[member.name] = _object_type(unit, member, member_kind)
        else:
            members[member.name] = member.type or (storage_type(member_kind, storage) if storage else "dynamic")
    result = ["object", members]
    wrapper = attr.wrapper or (kind if kind in ("list", "set", "map") else None)
    return [wrapper, result] if wrapper else result


def provider_block(unit: Unit, class_name: str) -> dict:
    """Provider classes have no getters to read: their HCL table is enough."""
    body = unit.classes[class_name][1]
    flags = {n: (o, r) for n, _c, o, r, _t in ATTRIBUTE.findall(body)}
    table = hcl_entries(body)
    config = class_name + "Config"
    return _provider_struct(unit, table, config, {n for n, (_o, r) in flags.items() if r == "true"})


def _provider_struct(unit: Unit, table: dict, interface: str, required: set[str]) -> dict:
    out: dict = {}
    for name, (value, kind, storage) in table.items():
        nested = re.search(r"\b(\w+)ToHclTerraform\b", value)
        struct = nested[1] if nested and nested[1].lower() in unit.hcl else None
        if struct:
            iface = next((i for i in unit.blocks if i.lower() == struct.lower()), struct)
            entry = {
                "nesting_mode": "single" if kind == "struct" else kind,
                "block": _provider_struct(unit, unit.hcl[struct.lower()], iface, unit.required.get(iface, set())),
            }
            if name in required:
                entry["min_items"] = 1
            out.setdefault("block_types", {})[name] = entry
            continue
        flag = "required" if name in required else "optional"
        out.setdefault("attributes", {})[name] = {"type": storage_type(kind, storage), flag: True}
    return out


def dynamic_in_set(block: dict, in_set: bool = False) -> bool:
    """Whether Terraform would refuse the block: a set cannot hold a value of any type."""
    if in_set and any("dynamic" in json.dumps(a["type"]) for a in block.get("attributes", {}).values()):
        return True
    return any(
        dynamic_in_set(entry["block"], in_set or entry["nesting_mode"] == "set")
        for entry in block.get("block_types", {}).values()
    )
