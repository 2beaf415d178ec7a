"""An app in another language, whole: it lists itself, and uses AWS's SDK with nothing but what its host set.

Nothing in here knows of an emulator. On Lambda it runs under awslambdaric, on Azure as a custom handler.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

MANIFEST = {
    "anyfn": 1,
    "app": "python",
    "functions": [
        {
            "name": "note",
            "trigger": {"type": "http", "methods": ["POST"], "path": "/note", "public": True},
            "event": {},
        }
    ],
    "needs": [
        {"kind": "blob", "name": "notes", "access": ["read", "write"]},
        {"kind": "queue", "name": "jobs", "access": ["send"]},
    ],
    "config": [],
}


def keep(text):
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    def refused(call):
        try:
            call()
        except ClientError as error:
            return error.response["Error"]["Code"]
        except BotoCoreError as error:
            return type(error).__name__
        return "done"

    s3, sqs = boto3.client("s3"), boto3.client("sqs")
    s3.put_object(Bucket="notes", Key=text, Body=text.encode())
    jobs = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    sqs.send_message(QueueUrl=jobs, MessageBody=text)
    return {
        "read": s3.get_object(Bucket="notes", Key=text)["Body"].read().decode(),
        "delete undeclared": refused(lambda: s3.delete_object(Bucket="notes", Key=text)),
        "receive undeclared": refused(lambda: sqs.receive_message(QueueUrl=jobs)),
        # A service that is not emulated is not the real one either.
        "elsewhere": boto3.client("dynamodb").meta.endpoint_url,
        "lambda": boto3.client("lambda").meta.endpoint_url,
    }


def note(event, context):
    return {"statusCode": 200, "body": json.dumps(keep(event["body"]))}


class CustomHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.reply({})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(keep(body.decode()))

    def reply(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    if sys.argv[1:] == ["manifest"]:
        print(json.dumps(MANIFEST))
    elif "AWS_LAMBDA_RUNTIME_API" in os.environ:
        handler = "sdk_app." + os.environ["_HANDLER"]
        os.execv(sys.executable, [sys.executable, "-m", "awslambdaric", handler])
    else:
        port = int(os.environ["FUNCTIONS_CUSTOMHANDLER_PORT"])
        HTTPServer(("127.0.0.1", port), CustomHandler).serve_forever()
