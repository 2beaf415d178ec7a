"""boto3's clients of S3 and SQS: what their users do every day."""

import io

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError


def refused(code, call):
    try:
        call()
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        return error.response
    raise AssertionError(f"{code} was expected")


def buckets():
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="scratch-aws")
    assert "scratch-aws" in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]

    key = "notes/größe 1+1.txt"
    put = s3.put_object(
        Bucket="scratch-aws", Key=key, Body=b"hello", ContentType="text/plain", Metadata={"who": "me"}
    )
    head = s3.head_object(Bucket="scratch-aws", Key=key)
    assert (head["ContentLength"], head["ContentType"]) == (5, "text/plain"), head
    assert head["Metadata"] == {"who": "me"} and head["ETag"] == put["ETag"]
    part = s3.get_object(Bucket="scratch-aws", Key=key, Range="bytes=1-3")
    assert part["Body"].read() == b"ell" and part["ContentRange"] == "bytes 1-3/5"
    refused(
        "PreconditionFailed",
        lambda: s3.put_object(Bucket="scratch-aws", Key=key, Body=b"other", IfNoneMatch="*"),
    )

    large = bytes(range(256)) * 4 * 1024 * 11 + b"tail"
    parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_fileobj(io.BytesIO(large), "scratch-aws", "large", Config=parts)
    got = io.BytesIO()
    s3.download_fileobj("scratch-aws", "large", got, Config=parts)
    assert got.getvalue() == large

    source = {"Bucket": "scratch-aws", "Key": key}
    s3.copy_object(Bucket="scratch-aws", Key="copy", CopySource=source)
    assert s3.get_object(Bucket="scratch-aws", Key="copy")["Body"].read() == b"hello"

    listed = s3.list_objects_v2(Bucket="scratch-aws", Delimiter="/")
    assert [entry["Key"] for entry in listed["Contents"]] == ["copy", "large"]
    assert listed["CommonPrefixes"] == [{"Prefix": "notes/"}]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="scratch-aws", MaxKeys=2)
    assert [[entry["Key"] for entry in page["Contents"]] for page in pages] == [
        ["copy", "large"],
        [key],
    ]
    s3.delete_object(Bucket="scratch-aws", Key=key)
    s3.delete_object(Bucket="scratch-aws", Key=key)
    refused("NoSuchKey", lambda: s3.get_object(Bucket="scratch-aws", Key=key))
    refused("404", lambda: s3.head_object(Bucket="scratch-aws", Key=key))
    rest = {"Objects": [{"Key": "copy"}, {"Key": "large"}]}
    assert len(s3.delete_objects(Bucket="scratch-aws", Delete=rest)["Deleted"]) == 2
    several(s3)
    s3.delete_bucket(Bucket="scratch-aws")
    refused("NoSuchBucket", lambda: s3.list_objects_v2(Bucket="scratch-aws"))


def several(s3):
    names = ["several/größe 1+1", "several/a&b", "several/100%", "several/old"]
    etags = [s3.put_object(Bucket="scratch-aws", Key=name, Body=b"x")["ETag"] for name in names]
    s3.put_object(Bucket="scratch-aws", Key="several/old", Body=b"changed")
    objects = [{"Key": name, "ETag": etag} for name, etag in zip(names, etags)]
    objects.append({"Key": "several/none"})
    done = s3.delete_objects(Bucket="scratch-aws", Delete={"Objects": objects})
    assert [entry["Key"] for entry in done["Deleted"]] == [*names[:3], "several/none"], done
    assert [(e["Key"], e["Code"]) for e in done["Errors"]] == [("several/old", "PreconditionFailed")], done
    refused(
        "PreconditionFailed",
        lambda: s3.delete_object(Bucket="scratch-aws", Key="several/old", IfMatch=etags[3]),
    )
    quiet = {"Objects": [{"Key": "several/old"}], "Quiet": True}
    done = s3.delete_objects(Bucket="scratch-aws", Delete=quiet)
    assert "Deleted" not in done and "Errors" not in done, done
    many = {"Objects": [{"Key": f"several/{i}"} for i in range(1001)]}
    refused("MalformedXML", lambda: s3.delete_objects(Bucket="scratch-aws", Delete=many))


def queues():
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="scratch", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    assert sqs.get_queue_url(QueueName="scratch")["QueueUrl"] == url
    assert url in sqs.list_queues(QueueNamePrefix="scr")["QueueUrls"]
    kind = {"kind": {"DataType": "String", "StringValue": "größe"}}
    # boto3 compares the digests of body and attributes with its own.
    sent = sqs.send_message(QueueUrl=url, MessageBody="one", MessageAttributes=kind)
    more = [{"Id": "a", "MessageBody": "two"}, {"Id": "b", "MessageBody": "three"}]
    assert len(sqs.send_message_batch(QueueUrl=url, Entries=more)["Successful"]) == 2

    def attributes(*names):
        return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]

    assert attributes("ApproximateNumberOfMessages") == {"ApproximateNumberOfMessages": "3"}
    assert attributes("All")["QueueArn"] == "arn:aws:sqs:us-east-1:000000000000:scratch"

    def receive():
        got = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return {message["Body"]: message for message in got.get("Messages", [])}

    first = receive()
    assert sorted(first) == ["one", "three", "two"], first
    assert first["one"]["MessageId"] == sent["MessageId"]
    assert first["one"]["MessageAttributes"] == kind
    assert first["one"]["Attributes"]["ApproximateReceiveCount"] == "1"
    assert receive() == {}
    sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=first["one"]["ReceiptHandle"], VisibilityTimeout=0
    )
    again = receive()
    assert sorted(again) == ["one"], again
    assert again["one"]["Attributes"]["ApproximateReceiveCount"] == "2"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again["one"]["ReceiptHandle"])
    rest = [{"Id": body, "ReceiptHandle": first[body]["ReceiptHandle"]} for body in ["two", "three"]]
    assert len(sqs.delete_message_batch(QueueUrl=url, Entries=rest)["Successful"]) == 2
    assert attributes("ApproximateNumberOfMessagesNotVisible") == {
        "ApproximateNumberOfMessagesNotVisible": "0"
    }
    sqs.delete_queue(QueueUrl=url)
    refused(
        "AWS.SimpleQueueService.NonExistentQueue",
        lambda: sqs.send_message(QueueUrl=url, MessageBody="nobody"),
    )


buckets()
queues()
