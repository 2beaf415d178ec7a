"""What is right passes.

Deals with: every app of every example that deploys one, the figures that the documentation shows.
Does not deal with: faults (``planted.py``).
"""

from __future__ import annotations

from pathlib import Path

from runner.terraform import Failed

from . import docs
from .anyfn import Anyfn, compare
from .example import Example
from .packages import APPS

DEPLOYED = {"aws-media": APPS, "aws-hardened": APPS, "azure-media": APPS, "azure-hardened": APPS[:1]}
"""Example -> the apps that it deploys."""

FIRST = {"aws-hardened": "aws_kms_key.this"}
"""What must be there before a plan shows every policy: those on a key hold the id that AWS gives it."""

UNKNOWN = "the policy is known only after apply"

FEWEST = 20
"""Comparisons that any app takes; a check that found nothing to compare would pass too."""

SHOWN = (("anyfn check -p image-processing --plan plan.json", "passed"), ("anyfn idle --plan plan.json", "USD a month"))
"""What docs/deploy.md shows of aws-media."""


def check(anyfn: Anyfn, example: Example, plan: Path) -> str:
    """Raises Failed unless the checks pass and everything that bills has a reason."""
    words = []
    for app in DEPLOYED[example.name]:
        found = anyfn.check(app, example.unit.cloud, plan)
        compare(app, found, [])
        # A package, a policy or a queue that was not compared is told in a note of its own.
        skipped = [note for note in found["notes"] if not note["place"].startswith("function `")]
        if skipped or found["compared"] < FEWEST:
            raise Failed(f"{app}: {found['compared']} comparisons; not compared: {skipped}")
        words.append(f"{app} {found['compared']}")
    bill = anyfn.call("idle", "--plan", plan, "--deny").stdout
    total = next(line for line in bill.splitlines() if "USD a month at zero traffic" in line)
    return f"{', '.join(words)} comparisons; {total}"


def first(anyfn: Anyfn, example: Example, plan: Path) -> str:
    """Raises Failed unless a plan that makes its own key fails, by the policies on that key alone."""
    app = DEPLOYED[example.name][0]
    found = anyfn.check(app, example.unit.cloud, plan)
    told = [one for one in found["unknown"] if "aws_iam_role_policy" in one["place"] and UNKNOWN in one["says"]]
    if not told or told != found["unknown"]:
        raise Failed(f"{app}: {found['unknown']} is not what the key's policies are told by")
    compare(app, {**found, "unknown": []}, [])
    anyfn.call(*anyfn.words(app, example.unit.cloud, plan), "--allow-unknown")
    return f"{len(told)} policies unknown before the key is there"


def as_documented(anyfn: Anyfn, root: Path, plan: Path) -> str:
    """Raises Failed unless docs/deploy.md shows what the commands print of aws-media."""
    page = (root / docs.PAGE).read_text()
    (check, passed), (idle, usd) = SHOWN
    said = anyfn.call(*anyfn.words("image-processing", "aws", plan)).stdout
    docs.compare(page, check, passed, said)
    docs.compare(page, idle, usd, anyfn.call("idle", "--plan", plan).stdout)
    return f"as {docs.PAGE} shows"
