# Runs without the stand-in too, on the real provider's schema.
mock_provider "azurerm" {}

variables {
  name   = "image-processing-thumbnail"
  change = "created"
  store  = { container = "photos", topic = { name = "medias3f9c2a71", resource_group_name = "media", principal_id = "22222222-2222-2222-2222-222222222222" } }
  queue  = { account_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/host", name = "thumbnail-events", scope = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/host/queueServices/default/queues/thumbnail-events" }
}

run "applies" {
  assert {
    condition     = output.undelivered == "image-processing-thumbnail-undelivered"
    error_message = "a container of its own"
  }
}
