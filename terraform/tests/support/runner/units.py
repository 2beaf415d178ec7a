"""The modules and examples, each on each provider version that it has to work with.

Deals with: finding them, copying them where Terraform may write.
Does not deal with: what is run on them (``steps.py``).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

CLOUDS = {"aws": ("aws",), "azure": ("azurerm-4", "azurerm-5")}
"""Folder of a cloud -> the schemas (files in ``schemas/``) that its modules are checked on."""

KINDS = ("modules", "examples")
LEFT_OUT = shutil.ignore_patterns(".terraform", "*.tfstate*", ".terraform.lock.hcl")


@dataclass(frozen=True)
class Unit:
    """A module or example on one schema. ``source`` is where its files are kept."""

    source: Path
    cloud: str
    kind: str
    schema: str

    @property
    def path(self) -> str:
        return path(self.cloud, self.kind, self.source)

    @property
    def label(self) -> str:
        alone = len(CLOUDS[self.cloud]) == 1
        return self.path.removeprefix("terraform/") + ("" if alone else f" ({self.schema})")

    def within(self, scratch: Path) -> Path:
        """Its copy below ``scratch``."""
        return scratch / self.schema / self.path


def path(cloud: str, kind: str, folder: Path) -> str:
    """Where a folder is, from the workspace's root: ``terraform/aws/modules/queue``."""
    return f"terraform/{cloud}/{kind}/{folder.name}"


def folders(root: Path) -> list[tuple[str, str, Path]]:
    """Cloud, kind and folder of every module and example."""
    found = []
    for cloud in CLOUDS:
        for kind in KINDS:
            parent = root / "terraform" / cloud / kind
            below = sorted(parent.iterdir()) if parent.is_dir() else []
            found += [(cloud, kind, folder) for folder in below if any(folder.glob("*.tf"))]
    return found


def find(root: Path, wanted: str) -> list[Unit]:
    """The units whose path contains ``wanted``."""
    every = [Unit(folder, cloud, kind, schema) for cloud, kind, folder in folders(root) for schema in CLOUDS[cloud]]
    return [unit for unit in every if wanted in unit.path]


def copy(root: Path, scratch: Path) -> None:
    """One copy of the workspace's Terraform a schema; the rest of the workspace is linked beside it."""
    shutil.rmtree(scratch, ignore_errors=True)
    for cloud, schemas in CLOUDS.items():
        source = root / "terraform" / cloud
        for schema in schemas if source.is_dir() else ():
            below = scratch / schema
            shutil.copytree(source, below / "terraform" / cloud, ignore=LEFT_OUT)
            _link(root, below)
            _link(root / "terraform", below / "terraform")


def _link(source: Path, below: Path) -> None:
    """Links what ``source`` holds and ``below`` does not, so that paths to it hold."""
    for entry in source.iterdir():
        if entry.name not in ("target", ".git") and not (below / entry.name).exists():
            (below / entry.name).symlink_to(entry)
