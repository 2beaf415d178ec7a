"""What every module and example must look like, beyond what Terraform asks.

Deals with: tests that break each validation, a mocked test, versions, descriptions, null.
Does not deal with: what the files do (``steps.py``), README files (``tables.py``).
"""

from __future__ import annotations

import re

from . import hcl

OLDEST = ">= 1.9"


def check(declared: hcl.Folder, tests: hcl.Tests, shown: str, kind: str, versions: dict[str, list[str]]) -> list[str]:
    """One sentence a finding.

    ``versions`` has those that the stand-in plays, by provider: a module must accept them all.
    """
    found = []
    if declared.required_version != OLDEST:
        found.append(f'{shown}: say required_version = "{OLDEST}" in versions.tf')
    for name, constraint in declared.providers.items():
        refused = [version for version in versions.get(name, []) if not accepts(constraint, version)]
        found += [
            f'{shown}: provider {name} "{constraint}" leaves out {version}, on which it is tested'
            for version in refused
        ]
    for variable in declared.variables:
        place = f"{shown}/{variable.file}:{variable.line}: variable {variable.name}"
        if variable.validations and variable.name not in tests.broken:
            found.append(
                f"{place} has a validation that no test breaks; add a run with "
                f"expect_failures = [var.{variable.name}] to {shown}/tests"
            )
        explained = variable.default is None or "null" in variable.description.lower()
        if not explained and variable.arguments.get("nullable") is not False:
            found.append(f"{place}: say nullable = false, or in its description what null means")
    for one in [*declared.variables, *declared.outputs]:
        if not one.description:
            found.append(f"{shown}/{one.file}:{one.line}: {one.name} has no description")
    if kind == "modules":
        found += [
            f'{shown}: no test has mock_provider "{name}"; users without an account run those tests'
            for name in declared.providers
            if name not in tests.mocked
        ]
        found += [f"{shown}: a module configures no provider; {name} is its caller's" for name in declared.configured]
    return found


def accepts(constraint: str, version: str) -> bool:
    """Whether a constraint such as ``>= 4.81, < 6.0`` accepts a version."""
    for clause in filter(None, (part.strip() for part in constraint.split(","))):
        operator, wanted = re.fullmatch(r"([<>=!~]*)\s*([\d.]+)", clause).groups()
        asked, have = _numbers(wanted), _numbers(version)
        width = max(len(asked), len(have))
        left, right = (numbers + (0,) * (width - len(numbers)) for numbers in (have, asked))
        holds = {
            ">=": left >= right,
            ">": left > right,
            "<=": left <= right,
            "<": left < right,
            "!=": left != right,
            "~>": left >= right and have[: len(asked) - 1] == asked[:-1],
        }
        if not holds.get(operator, left == right):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
