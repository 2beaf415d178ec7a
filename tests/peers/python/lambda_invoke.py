"""boto3's `lambda.invoke`: takes calls as a JSON list on stdin, gives what came back as one on stdout."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

client = boto3.client("lambda")
answers = []
for call in json.load(sys.stdin):
    try:
        got = client.invoke(
            FunctionName=call["function"],
            InvocationType=call["type"],
            Payload=json.dumps(call["event"]),
        )
        body = got["Payload"].read()
        answers.append(
            {
                "status": got["StatusCode"],
                "error": got.get("FunctionError"),
                "payload": json.loads(body) if body else None,
            }
        )
    except ClientError as error:
        answers.append(
            {
                "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
                "error": error.response["Error"]["Code"],
            }
        )
json.dump(answers, sys.stdout)
