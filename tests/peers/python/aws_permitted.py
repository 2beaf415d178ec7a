"""boto3 with an app's own credentials: tells what came of each call, as JSON on stdout."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

s3, sqs = boto3.client("s3"), boto3.client("sqs")


def queue(name):
    return f"{sqs.meta.endpoint_url}/000000000000/{name}"


def outcome(call):
    try:
        call()
        return "done"
    except ClientError as error:
        response = error.response
        return f"{response['ResponseMetadata']['HTTPStatusCode']} {response['Error']['Code']}"


json.dump(
    {
        "write declared": outcome(lambda: s3.put_object(Bucket="archive", Key="own", Body=b"1")),
        "read declared": outcome(lambda: s3.get_object(Bucket="archive", Key="own")),
        "delete declared": outcome(lambda: s3.delete_object(Bucket="archive", Key="own")),
        "list declared": outcome(lambda: s3.list_objects_v2(Bucket="archive")),
        "read undeclared": outcome(lambda: s3.get_object(Bucket="photos", Key="secret")),
        "write undeclared": outcome(lambda: s3.put_object(Bucket="photos", Key="new", Body=b"1")),
        "receive sent": outcome(lambda: sqs.receive_message(QueueUrl=queue("deliveries"))),
        "send undeclared": outcome(
            lambda: sqs.send_message(QueueUrl=queue("thumbnail-events"), MessageBody="{}")
        ),
    },
    sys.stdout,
)
