"""The command line of the checks, called by ``cargo xtask terraform``.

Deals with: the verbs, running units in parallel, the report.
Does not deal with: what a check is (``steps.py``, ``shape.py``).

    python -m runner check ROOT SCRATCH [FILTER]
    python -m runner with SCRATCH SCHEMA... -- COMMAND...
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import served, steps, units
from .terraform import Failed, Terraform

AT_ONCE = 2


def check(root: Path, scratch: Path, wanted: str = "") -> int:
    found = units.find(root, wanted)
    if not found:
        print(f'no module or example has "{wanted}" in its path; there are:')
        print("\n".join(f"  {unit.path}" for unit in units.find(root, "")))
        return 1 if wanted else 0
    units.copy(root, scratch)
    failures = badly_formatted(root)
    with served.all_schemas(scratch) as environments:

        def one(unit: units.Unit) -> tuple[units.Unit, float, str, bool]:
            began = time.monotonic()
            terraform = Terraform(unit.within(scratch), unit.path, environments[unit.schema])
            try:
                words, good = steps.run(terraform, unit.kind == "examples"), True
            except (Failed, subprocess.TimeoutExpired) as failure:
                words, good = str(failure), False
            return unit, time.monotonic() - began, words, good

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for unit, took, words, good in pool.map(one, found):
                failures += not good
                head = f"{'ok' if good else 'FAILED':<7}{took:6.1f} s  {unit.label}"
                print(f"{head}: {words}" if good else f"{head}\n{words}\n", flush=True)
    print(f"{len(found) + 1 - failures} passed, {failures} failed")
    return 1 if failures else 0


def badly_formatted(root: Path) -> int:
    """1 if ``terraform fmt`` would change a file, which it prints; else 0."""
    done = Terraform(root, "terraform", {}).call("fmt", "-check", "-recursive", "terraform", accept=(0, 3))
    if done.returncode:
        print(f"FAILED  format: run `terraform fmt -recursive terraform`\n{done.stdout}")
    return int(done.returncode != 0)


def run_with(scratch: Path, words: list[str]) -> int:
    cut = words.index("--")
    with served.schemas(scratch, words[:cut]) as environment:
        return subprocess.run(words[cut + 1 :], env=environment, check=False).returncode


def main(words: list[str]) -> int:
    match words:
        case ["check", root, scratch, *wanted] if len(wanted) < 2:
            return check(Path(root), Path(scratch), *wanted)
        case ["with", scratch, *rest] if "--" in rest:
            return run_with(Path(scratch), rest)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
