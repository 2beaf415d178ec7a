"""Renders ``aws_iam_policy_document``.

Deals with: the JSON that the real provider writes, statement by statement.
Does not deal with: whether IAM would accept it.
"""

from __future__ import annotations

import json

NAMED = (
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
)


def document(value: dict) -> dict:
    """The policy of a data source's configuration. ``&{...}`` is IAM's ``${...}``."""
    statements = []
    for source in value.get("source_policy_documents") or []:
        statements += json.loads(source).get("Statement", [])
    statements += [_statement(block) for block in value.get("statement") or []]
    for override in value.get("override_policy_documents") or []:
        for statement in json.loads(override).get("Statement", []):
            sid = statement.get("Sid")
            statements = [one for one in statements if not sid or one.get("Sid") != sid] + [statement]
    policy = {"Version": value.get("version") or "2012-10-17"}
    if value.get("policy_id"):
        policy["Id"] = value["policy_id"]
    policy["Statement"] = statements
    return json.loads(json.dumps(policy).replace("&{", "${"))


def _statement(block: dict) -> dict:
    statement: dict = {}
    if block.get("sid"):
        statement["Sid"] = block["sid"]
    statement["Effect"] = block.get("effect") or "Allow"
    for key, out in NAMED:
        if block.get(key):
            statement[out] = _one_or_list(block[key])
    for key, out in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if block.get(key):
            statement[out] = _principals(block[key])
    for condition in block.get("condition") or []:
        test = statement.setdefault("Condition", {}).setdefault(condition["test"], {})
        test[condition["variable"]] = _single(list(condition["values"]))
    return statement


def _one_or_list(values):
    return _single(sorted(values, reverse=True))


def _single(values: list):
    return values[0] if len(values) == 1 else values


def _principals(blocks: list[dict]):
    if any(block["type"] == "*" for block in blocks):
        return "*"
    out: dict = {}
    for block in blocks:
        out.setdefault(block["type"], []).extend(block["identifiers"])
    return {kind: _one_or_list(ids) for kind, ids in out.items()}
