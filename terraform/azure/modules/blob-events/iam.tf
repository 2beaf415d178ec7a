# The topic's identity: put messages into this queue, and blobs into this container.

resource "azurerm_role_assignment" "queue" {
  scope                            = var.queue.scope
  role_definition_name             = "Storage Queue Data Message Sender"
  principal_id                     = var.store.topic.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
  description                      = "Event Grid: events of ${var.store.container}"
}

# Event Grid asks for this very role for its dead letters; the container holds nothing else.
resource "azurerm_role_assignment" "undelivered" {
  scope                            = "${var.queue.account_id}/blobServices/default/containers/${azurerm_storage_container.undelivered.name}"
  role_definition_name             = "Storage Blob Data Contributor"
  principal_id                     = var.store.topic.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
  description                      = "Event Grid: events of ${var.store.container} that the queue did not take"
}
