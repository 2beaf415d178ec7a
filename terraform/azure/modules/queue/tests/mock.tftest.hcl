# Runs without the stand-in too, on the real provider's schema.
mock_provider "azurerm" {}

variables {
  name               = "deliveries"
  storage_account_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Storage/storageAccounts/mediah3f9c2a71b0"
}

run "applies" {
  assert {
    condition     = output.queue.name == "deliveries"
    error_message = "the queue is the one that was asked for"
  }
}
