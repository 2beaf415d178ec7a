"""azure-storage-blob: `put STORE KEY FILE` or `get STORE KEY FILE`; the account is in the environment."""

import os
import sys

from azure.storage.blob import BlobServiceClient

verb, store, key, path = sys.argv[1:]
account = BlobServiceClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"])
blob = account.get_blob_client(store, key)
if verb == "put":
    with open(path, "rb") as file:
        blob.upload_blob(file)
else:
    with open(path, "wb") as file:
        blob.download_blob().readinto(file)
