"""Runs checkov on folders and prints what it found as JSON.

Deals with: one process for many folders (checkov takes seconds to load), no network.
Does not deal with: which findings are accepted (``../runner/security.py``).

    python -m scan FOLDER...

prints ``{FOLDER: {"passed": 3, "failed": [["CKV_AWS_117", "module.app.aws_lambda_function.this", "its name"]],
"skipped": [["CKV_AWS_27", "aws_sqs_queue.this", "the reason given"]]}}``.
"""

from __future__ import annotations

import functools
import json
import logging
import sys

from checkov.common.graph.graph_builder.graph_components import blocks
from checkov.runner_filter import RunnerFilter
from checkov.terraform.runner import Runner

# It builds a parser for every path that it reads, a third of its time; a path reads the same every time.
blocks.parse = functools.cache(blocks.parse)


def scan(folder: str) -> dict:
    wanted = RunnerFilter(framework=["terraform"], download_external_modules=False)
    report = Runner().run(root_folder=folder, runner_filter=wanted)
    if report.parsing_errors:
        raise SystemExit(f"checkov cannot read {', '.join(report.parsing_errors)}")
    return {
        "passed": len(report.passed_checks),
        "failed": [[one.check_id, one.resource, one.check_name] for one in report.failed_checks],
        "skipped": [
            [one.check_id, one.resource, one.check_result.get("suppress_comment", "")] for one in report.skipped_checks
        ],
    }


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    print(json.dumps({folder: scan(folder) for folder in sys.argv[1:]}))
