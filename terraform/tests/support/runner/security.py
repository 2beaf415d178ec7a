"""What checkov says of the examples, compared with what is accepted.

Deals with: no finding in a hardened example, only listed ones elsewhere, a reason for each.
Does not deal with: running checkov (``../scan``).

``checkov.txt`` beside an example lists what it accepts, one a line:
``CKV_AWS_117 module.app.*aws_lambda_function.this  # no database to reach, and a gateway costs by the hour``
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from .terraform import Failed

LIMIT_S = 1200
BASELINE = "checkov.txt"


@dataclass(frozen=True)
class Accepted:
    """A line of a baseline: findings of one check on resources that match a glob."""

    check: str
    resource: str
    reason: str
    line: int


def scan(python: str, folders: list[Path]) -> dict[str, dict]:
    """checkov's findings by folder; ``python`` is that of checkov's environment.

    Raises Failed if it cannot be run.
    """
    words = [python, "-m", "scan", *map(str, folders)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT_S, check=False, env=os.environ)
    if done.returncode:
        raise Failed(f"checkov: status {done.returncode}\n{done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def baseline(text: str) -> list[Accepted]:
    """The lines of a baseline; what follows ``#`` is the reason."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        finding, _, reason = line.partition("#")
        if finding.strip():
            check, _, resource = finding.strip().partition(" ")
            found.append(Accepted(check, resource.strip() or "*", reason.strip(), number))
    return found


def compare(shown: str, hardened: bool, found: dict, accepted: list[Accepted]) -> list[str]:
    """One sentence a finding that is not accepted, and one a line that accepts nothing."""
    out = [f"{shown}: {check} is skipped on {on} for no reason" for check, on, reason in found["skipped"] if not reason]
    place = f"{shown}/{BASELINE}"
    if hardened and accepted:
        out.append(f"{place}: a hardened example accepts nothing; skip inline, with a reason")
        accepted = []
    used = set()
    for check, on, name in found["failed"]:
        covers = [one for one in accepted if one.check == check and fnmatchcase(on, one.resource)]
        used.update(covers)
        if not covers:
            how = "meet it or skip it inline with a reason" if hardened else f"meet it or accept it in {place}"
            out.append(f"{shown}: {check} on {on}: {name}; {how}")
    out += [f"{place}:{one.line}: give a reason after #" for one in accepted if not one.reason]
    out += [
        f"{place}:{one.line}: {one.check} is no longer found; take the line out" for one in accepted if one not in used
    ]
    return out


def check(python: str, examples: list[tuple[Path, str]]) -> str:
    """Checks examples, each a folder and what it is called.

    Raises Failed with all findings.
    """
    if not examples:
        return "no examples"
    found = scan(python, [folder for folder, _ in examples])
    out, passed = [], 0
    for folder, shown in examples:
        file = folder / BASELINE
        accepted = baseline(file.read_text()) if file.exists() else []
        out += compare(shown, folder.name.endswith("-hardened"), found[str(folder)], accepted)
        passed += found[str(folder)]["passed"]
    if out:
        raise Failed("\n".join(out))
    return f"{len(examples)} examples, {passed} checks passed"
