# Changes of a store, by Event Grid into a storage queue: one path, one retry rule and one poison queue
# for messages and blobs alike, and no webhook whose key would have to be handled.

locals {
  types = {
    created = "Microsoft.Storage.BlobCreated"
    deleted = "Microsoft.Storage.BlobDeleted"
  }
}

# What cannot be put into the queue for a whole day is kept here, with the reason.
resource "azurerm_storage_container" "undelivered" {
  #checkov:skip=CKV2_AZURE_21:storage.audit of the module function logs every request of the account
  name                  = substr("${var.name}-undelivered", 0, 63)
  storage_account_id    = var.queue.account_id
  container_access_type = "private"
}

resource "azurerm_eventgrid_system_topic_event_subscription" "this" {
  name                 = var.name
  system_topic         = var.store.topic.name
  resource_group_name  = var.store.topic.resource_group_name
  included_event_types = [local.types[var.change]]

  subject_filter {
    subject_begins_with = "/blobServices/default/containers/${var.store.container}/blobs/${var.prefix}"
    subject_ends_with   = var.suffix == "" ? null : var.suffix
    case_sensitive      = true
  }

  storage_queue_endpoint {
    storage_account_id = var.queue.account_id
    queue_name         = var.queue.name
    # Until somebody takes it: by default a message is dropped, unread, after seven days.
    queue_message_time_to_live_in_seconds = -1
  }

  delivery_identity {
    type = "SystemAssigned"
  }

  storage_blob_dead_letter_destination {
    storage_account_id          = var.queue.account_id
    storage_blob_container_name = azurerm_storage_container.undelivered.name
  }

  dead_letter_identity {
    type = "SystemAssigned"
  }

  retry_policy {
    event_time_to_live    = var.tries.minutes
    max_delivery_attempts = var.tries.attempts
  }

  # Event Grid checks when it subscribes whether it may deliver.
  depends_on = [
    azurerm_role_assignment.queue,
    azurerm_role_assignment.undelivered,
  ]
}
