"""The stand-in, started on the schemas of this folder.

Deals with: which schema and rule files there are, one environment a schema.
Does not deal with: the protocol (``../standin``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from standin.provider import Provider
from standin.schema import load
from standin.server import Served

from .units import CLOUDS

SUPPORT = Path(__file__).resolve().parent.parent
RC = "disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = \"/nonexistent\"\n  }\n}\n"


def providers(names: list[str]) -> dict[str, Provider]:
    """The providers of schema files, by address; of two with one address the last counts."""
    rules = json.loads((SUPPORT / "rules.json").read_text())
    found = {}
    for name in names:
        for address, schema in load(SUPPORT / "schemas" / f"{name}.json.gz").items():
            found[address] = Provider(address.rsplit("/", 1)[-1], schema, rules)
    return found


def versions() -> dict[str, list[str]]:
    """The versions that are played, by provider."""
    found: dict[str, list[str]] = {}
    for name in (name for of_cloud in CLOUDS.values() for name in of_cloud):
        for address, schema in load(SUPPORT / "schemas" / f"{name}.json.gz").items():
            found.setdefault(address.rsplit("/", 1)[-1], []).append(schema["x_version"])
    return found


@contextmanager
def schemas(scratch: Path, names: list[str]) -> Iterator[dict[str, str]]:
    """Serves some schemas together; gives the environment for commands that shall find them."""
    scratch.mkdir(parents=True, exist_ok=True)
    rc = scratch / "terraformrc"
    rc.write_text(RC)
    with Served(providers(names)) as running:
        yield {**os.environ, **running.environment(str(rc))}


@contextmanager
def all_schemas(scratch: Path) -> Iterator[dict[str, dict[str, str]]]:
    """Serves every schema by itself; gives each one's environment."""
    with ExitStack() as stack:
        names = [name for of_cloud in CLOUDS.values() for name in of_cloud]
        yield {name: stack.enter_context(schemas(scratch, [name])) for name in names}
