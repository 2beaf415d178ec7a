"""Makes the bucket or container `suite` and the queues of the same name at a server given by the environment."""

import os
import sys

if sys.argv[1] == "aws":
    import boto3

    boto3.client("s3").create_bucket(Bucket="suite")
    sqs = boto3.client("sqs")
    print(sqs.create_queue(QueueName="suite")["QueueUrl"])
    print(sqs.create_queue(QueueName="suite.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"])
else:
    from azure.storage.blob import BlobServiceClient
    from azure.storage.queue import QueueServiceClient

    connection = os.environ["AZURE_STORAGE_CONNECTION_STRING"]
    BlobServiceClient.from_connection_string(connection).create_container("suite")
    QueueServiceClient.from_connection_string(connection).create_queue("suite")
