variables {
  name   = "image-processing-thumbnail"
  change = "created"
  store  = { container = "photos", topic = { name = "medias3f9c2a71", resource_group_name = "media", principal_id = "22222222-2222-2222-2222-222222222222" } }
  queue  = { account_id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/h", name = "thumbnail-events", scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/h/queueServices/default/queues/thumbnail-events" }
}

run "defaults_deliver_every_new_photo_and_lose_none" {
  command = plan

  assert {
    condition     = azurerm_eventgrid_system_topic_event_subscription.this.included_event_types == tolist(["Microsoft.Storage.BlobCreated"]) && azurerm_eventgrid_system_topic_event_subscription.this.subject_filter[0].subject_begins_with == "/blobServices/default/containers/photos/blobs/"
    error_message = "events of this container only"
  }
  assert {
    condition     = azurerm_eventgrid_system_topic_event_subscription.this.storage_queue_endpoint[0].queue_name == "thumbnail-events" && azurerm_eventgrid_system_topic_event_subscription.this.storage_queue_endpoint[0].queue_message_time_to_live_in_seconds == -1
    error_message = "into the function's queue, where they stay until somebody takes them"
  }
  assert {
    condition     = azurerm_eventgrid_system_topic_event_subscription.this.delivery_identity[0].type == "SystemAssigned" && azurerm_eventgrid_system_topic_event_subscription.this.storage_blob_dead_letter_destination[0].storage_blob_container_name == "image-processing-thumbnail-undelivered"
    error_message = "by identity, since keys are off; what cannot be delivered is kept"
  }
  assert {
    condition = jsonencode([for role in [azurerm_role_assignment.queue, azurerm_role_assignment.undelivered] : [role.role_definition_name, role.scope]]) == jsonencode([
      ["Storage Queue Data Message Sender", var.queue.scope],
      ["Storage Blob Data Contributor", "${var.queue.account_id}/blobServices/default/containers/image-processing-thumbnail-undelivered"],
    ])
    error_message = "the topic may send into this queue and write into this container, and nowhere else"
  }
}

run "a_filter_is_by_key" {
  command = plan

  variables {
    change = "deleted"
    prefix = "in/"
    suffix = ".jpg"
    tries  = { minutes = 60, attempts = 3 }
  }

  assert {
    condition     = azurerm_eventgrid_system_topic_event_subscription.this.included_event_types == tolist(["Microsoft.Storage.BlobDeleted"]) && azurerm_eventgrid_system_topic_event_subscription.this.subject_filter[0].subject_begins_with == "/blobServices/default/containers/photos/blobs/in/" && azurerm_eventgrid_system_topic_event_subscription.this.subject_filter[0].subject_ends_with == ".jpg"
    error_message = "the subject ends in the blob's key"
  }
  assert {
    condition     = azurerm_eventgrid_system_topic_event_subscription.this.retry_policy[0].event_time_to_live == 60 && azurerm_eventgrid_system_topic_event_subscription.this.retry_policy[0].max_delivery_attempts == 3
    error_message = "tries as given"
  }
}
