"""The command ``anyfn``, called on plans.

Deals with: running ``check`` and ``idle``, comparing what they find with what they should.
Does not deal with: which plans (``passing.py``, ``planted.py``).
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from runner.terraform import Failed

LIMIT_S = 300
PACKAGES = {"aws": "aws-arm64.zip", "azure": "azure-x86_64.zip"}

Fault = tuple[str, str, str]
"""Kind, place, and words of the sentence."""


@dataclass(frozen=True)
class Anyfn:
    """The executables of ``binaries``, and the packages in ``dist``."""

    binaries: Path
    dist: Path

    def call(self, *words: str | Path, accept: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess:
        """Runs ``anyfn WORDS``.

        Raises Failed with everything that it said unless its exit status is one of ``accept``.
        """
        words = [str(word) for word in words]
        done = subprocess.run(
            [self.binaries / "anyfn", *words],
            cwd=self.dist,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        if done.returncode not in accept:
            said = (done.stdout + done.stderr).strip()
            raise Failed(f"anyfn {' '.join(words)}: status {done.returncode}\n{said}")
        return done

    def words(self, app: str, cloud: str, plan: Path, code: Path | None = None) -> list[str | Path]:
        """The words that check ``app``; ``code`` is an executable in place of its own."""
        folder = self.dist / app
        files = ["--manifest", folder / "manifest.json", "--package", folder / PACKAGES[cloud]]
        return ["check", "--bin", code or self.binaries / app, *files, "--plan", plan]

    def check(self, app: str, cloud: str, plan: Path, code: Path | None = None) -> dict:
        """What ``anyfn check --json`` finds.

        Raises Failed where the exit status is not that of what is found.
        """
        done = self.call(*self.words(app, cloud, plan, code), "--json", accept=(0, 1))
        found = json.loads(done.stdout)
        clean = not found["faults"] and not found["unknown"]
        if (done.returncode == 0) != clean or found["passed"] != clean or found["app"] != app:
            raise Failed(f"{app}: status {done.returncode} for {done.stdout}")
        return found


def compare(app: str, found: dict, expected: list[Fault]) -> None:
    """Raises Failed unless ``found`` are the ``expected`` faults, all of them and no others."""
    left = [(one["kind"], one["place"], one["says"]) for one in found["faults"]]
    missing = []
    for kind, place, words in expected:
        named = [one for one in left if one[:2] == (kind, place) and words in one[2]]
        left = [one for one in left if one not in named]
        if not named:
            missing.append((kind, place, words))
    wrong = [f"not found: {one}" for one in missing] + [f"not expected: {one}" for one in left]
    wrong += [f"unknown: {one['place']}: {one['says']}" for one in found["unknown"]]
    if wrong:
        raise Failed("\n".join(f"{app}: {line}" for line in wrong))
