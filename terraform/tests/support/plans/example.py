"""A real plan of one example.

Deals with: init, plan and ``terraform show -json`` with packages of ours, edits of the copy, what is refused.
Does not deal with: what a plan is expected to say.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from runner import steps, units
from runner.terraform import Failed, Terraform

FLAGS = ("-no-color", "-input=false")


@dataclass(frozen=True)
class Example:
    """The copy of an example below ``scratch``, on one schema."""

    unit: units.Unit
    scratch: Path
    terraform: Terraform

    @property
    def name(self) -> str:
        return self.unit.source.name

    def init(self) -> None:
        self.terraform.call("init", *FLAGS)

    def plan(self, dist: Path) -> Path:
        """Plans with the packages in ``dist``; the path of what ``terraform show -json`` prints."""
        done = self._plan(dist)
        if done.returncode:
            raise Failed(f"{self.terraform.shown}: terraform plan\n{done.stderr.strip()}")
        path = self.terraform.folder / "plan.json"
        path.write_text(self.terraform.call("show", "-json", "plan.bin").stdout)
        return path

    def apply(self, target: str, dist: Path) -> None:
        """Makes one resource, so that later plans know what the provider computes of it."""
        self.terraform.call("apply", "-auto-approve", f"-target={target}", *self._words(dist))

    def refuses(self, dist: Path) -> str:
        """What Terraform says as it refuses to plan, on one line.

        Raises Failed if it plans.
        """
        done = self._plan(dist)
        if done.returncode == 0:
            raise Failed(f"{self.terraform.shown}: it should refuse {dist}, and plans it")
        return " ".join(done.stderr.split())

    def edit(self, file: str, old: str, new: str) -> None:
        """Replaces ``old`` in a file of the copy; ``file`` is named from the folder of the cloud."""
        path = self.scratch / self.unit.schema / "terraform" / self.unit.cloud / file
        text = path.read_text()
        if old not in text:
            raise Failed(f"terraform/{self.unit.cloud}/{file}: nothing can be planted, for this is not in it: {old}")
        path.write_text(text.replace(old, new))

    def _plan(self, dist: Path) -> subprocess.CompletedProcess:
        return self.terraform.call("plan", *self._words(dist), "-out=plan.bin", accept=(0, 1))

    def _words(self, dist: Path) -> list[str]:
        return [*FLAGS, f"-var-file={steps.VALUES}", f"-var=dist={dist}"]


def find(root: Path, scratch: Path, environments: dict[str, dict[str, str]]) -> dict[tuple[str, str], Example]:
    """Every example by name and schema, in a new copy below ``scratch``."""
    units.copy(root, scratch)
    found = {}
    for unit in units.find(root, "examples/"):
        terraform = Terraform(unit.within(scratch), unit.path, environments[unit.schema])
        found[unit.source.name, unit.schema] = Example(unit, scratch, terraform)
    return found
