"""The command line, called by ``cargo xtask terraform plans``.

Deals with: which plans are made, what is done with each, the report.
Does not deal with: what is expected of them (``passing.py``, ``planted.py``, ``code.py``, ``refused.py``).

    python -m plans ROOT SCRATCH BINARIES
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runner import served
from runner.__main__ import AT_ONCE, report

from . import code, packages, passing, planted, refused
from .anyfn import Anyfn
from .example import Example, find

NEWEST = "azurerm-5"
"""The schema on which Azure's faults are planted; what is right passes on both."""


def run(root: Path, scratch: Path, binaries: Path) -> int:
    # Azure runs x86-64 only, and its packages are made by running an executable for it.
    azure = sys.platform == "linux" and platform.machine() == "x86_64"
    anyfn = Anyfn(binaries, scratch / "dist")
    packages.build(binaries, anyfn.dist, azure)
    with served.all_schemas() as environments, ThreadPoolExecutor(AT_ONCE) as pool:
        right = find(root, scratch / "right", environments)
        wrong = find(root, scratch / "wrong", environments)
        jobs = [
            ("planted: " + one.unit.label, faults(anyfn, one, root))
            for one in (wrong["aws-media", "aws"], wrong["azure-media", NEWEST])
            if azure or one.unit.cloud == "aws"
        ]
        jobs += [
            ("right: " + one.unit.label, clean(anyfn, one, root))
            for one in right.values()
            if one.name in passing.DEPLOYED and (azure or one.unit.cloud == "aws")
        ]
        good = list(pool.map(report, *zip(*jobs, strict=True)))
    if not azure:
        print("azure: left out; packages for it are made on Linux on x86-64")
    print(f"{sum(good)} plans passed, {len(good) - sum(good)} failed")
    return 0 if all(good) else 1


def faults(anyfn: Anyfn, example: Example, root: Path) -> Callable[[], str]:
    def job() -> str:
        planted.plant(example)
        example.init()
        plan = example.plan(anyfn.dist)
        words = [planted.check(anyfn, example, plan)]
        if example.unit.cloud == "aws":
            words += [planted.as_documented(anyfn, root, plan), refused.misspelt(example)]
        return "; ".join(words)

    return job


def clean(anyfn: Anyfn, example: Example, root: Path) -> Callable[[], str]:
    def job() -> str:
        example.init()
        words = []
        if example.name in passing.FIRST:
            words.append(passing.first(anyfn, example, example.plan(anyfn.dist)))
            example.apply(passing.FIRST[example.name], anyfn.dist)
        plan = example.plan(anyfn.dist)
        words.append(passing.check(anyfn, example, plan))
        if example.name.endswith("-media") and example.unit.schema in ("aws", NEWEST):
            words.append(code.check(anyfn, example.scratch, example.unit.cloud, plan))
            words.append(refused.manifests(example, anyfn.dist, example.scratch))
        if example.unit.cloud == "aws" and example.name == "aws-media":
            words += [passing.as_documented(anyfn, root, plan), code.bad_cron(anyfn, example.scratch, plan)]
        return "; ".join(words)

    return job


if __name__ == "__main__":
    sys.exit(run(*(Path(word).resolve() for word in sys.argv[1:4])))
