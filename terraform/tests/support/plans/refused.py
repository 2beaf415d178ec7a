"""What Terraform refuses to plan, with a sentence that names the place.

Deals with: manifests that cannot be deployed, a misspelt argument in a module.
Does not deal with: what each variable refuses; the modules' own tests break every validation.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from runner.terraform import Failed

from .code import one_need_more
from .example import Example
from .packages import changed


def bad_cron(manifest: dict) -> None:
    trigger = next(one for one in manifest["functions"] if one["name"] == "sweep")["trigger"]
    trigger["cron"] = "61 3 * * *"


CHANGES = {"image-processing": one_need_more, "cron-cleanup": bad_cron}

SAYS = {
    "aws": (
        "`thumbnail` hears of what is created in `photos`, and the app image-processing writes there",
        "`sweep` has the cron `61 3 * * *`",
    ),
    "azure": (
        "function `thumbnail` is called when a blob of the store `photos` is created, and the app may write there",
        "sweep (61 3 * * *)",
    ),
}

MISSPELT = ("modules/queue-trigger/main.tf", "batch_size ", "batch_sise ")


def manifests(example: Example, dist: Path, scratch: Path) -> str:
    """Raises Failed unless a loop and a bad cron are refused, in one run, by name."""
    wrong = scratch / f"{example.unit.schema}-dist"
    shutil.copytree(dist, wrong, dirs_exist_ok=True)
    for app, change in CHANGES.items():
        (wrong / app / "manifest.json").write_text(changed(dist, app, change))
    said = example.refuses(wrong)
    lost = [words for words in SAYS[example.unit.cloud] if words not in said]
    if lost:
        raise Failed(f"{example.terraform.shown}: {lost} is not in: {said}")
    return f"{len(CHANGES)} manifests refused"


def misspelt(example: Example) -> str:
    """Raises Failed unless a misspelt argument is refused with its file and line. The copy keeps it."""
    file, old, new = MISSPELT
    example.edit(file, old, new)
    try:
        example.terraform.validate()
    except Failed as failure:
        place = rf"(?m)^terraform/{example.unit.cloud}/{re.escape(file)}:\d+: error: "
        if re.search(rf"{place}.*\"{new.strip()}\" is not expected here", str(failure)):
            return "a misspelt argument refused"
        raise
    raise Failed(f"{example.terraform.shown}: `{new.strip()}` is taken for an argument")
