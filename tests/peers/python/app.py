"""Functions for AWS's own Python runtime. Nothing in here knows who runs them."""

import os


def answer(event, context):
    print("asked for", event["word"])
    return {
        "word": event["word"],
        "request": context.aws_request_id,
        "function": context.function_name,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "left": context.get_remaining_time_in_millis(),
        "greeting": os.environ["GREETING"],
        "home": os.environ.get("HOME"),
    }


def refuse(event, context):
    raise ValueError("no " + event["word"])


def leave(event, context):
    if "code" in event:
        os._exit(event["code"])
    return os.getpid()


def batch(event, context):
    bad = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in bad]}
