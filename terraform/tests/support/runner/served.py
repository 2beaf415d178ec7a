"""The stand-in, started on the schemas of this folder.

Deals with: which schema and rule files there are, one environment a schema.
Does not deal with: the protocol (``../standin``).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from standin.provider import Provider
from standin.schema import load, mark_sensitive
from standin.server import Served

from .units import CLOUDS

NAMES = [name for of_cloud in CLOUDS.values() for name in of_cloud]
SUPPORT = Path(__file__).resolve().parent.parent
# Nothing but what is served is found: a provider that is not would only be looked for in vain.
RC = 'disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = "/nonexistent"\n  }\n}\n'


def providers(names: list[str]) -> dict[str, Provider]:
    """The providers of schema files, by address; of two with one address the last counts."""
    rules, secret = (json.loads((SUPPORT / name).read_text()) for name in ("rules.json", "sensitive.json"))
    found = {}
    for name in names:
        for address, schema in load(SUPPORT / "schemas" / f"{name}.json.gz").items():
            mark_sensitive(schema, secret)
            found[address] = Provider(address.rsplit("/", 1)[-1], schema, rules)
    return found


def versions() -> dict[str, list[str]]:
    """The versions that are played, by provider."""
    found: dict[str, list[str]] = {}
    for name in NAMES:
        for address, schema in load(SUPPORT / "schemas" / f"{name}.json.gz").items():
            found.setdefault(address.rsplit("/", 1)[-1], []).append(schema["x_version"])
    return found


@contextmanager
def schemas(names: list[str]) -> Iterator[dict[str, str]]:
    """Serves some schemas together; gives the variables by which Terraform finds them."""
    with tempfile.NamedTemporaryFile("w", suffix=".terraformrc") as rc, Served(providers(names)) as running:
        rc.write(RC)
        rc.flush()
        yield running.environment(rc.name)


@contextmanager
def all_schemas() -> Iterator[dict[str, dict[str, str]]]:
    """Serves every schema by itself; gives each one's variables."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(schemas([name])) for name in NAMES}
