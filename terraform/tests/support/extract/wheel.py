"""The bindings package.

Deals with: the tarball in the wheel, one Unit a resource, the schema of the whole provider.
Does not deal with: what a resource's files say (``generated.py``, ``blocks.py``).
"""

from __future__ import annotations

import fnmatch
import sys
import tarfile
import zipfile
from pathlib import Path

from . import blocks
from .generated import TF_TYPE, VERSION, Unit, hcl_entries

NAMESPACE = "registry.terraform.io/hashicorp"
"""The address that ``source = "hashicorp/NAME"`` stands for."""


def read_units(wheel: Path) -> list[Unit]:
    """One Unit for each resource folder in the jsii tarball inside the wheel."""
    units: dict[str, Unit] = {}
    with zipfile.ZipFile(wheel) as archive:
        inner = next(n for n in archive.namelist() if n.endswith(".jsii.tgz"))
        with archive.open(inner) as raw, tarfile.open(fileobj=raw, mode="r|gz") as tar:
            for member in tar:
                parts = member.name.split("/")
                if len(parts) < 4 or parts[1] != "lib" or not member.name.endswith((".js", ".d.ts")):
                    continue
                text = tar.extractfile(member).read().decode()
                text = text.split("//# sourceMappingURL=")[0]  # most of the bytes
                unit = units.setdefault(parts[2], Unit())
                (unit.add_dts if member.name.endswith(".d.ts") else unit.add_js)(text)
                if match := VERSION.search(text):
                    unit.version = match.groups()
    return list(units.values())


def extract(wheel: Path, keep: list[str]) -> tuple[str, dict]:
    """The provider's address and its schema, with the types that match a glob of ``keep``.

    ``x_version`` and ``x_source`` say beside the schema what it was made of.
    """
    provider = {"provider": {"version": 0, "block": {}}, "resource_schemas": {}, "data_source_schemas": {}}
    name = version = None
    sections = {"TerraformResource": "resource_schemas", "TerraformDataSource": "data_source_schemas"}
    for unit in read_units(wheel):
        if unit.version:
            name, version = unit.version
        for cls, (base, body) in unit.classes.items():
            if base == "TerraformProvider":
                provider["provider"]["block"] = blocks.provider_block(unit, cls)
            elif base in sections:
                tf_type = TF_TYPE.search(body)[1]
                if keep and not any(fnmatch.fnmatch(tf_type, pattern) for pattern in keep):
                    continue
                block = blocks.block(unit, cls, cls + "Config", hcl_entries(body))
                if not block.get("attributes"):
                    raise SystemExit(
                        f"{wheel.name}: no attributes of {tf_type} found. The older CDKTF packages strip the "
                        "comments that say computed/optional/required: use a CDKTN release."
                    )
                if blocks.dynamic_in_set(block):  # Terraform refuses such a schema
                    print(f"left out, its blocks hold themselves: {tf_type}", file=sys.stderr)
                    continue
                provider[sections[base]][tf_type] = {"version": 0, "block": block}
    return f"{NAMESPACE}/{name}", {**provider, "x_version": version, "x_source": wheel.name}
