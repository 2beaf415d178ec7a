"""What is wrong fails: faults planted into the modules, then planned for real.

Deals with: one planted plan a cloud, every fault with its place and sentence, no others.
Does not deal with: what is planted (``edits.py``), faults of the code (``code.py``), what Terraform refuses to
plan (``refused.py``).
"""

from __future__ import annotations

from pathlib import Path

from . import docs, edits
from .anyfn import Anyfn, Fault, compare
from .example import Example

EDITS = {"aws": edits.AWS, "azure": edits.AZURE}

IMAGES, WEBHOOK, CLEANUP = "module.image_processing.module", "module.webhook.module", "module.cron_cleanup.module"
POLICY = 'aws_iam_role_policy.this["needs"] policy.Statement'
AZURE_APP = "function.azurerm_function_app_flex_consumption.this"
ASSIGNED = "function.azurerm_role_assignment.code"

FAULTS: dict[str, dict[str, list[Fault]]] = {
    "aws": {
        "webhook": [
            ("drift", f'{WEBHOOK}.function["receive"].aws_lambda_function.this handler', "function is: `receive`"),
            ("grant", f'{WEBHOOK}.function["archive"].{POLICY}[0]', "it grants `s3:*`"),
            (
                "trigger",
                f'{WEBHOOK}.queue_trigger["archive"].aws_lambda_event_source_mapping.this enabled',
                "nothing calls `archive`; a right one: true",
            ),
        ],
        "image-processing": [
            (
                "grant",
                f'{IMAGES}.function["thumbnail"].{POLICY}[3]',
                "it grants `s3:GetObject` on `arn:aws:s3:::payroll/*`: the code asks for that on",
            ),
            (
                "trigger",
                f'{IMAGES}.function["thumbnail"].aws_lambda_function.this',
                "changes of the store `photos` should call `thumbnail`, and nothing does",
            ),
            ("loop", "function `thumbnail`", "(the store `thumbnails` is bound to the same place)"),
        ],
        "cron-cleanup": [
            (
                "drift",
                f'{CLEANUP}.schedule[0].aws_scheduler_schedule.this["sweep"] schedule_expression',
                "it is `cron(0 4 * * ? *)`, and the code's schedule of `sweep` is `0 3 * * *`",
            ),
            (
                "drift",
                f'{CLEANUP}.queue["cleanups"].aws_sqs_queue.this visibility_timeout_seconds',
                "it is 60 s, less than the 300 s that a call may take",
            ),
        ],
    },
    "azure": {
        "webhook": [
            (
                "drift",
                f"{WEBHOOK}.{AZURE_APP} app_settings.WEBHOOK_SECRET_GITLAB",
                "the code declares no setting `WEBHOOK_SECRET_GITLAB`; it declares WEBHOOK_SECRET_GITHUB",
            ),
            ("trigger", f"{WEBHOOK}.{AZURE_APP} app_settings.AzureWebJobs_archive_Disabled", "it turns `archive` off"),
            ("grant", f'{WEBHOOK}.{ASSIGNED}["blob archive read"] scope', "wider than what the code declares"),
            ("grant", f'{WEBHOOK}.{ASSIGNED}["blob archive write"] scope', "wider than what the code declares"),
        ],
        "image-processing": [
            (
                "grant",
                f'{IMAGES}.{ASSIGNED}["blob photos read"] role_definition_name',
                "`Storage Blob Data Contributor` grants",
            ),
            (
                "trigger",
                f'{IMAGES}.blob_events["thumbnail"].azurerm_eventgrid_system_topic_event_subscription.this '
                "subject_filter.subject_begins_with",
                "it is `/blobServices/default/containers/photos/blobs/other/`, and `thumbnail` listens to",
            ),
            ("loop", "function `thumbnail`", "(the store `thumbnails` is bound to the same place)"),
        ],
        "cron-cleanup": [
            (
                "grant",
                f'{CLEANUP}.{ASSIGNED}["blob photos list"] role_definition_name',
                "`Storage Blob Data Contributor` grants",
            ),
        ],
    },
}

SHOWN = ("anyfn check -p webhook --plan plan.json", "failed")
"""What docs/deploy.md shows of the planted aws-media."""


def plant(example: Example) -> None:
    for file, old, new in EDITS[example.unit.cloud]:
        example.edit(file, old, new)


def check(anyfn: Anyfn, example: Example, plan: Path) -> str:
    """Raises Failed unless exactly the planted faults are found."""
    cloud = example.unit.cloud
    for app, faults in FAULTS[cloud].items():
        compare(app, anyfn.check(app, cloud, plan), faults)
    return f"{sum(map(len, FAULTS[cloud].values()))} faults found, each with its place"


def as_documented(anyfn: Anyfn, root: Path, plan: Path) -> str:
    """Raises Failed unless docs/deploy.md shows what is printed of the planted webhook."""
    said = anyfn.call(*anyfn.words("webhook", "aws", plan), accept=(1,)).stdout
    docs.compare((root / docs.PAGE).read_text(), *SHOWN, said)
    return f"as {docs.PAGE} shows"
