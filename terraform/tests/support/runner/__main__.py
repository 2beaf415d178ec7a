"""The command line of the checks, called by ``cargo xtask terraform``.

Deals with: the verbs, running units in parallel, the report.
Does not deal with: what a check is (``steps.py``, ``shape.py``, ``tables.py``).

    python -m runner check ROOT SCRATCH CHECKOV-PYTHON [FILTER]
    python -m runner docs ROOT
    python -m runner with SCHEMA... -- COMMAND...
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import hcl, security, served, shape, steps, tables, units
from .terraform import Failed, Terraform

AT_ONCE = 2
"""As many as the smallest machine has cores."""


def check(root: Path, scratch: Path, checkov: str, wanted: str = "") -> int:
    found = units.find(root, wanted)
    if not found:
        print(f'no module or example has "{wanted}" in its path; there are:')
        print("\n".join(f"  {unit.path}" for unit in units.find(root, "")))
        return 1
    units.copy(root, scratch)
    with served.all_schemas() as environments, ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [
            ("format", lambda: formatted(root)),
            ("shape and tables", lambda: looks(root, wanted)),
            ("checkov", lambda: security.check(checkov, examples(root, wanted))),
            *((unit.label, job(unit, scratch, environments)) for unit in found),
        ]
        good = list(pool.map(report, *zip(*jobs, strict=True)))
    print(f"{sum(good)} passed, {len(good) - sum(good)} failed")
    return 0 if all(good) else 1


def report(name: str, run: Callable[[], str]) -> bool:
    """Runs one job and prints how it went; whether it went well."""
    began = time.monotonic()
    try:
        words, good = run(), True
    except (Failed, subprocess.TimeoutExpired) as failure:
        words, good = str(failure), False
    head = f"{'ok' if good else 'FAILED':<7}{time.monotonic() - began:6.1f} s  {name}"
    print(f"{head}: {words}" if good else f"{head}\n{words}\n", flush=True)
    return good


def job(unit: units.Unit, scratch: Path, environments: dict[str, dict[str, str]]) -> Callable[[], str]:
    terraform = Terraform(unit.within(scratch), unit.path, environments[unit.schema])
    return lambda: steps.run(terraform, unit.kind == "examples")


def formatted(root: Path) -> str:
    done = Terraform(root, "terraform", {}).call("fmt", "-check", "-recursive", "terraform", accept=(0, 3))
    if done.returncode:
        raise Failed(f"{done.stdout.strip()}\nrun `terraform fmt -recursive terraform`")
    return "as terraform fmt writes it"


def looks(root: Path, wanted: str) -> str:
    chosen = folders(root, wanted)
    versions = served.versions()
    found = []
    for kind, shown, folder in chosen:
        declared = hcl.read(folder)
        found += shape.check(declared, hcl.read_tests(folder), shown, kind, versions)
        found += tables.check(declared, folder, shown, kind)
    if found:
        raise Failed("\n".join(found))
    return f"{len(chosen)} folders"


def examples(root: Path, wanted: str) -> list[tuple[Path, str]]:
    return [(folder, shown) for kind, shown, folder in folders(root, wanted) if kind == "examples"]


def folders(root: Path, wanted: str) -> list[tuple[str, str, Path]]:
    """Kind, name in messages, and folder of each module and example whose name contains ``wanted``."""
    every = [(kind, units.path(cloud, kind, folder), folder) for cloud, kind, folder in units.folders(root)]
    return [one for one in every if wanted in one[1]]


def docs(root: Path) -> int:
    found = []
    for kind, shown, folder in folders(root, ""):
        found += tables.check(hcl.read(folder), folder, shown, kind, write=True)
    print("\n".join([*found, f"{len(found)} folders without tables"]))
    return 1 if found else 0


def run_with(words: list[str]) -> int:
    cut = words.index("--")
    unknown = set(words[:cut]) - set(served.NAMES)
    if unknown:
        print(f"no schema {', '.join(unknown)}; there are {', '.join(served.NAMES)}")
        return 2
    with served.schemas(words[:cut]) as variables:
        return subprocess.run(words[cut + 1 :], env={**os.environ, **variables}, check=False).returncode


def main(words: list[str]) -> int:
    match words:
        case ["check", root, scratch, checkov, *wanted] if len(wanted) < 2:
            return check(Path(root), Path(scratch), checkov, *wanted)
        case ["docs", root]:
            return docs(Path(root))
        case ["with", *rest] if "--" in rest:
            return run_with(rest)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
