"""What is run on one module or example.

Deals with: init, validate, test; of an example also apply, an empty second plan, destroy.
Does not deal with: what its tests must contain (``shape.py``).
"""

from __future__ import annotations

import re
from pathlib import Path

from .terraform import Failed, Terraform

VALUES = "tests/terraform.tfvars"
"""Values for an example's required variables. ``terraform test`` reads the file by itself."""

LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'


def run(terraform: Terraform, example: bool) -> str:
    """Runs everything; returns a few words for the report.

    Raises Failed with what did not hold.
    """
    if example:
        _keep_state_here(terraform.folder)
    terraform.call("init", "-no-color", "-input=false")
    terraform.validate()
    words = f"{terraform.test()} tests"
    return f"{words}, {_apply(terraform)}" if example else words


def _keep_state_here(folder: Path) -> None:
    """An example may name a backend in a cloud: the file overrides it in this copy alone."""
    if any(re.search(r'^\s*backend\s+"', file.read_text(), re.M) for file in folder.glob("*.tf")):
        (folder / "state_override.tf").write_text(LOCAL_STATE)


def _apply(terraform: Terraform) -> str:
    values = [f"-var-file={VALUES}"] if (terraform.folder / VALUES).exists() else []
    flags = ["-no-color", "-input=false", *values]
    applied = terraform.call("apply", "-auto-approve", *flags).stdout
    again = terraform.call("plan", "-detailed-exitcode", *flags, accept=(0, 2))
    if again.returncode == 2:
        raise Failed(f"{terraform.shown}: a second plan is not empty\n{again.stdout.strip()}")
    terraform.call("destroy", "-auto-approve", *flags)
    left = terraform.call("state", "list").stdout.strip()
    if left:
        raise Failed(f"{terraform.shown}: left after destroy: {left}")
    count = re.search(r"Resources: (\d+) added", applied)
    return f"{count[1] if count else 0} resources applied"
