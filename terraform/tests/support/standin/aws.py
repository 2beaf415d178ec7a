"""The little that the stand-in knows of AWS.

Deals with: ARNs, URLs, default tags, the data sources that modules build names from.
Does not deal with: policy documents (``policy.py``).
"""

from __future__ import annotations

import json

from . import policy
from .generic import Generic, name_of
from .values import is_unknown, placeholder

ACCOUNT = "123456789012"
REGION = "eu-west-1"

# Type -> ARN after "arn:aws:", of {region}, {account}, {name} and the resource's own attributes.
ARNS = {
    "aws_lambda_function": "lambda:{region}:{account}:function:{function_name}",
    "aws_lambda_alias": "lambda:{region}:{account}:function:{function_short}:{name}",
    "aws_lambda_event_source_mapping": "lambda:{region}:{account}:event-source-mapping:{name}",
    "aws_sqs_queue": "sqs:{region}:{account}:{name}",
    "aws_sns_topic": "sns:{region}:{account}:{name}",
    "aws_s3_bucket": "s3:::{bucket}",
    "aws_iam_role": "iam::{account}:role/{name}",
    "aws_iam_policy": "iam::{account}:policy/{name}",
    "aws_cloudwatch_log_group": "logs:{region}:{account}:log-group:{name}",
    "aws_cloudwatch_metric_alarm": "cloudwatch:{region}:{account}:alarm:{alarm_name}",
    "aws_cloudwatch_composite_alarm": "cloudwatch:{region}:{account}:alarm:{alarm_name}",
    "aws_cloudwatch_event_rule": "events:{region}:{account}:rule/{name}",
    "aws_scheduler_schedule": "scheduler:{region}:{account}:schedule/{group_name}/{name}",
    "aws_scheduler_schedule_group": "scheduler:{region}:{account}:schedule-group/{name}",
    "aws_budgets_budget": "budgets::{account}:budget/{name}",
    "aws_ce_anomaly_monitor": "ce::{account}:anomalymonitor/{name}",
    "aws_ce_anomaly_subscription": "ce::{account}:anomalysubscription/{name}",
    "aws_dynamodb_table": "dynamodb:{region}:{account}:table/{name}",
    "aws_kms_key": "kms:{region}:{account}:key/{name}",
}
INVOKE = "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
# (type, attribute) -> value
VALUES = {
    ("aws_sqs_queue", "id"): "https://sqs.{region}.amazonaws.com/{account}/{name}",
    ("aws_sqs_queue", "url"): "https://sqs.{region}.amazonaws.com/{account}/{name}",
    ("aws_lambda_function", "invoke_arn"): INVOKE,
    ("aws_lambda_function", "qualified_arn"): "{arn}:1",
    ("aws_lambda_function", "version"): "1",
    ("aws_lambda_alias", "invoke_arn"): INVOKE,
    ("aws_lambda_function_url", "function_url"): "https://{name}.lambda-url.{region}.on.aws/",
    ("aws_s3_bucket", "bucket_domain_name"): "{name}.s3.amazonaws.com",
    ("aws_s3_bucket", "bucket_regional_domain_name"): "{name}.s3.{region}.amazonaws.com",
    ("aws_sns_topic", "id"): "{arn}",
    ("aws_budgets_budget", "id"): "{account}:{name}",
}


class Aws(Generic):
    def __init__(self) -> None:
        self.region = REGION
        self.default_tags: dict = {}

    def configure(self, config: dict) -> None:
        self.region = config.get("region") or REGION
        for block in config.get("default_tags") or []:
            self.default_tags = block.get("tags") or {}

    def defaults(self, tf_type: str, block: dict, config: dict) -> dict:
        attributes, known = block.get("attributes", {}), {}
        if "tags_all" in attributes and not is_unknown(config.get("tags")):
            known["tags_all"] = {**self.default_tags, **(config.get("tags") or {})}
        if "region" in attributes and config.get("region") is None:
            known["region"] = self.region
        return known

    def invent(self, tf_type: str, value: dict):
        name = name_of(tf_type, value)
        words = {"name": name, "group_name": "default", **{k: v for k, v in value.items() if isinstance(v, str)}}
        words["function_short"] = words.get("function_name", name).rsplit(":", 1)[-1]
        words.update(region=words.get("region") or self.region, account=ACCOUNT)
        other = "{service}:{region}:{account}:{kind}/{name}"
        words.update(service=tf_type.split("_")[1], kind=tf_type.removeprefix("aws_"))
        words["arn"] = "arn:aws:" + ARNS.get(tf_type, other).format_map(words)

        def one(path: str, kind):
            if kind == "string":
                if (tf_type, path) in VALUES:
                    return VALUES[tf_type, path].format_map(words)
                if path.split(".")[-1] == "arn":
                    return words["arn"]
                if path in ("id", "name", "bucket", "function_name"):
                    return name
            return placeholder(path, kind, tf_type + name)

        return one

    def data(self, tf_type: str, value: dict) -> dict:
        region = value.get("region") if isinstance(value.get("region"), str) else self.region
        if tf_type == "aws_caller_identity":
            arn = f"arn:aws:iam::{ACCOUNT}:user/standin"
            return {"account_id": ACCOUNT, "id": ACCOUNT, "arn": arn, "user_id": "STANDIN"}
        if tf_type == "aws_partition":
            return {
                "partition": "aws",
                "id": "aws",
                "dns_suffix": "amazonaws.com",
                "reverse_dns_prefix": "com.amazonaws",
            }
        if tf_type == "aws_region":
            return {"id": region, "name": region, "region": region, "endpoint": f"ec2.{region}.amazonaws.com"}
        if tf_type == "aws_service_principal":
            service = value.get("service_name") or "standin"
            return {"name": f"{service}.amazonaws.com", "suffix": "amazonaws.com"}
        if tf_type == "aws_iam_policy_document":
            rendered = policy.document(value)
            return {
                "json": json.dumps(rendered, indent=2),
                "minified_json": json.dumps(rendered, separators=(",", ":")),
                "id": "0",
            }
        return {}
