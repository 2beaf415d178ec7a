"""Writes the schema of a provider, as ``terraform providers schema -json`` would print it.

Deals with: the command line, downloading the bindings.
Does not deal with: reading them (``wheel.py``).

    python -m extract cdktn-provider-aws==25.8.1 schemas/aws.json.gz
    python -m extract FILE.whl schemas/aws.json.gz

A dump taken from the real provider can replace the file one for one, with ``x_version`` added.
The bindings do not keep: ``sensitive``, ``write_only``, ``deprecated``, ``max_items`` and ``min_items``
above 1, the provider's functions, nor anything that a provider checks in Go.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from .wheel import extract

KEEP = Path(__file__).parent.parent / "keep.txt"


def globs(text: str) -> list[str]:
    """The globs of a list with one a line, ``#`` before comments."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def document(wheel: Path, keep: list[str]) -> dict:
    address, schema = extract(wheel, keep)
    return {"format_version": "1.0", "provider_schemas": {address: schema}}


def main(bindings: str, out: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        wheel = Path(bindings)
        if not wheel.exists():
            pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", scratch, bindings]
            subprocess.run(pip, check=True)
            [wheel] = Path(scratch).glob("*.whl")
        found = document(wheel, globs(KEEP.read_text()))
    data = json.dumps(found, separators=(",", ":"), sort_keys=True).encode()
    # No time in the file: the same bindings and list make the same bytes.
    out.write_bytes(gzip.compress(data, 9, mtime=0))
    for address, schema in found["provider_schemas"].items():
        counts = f"{len(schema['resource_schemas'])} resources, {len(schema['data_source_schemas'])} data sources"
        print(f"{address} {schema['x_version']}: {counts}, {out.stat().st_size} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]))
