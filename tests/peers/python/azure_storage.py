"""azure-storage-blob and azure-storage-queue: what their users do every day."""

import os

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobServiceClient, ContentSettings, PartialBatchErrorException
from azure.storage.queue import QueueClient, TextBase64DecodePolicy, TextBase64EncodePolicy


def refused(error, call):
    try:
        call()
    except error:
        return
    raise AssertionError(f"{error.__name__} was expected")


def blobs(connection):
    # Small limits, so that blocks are used.
    account = BlobServiceClient.from_connection_string(
        connection, max_single_put_size=1 << 20, max_block_size=1 << 20, max_single_get_size=1 << 20
    )
    store = account.create_container("scratch-azure")
    assert "scratch-azure" in [container.name for container in account.list_containers()]
    refused(ResourceExistsError, lambda: account.create_container("scratch-azure"))

    note = store.get_blob_client("notes/größe 1+1.txt")
    note.upload_blob(
        "hello", content_settings=ContentSettings(content_type="text/plain"), metadata={"who": "me"}
    )
    refused(ResourceExistsError, lambda: note.upload_blob("other"))
    properties = note.get_blob_properties()
    assert properties.size == 5 and properties.metadata == {"who": "me"}, properties
    assert properties.content_settings.content_type == "text/plain"
    assert note.download_blob(offset=1, length=3).readall() == b"ell"

    note.upload_blob(
        "world", overwrite=True, etag=properties.etag, match_condition=MatchConditions.IfNotModified
    )
    refused(
        ResourceModifiedError,
        lambda: note.upload_blob(
            "late", overwrite=True, etag=properties.etag, match_condition=MatchConditions.IfNotModified
        ),
    )

    large = bytes(range(256)) * 4 * 1024 * 3 + b"tail"
    store.get_blob_client("large").upload_blob(large)
    assert store.get_blob_client("large").download_blob().readall() == large

    copy = store.get_blob_client("copy")
    copy.start_copy_from_url(note.url, requires_sync=True)
    assert copy.download_blob().readall() == b"world"

    assert [blob.name for blob in store.list_blobs()] == ["copy", "large", note.blob_name]
    assert sorted(blob.name for blob in store.walk_blobs()) == ["copy", "large", "notes/"]
    pages = store.list_blobs(results_per_page=2).by_page()
    assert [len(list(page)) for page in pages] == [2, 1]
    note.delete_blob()
    assert not note.exists()
    refused(ResourceNotFoundError, note.download_blob)
    refused(ResourceNotFoundError, note.delete_blob)
    batches(store)
    store.delete_container()
    refused(ResourceNotFoundError, lambda: list(store.list_blobs()))


def batches(store):
    names = ["batch/größe 1+1", "batch/a&b", "batch/100%", "batch/old"]
    for name in names:
        etag = store.upload_blob(name, "x").get_blob_properties().etag
    store.upload_blob("batch/old", "changed", overwrite=True)
    if_same = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
    answers = store.delete_blobs(
        *names[:3], {"name": "batch/old", **if_same}, "batch/none", raise_on_any_failure=False
    )
    assert [answer.status_code for answer in answers] == [202, 202, 202, 412, 404]
    assert [blob.name for blob in store.list_blobs("batch/")] == ["batch/old"]
    refused(PartialBatchErrorException, lambda: store.delete_blobs("batch/old", "batch/none"))
    assert [blob.name for blob in store.list_blobs("batch/")] == []
    many = [f"batch/{i}" for i in range(256)]
    assert [answer.status_code for answer in store.delete_blobs(*many, raise_on_any_failure=False)] == [404] * 256
    refused(HttpResponseError, lambda: store.delete_blobs(*many, "batch/256"))


def queues(connection):
    queue = QueueClient.from_connection_string(
        connection,
        "scratch-azure",
        message_encode_policy=TextBase64EncodePolicy(),
        message_decode_policy=TextBase64DecodePolicy(),
    )
    queue.create_queue(metadata={"who": "me"})
    assert queue.get_queue_properties().metadata == {"who": "me"}
    for text in ["one", "größe"]:
        queue.send_message(text)
    assert queue.get_queue_properties().approximate_message_count == 2
    assert [message.content for message in queue.peek_messages(max_messages=5)] == ["one", "größe"]

    first = queue.receive_message(visibility_timeout=600)
    assert (first.content, first.dequeue_count) == ("one", 1), first
    assert [message.content for message in queue.peek_messages(max_messages=5)] == ["größe"]
    updated = queue.update_message(first, visibility_timeout=0, content="changed")
    # The receipt of before the update is worth nothing any more. The SDK has no class for that.
    refused(HttpResponseError, lambda: queue.delete_message(first.id, first.pop_receipt))
    again = {message.content: message for message in queue.receive_messages(visibility_timeout=600)}
    assert sorted(again) == ["changed", "größe"], again
    assert again["changed"].dequeue_count == 2 and updated.id == first.id
    for message in again.values():
        queue.delete_message(message)
    assert queue.receive_message() is None
    queue.send_message("late", visibility_timeout=600)
    assert queue.peek_messages() == []
    queue.clear_messages()
    assert queue.get_queue_properties().approximate_message_count == 0
    queue.delete_queue()
    refused(ResourceNotFoundError, lambda: queue.send_message("nobody"))


blobs(os.environ["AZURE_STORAGE_CONNECTION_STRING"])
queues(os.environ["AZURE_STORAGE_CONNECTION_STRING"])
