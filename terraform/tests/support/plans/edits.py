"""The faults that are planted.

Deals with: which text of a module becomes which.
Does not deal with: what is found of it (``planted.py``).
"""

from __future__ import annotations

Edit = tuple[str, str, str]
"""A file, named from the folder of the cloud; an old text and a new one."""

AWS: list[Edit] = [
    # A misspelt handler.
    ("modules/function/main.tf", "= var.handler\n", '= replace(var.handler, "receive", "recieve")\n'),
    # A policy that is too wide, and one on a bucket of somebody else.
    (
        "modules/app/iam.tf",
        "Statement = local.needs }",
        """Statement = concat(
        [for s in local.needs : merge(s, name == "archive" && s.Sid == "ObjectsArchive" ? { Action = ["s3:*"] } : {})],
        [for arn in ["arn:aws:s3:::payroll/*"] :
          { Effect = "Allow", Action = ["s3:GetObject"], Resource = arn } if name == "thumbnail"
        ],
      ) }""",
    ),
    # A trigger that is off, and one that is not there.
    (
        "modules/queue-trigger/main.tf",
        "enabled = var.enabled",
        'enabled = !strcontains(var.target_arn, ":webhook-archive:")',
    ),
    (
        "modules/app/main.tf",
        "for_each = local.source\n",
        'for_each = { for name, queue in local.source : name => queue if name != "thumbnail" }\n',
    ),
    # A loop: both stores are one bucket.
    ("modules/app/names.tf", '"${local.name}-${store}"', '"${local.name}-${replace(store, "thumbnails", "photos")}"'),
    ("modules/app/names.tf", '/${local.name}/${store}"', '/${local.name}/${replace(store, "thumbnails", "photos")}"'),
    # A schedule that was moved, and messages that come back while a call runs.
    (
        "modules/schedule/main.tf",
        "= local.expressions[each.key]\n",
        '= replace(local.expressions[each.key], "cron(0 3 ", "cron(0 4 ")\n',
    ),
    (
        "modules/queue/main.tf",
        "= 6 * var.function_timeout_s",
        '= startswith(var.name, "cron-cleanup-") ? 60 : 6 * var.function_timeout_s',
    ),
]

AZURE: list[Edit] = [
    # A setting that the code does not know, and a function that is off.
    (
        "modules/app/main.tf",
        "    [for trigger in module.queue_trigger : trigger.app_settings],\n",
        """    [for trigger in module.queue_trigger : trigger.app_settings],
    [for name in ["WEBHOOK_SECRET_GITLAB", "AzureWebJobs_archive_Disabled"] :
      { (name) = "true" } if local.app == "webhook"
    ],
""",
    ),
    # A role that is too wide, and a scope that is.
    (
        "modules/app/iam.tf",
        '== "read" ? "Storage Blob Data Reader" :',
        '== "read" ? (name == "photos" ? "Storage Blob Data Contributor" : "Storage Blob Data Reader") :',
    ),
    (
        "modules/app/iam.tf",
        "= local.stores[name].scope\n",
        '= trimsuffix(local.stores[name].scope, "/blobServices/default/containers/archive")\n',
    ),
    # Events of other blobs than the code listens to.
    ("modules/blob-events/main.tf", "/blobs/${var.prefix}", "/blobs/other/${var.prefix}"),
    # A loop: both stores are one container.
    ("modules/blob/main.tf", "= each.key\n", '= replace(each.key, "thumbnails", "photos")\n'),
]
