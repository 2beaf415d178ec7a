"""Schemas of providers, as ``terraform providers schema -json`` writes them.

Deals with: reading them, encoding them for the wire.
Does not deal with: where they come from (``../extract``).
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from . import messages, wire

NESTING = {"single": 1, "list": 2, "set": 3, "map": 4, "group": 5}


def load(path: Path) -> dict[str, dict]:
    """The schemas of a document by provider address, such as ``registry.terraform.io/hashicorp/aws``."""
    raw = path.read_bytes()
    document = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    return document["provider_schemas"]


def attribute(block: dict, path: str) -> dict | None:
    """The attribute that a path such as ``site_config.http2_enabled`` names in a block."""
    first, _, rest = path.partition(".")
    if not rest:
        return block.get("attributes", {}).get(first)
    nested = block.get("block_types", {}).get(first)
    return attribute(nested["block"], rest) if nested else None


def mark_sensitive(schema: dict, paths: dict[str, list[str]]) -> None:
    """Marks what the bindings do not say is secret. What this version of the provider lacks is passed over."""
    for section in ("resource_schemas", "data_source_schemas"):
        for tf_type, entry in schema.get(section, {}).items():
            for path in paths.get(tf_type, []):
                found = attribute(entry["block"], path)
                if found is not None:
                    found["sensitive"] = True


def _block(block: dict) -> dict:
    attributes = []
    for name, attr in sorted(block.get("attributes", {}).items()):
        attributes.append({**attr, "name": name, "type": json.dumps(attr["type"]).encode()})
    nested = []
    for name, entry in sorted(block.get("block_types", {}).items()):
        nested.append(
            {
                "type_name": name,
                "block": _block(entry["block"]),
                "nesting": NESTING[entry["nesting_mode"]],
                "min_items": entry.get("min_items", 0),
                "max_items": entry.get("max_items", 0),
            }
        )
    return {"attributes": attributes, "block_types": nested}


# Not in the bindings, nor in "providers schema -json": what a module may put in provider_meta.
PROVIDER_META = {
    "aws": {"block": {"attributes": {"user_agent": {"type": ["list", "string"], "optional": True}}}},
    "azurerm": {"block": {"attributes": {"module_id": {"type": "string", "optional": True}}}},
}


def to_wire(schema: dict, name: str) -> bytes:
    def one(entry: dict) -> dict:
        return {"version": entry.get("version", 0), "block": _block(entry["block"])}

    return wire.encode(
        messages.PROVIDER_SCHEMA,
        {
            "provider": one(schema["provider"]),
            "resource_schemas": {k: one(v) for k, v in schema.get("resource_schemas", {}).items()},
            "data_source_schemas": {k: one(v) for k, v in schema.get("data_source_schemas", {}).items()},
            "provider_meta": one(PROVIDER_META[name]) if name in PROVIDER_META else None,
            "server_capabilities": {"get_provider_schema_optional": True},
        },
    )
