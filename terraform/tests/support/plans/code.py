"""What is wrong in the code, or newer than the plan, fails.

Deals with: executables whose code was changed after the plan was made, and one that cannot be listed.
Does not deal with: how an application declares (``runtime/``).
"""

from __future__ import annotations

from pathlib import Path

from runner.terraform import Failed

from .anyfn import Anyfn, Fault, compare
from .packages import changed, printing, script


def one_need_more(manifest: dict) -> None:
    """photos, whose new blobs call the function, may be written too."""
    next(need for need in manifest["needs"] if need["name"] == "photos")["access"].append("write")


def cron_moved(manifest: dict) -> None:
    trigger = next(one for one in manifest["functions"] if one["name"] == "sweep")["trigger"]
    trigger["cron"] = "30 3 * * *"


CHANGES = {"image-processing": one_need_more, "cron-cleanup": cron_moved}

IMAGES, CLEANUP = "module.image_processing.module", "module.cron_cleanup.module"
MANIFESTS: dict[str, Fault] = {
    "image-processing": (
        "drift",
        "DIST/image-processing/manifest.json needs.blob.photos",
        "write it again: anyfn build",
    ),
    "cron-cleanup": ("drift", "DIST/cron-cleanup/manifest.json functions.sweep", "write it again: anyfn build"),
}
LOOP: Fault = ("loop", "function `thumbnail`", "a blob created in `photos` calls it, and the app may write there")

FAULTS: dict[str, dict[str, list[Fault]]] = {
    "aws": {
        "image-processing": [
            MANIFESTS["image-processing"],
            (
                "missing",
                f'{IMAGES}.function["thumbnail"].aws_iam_role.this name',
                "need of the store `photos` is not granted",
            ),
            LOOP,
        ],
        "cron-cleanup": [
            MANIFESTS["cron-cleanup"],
            (
                "drift",
                f'{CLEANUP}.schedule[0].aws_scheduler_schedule.this["sweep"] schedule_expression',
                "it is `cron(0 3 * * ? *)`, and the code's schedule of `sweep` is `30 3 * * *`",
            ),
        ],
    },
    "azure": {
        "image-processing": [
            MANIFESTS["image-processing"],
            (
                "missing",
                f"{IMAGES}.function.azurerm_function_app_flex_consumption.this identity",
                "need of the store `photos` is not granted",
            ),
            LOOP,
        ],
        "cron-cleanup": [
            MANIFESTS["cron-cleanup"],
            (
                "drift",
                "DIST/cron-cleanup/azure-x86_64.zip sweep/function.json",
                "it says something else than the code; build it again",
            ),
        ],
    },
}
"""Places begin with ``DIST`` where they are in the folder of packages."""

BAD_CRON = ("`sweep`", "`61 3 * * *`", "a right one: `0 3 * * *`")
"""Words of the sentence about the bad cron of the end-to-end tests' app."""


def check(anyfn: Anyfn, scratch: Path, cloud: str, plan: Path) -> str:
    """Raises Failed unless each change of the code is found in a plan that was made before it."""
    for app, change in CHANGES.items():
        code = printing(scratch / f"{cloud}-{app}", changed(anyfn.dist, app, change))
        faults = [(kind, place.replace("DIST", str(anyfn.dist)), words) for kind, place, words in FAULTS[cloud][app]]
        compare(app, anyfn.check(app, cloud, plan, code), faults)
    return f"{sum(map(len, FAULTS[cloud].values()))} faults of changed code found"


def bad_cron(anyfn: Anyfn, scratch: Path, plan: Path) -> str:
    """Raises Failed unless a cron that nothing can run fails the check by the code's own listing."""
    code = script(scratch / "bad-cron", f'TROUBLE=cron exec {anyfn.binaries / "troubled"} "$@"')
    said = anyfn.call("check", "--bin", code, "--plan", plan, accept=(1,))
    lost = [words for words in BAD_CRON if words not in said.stderr]
    if lost or said.stdout:
        raise Failed(f"a bad cron: {lost} is not in {said.stderr}{said.stdout}")
    return "a bad cron named"
