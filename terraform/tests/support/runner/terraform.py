"""One Terraform call.

Deals with: running it in a folder, turning what it says into sentences that name the place.
Does not deal with: which calls are made (``steps.py``).
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 1200
"""Longer than any call takes on two busy cores."""

COLLECT_SELDOM = {"GOGC": "400"}
"""Terraform is a fifth faster with a heap of a few hundred MiB."""


class Failed(Exception):
    """A check that did not hold; the text says where and what."""


@dataclass(frozen=True)
class Terraform:
    """Terraform in one folder. ``shown`` is what the folder is called in messages."""

    folder: Path
    shown: str
    environment: dict[str, str]
    """Added to this process's own, without what would change a plan."""

    def call(self, *words: str, accept: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess:
        """Runs ``terraform WORDS``.

        Raises Failed with everything that it said unless its exit status is one of ``accept``.
        """
        done = self._run(words)
        if done.returncode not in accept:
            said = (done.stdout + done.stderr).strip()
            raise Failed(f"{self.shown}: terraform {' '.join(words)}: status {done.returncode}\n{said}")
        return done

    def validate(self) -> None:
        """Raises Failed with one line a finding, each beginning with file and line. Warnings count."""
        done = self._run(("validate", "-no-color", "-json"))
        try:
            report = json.loads(done.stdout)
        except ValueError:
            raise Failed(f"{self.shown}: terraform validate: {done.stdout}{done.stderr}") from None
        if report["diagnostics"] or not report["valid"]:
            raise Failed("\n".join(self.sentence(one) for one in report["diagnostics"]))

    def test(self) -> int:
        """Runs every test of the folder; gives how many passed.

        Raises Failed with one line a finding, or when there is no test.
        """
        done = self._run(("test", "-no-color", "-json"))
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        found = [self.sentence(line["diagnostic"]) for line in lines if line["type"] == "diagnostic"]
        passed = sum(line["test_summary"]["passed"] for line in lines if line["type"] == "test_summary")
        if done.returncode != 0:
            raise Failed("\n".join(found) or f"{self.shown}: terraform test: {done.stdout}{done.stderr}")
        if passed == 0:
            raise Failed(f"{self.shown}: no test ran; write one in {self.shown}/tests/NAME.tftest.hcl")
        return passed

    def sentence(self, diagnostic: dict) -> str:
        """A diagnostic of ``-json`` as ``file:line: severity: summary: detail``."""
        found = diagnostic.get("range")
        place = self.shown
        if found:
            place = f"{os.path.normpath(os.path.join(self.shown, found['filename']))}:{found['start']['line']}"
        words = [place, diagnostic["severity"], diagnostic["summary"], diagnostic.get("detail", "")]
        if diagnostic["summary"].startswith(("Invalid resource type", "Invalid data source")):
            words.append("if the provider has it, name it in terraform/tests/support/keep.txt")
        return ": ".join(" ".join(word.split()) for word in words if word)

    def _run(self, words: tuple[str, ...]) -> subprocess.CompletedProcess:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "AWS_", "ARM_"))}
        return subprocess.run(
            ["terraform", *words],
            cwd=self.folder,
            env={**environment, **COLLECT_SELDOM, **self.environment},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
