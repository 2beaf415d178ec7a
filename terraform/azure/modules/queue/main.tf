# A storage queue and its poison queue. Storage queues have no redrive policy of their own: the Functions
# host counts the attempts (maxDequeueCount) and moves the message.

locals {
  account = basename(var.storage_account_id)
  scope   = "${var.storage_account_id}/queueServices/default/queues"
}

resource "azurerm_storage_queue" "this" {
  name               = var.name
  storage_account_id = var.storage_account_id
}

resource "azurerm_storage_queue" "poison" {
  count = var.poison ? 1 : 0

  name               = "${var.name}-poison"
  storage_account_id = var.storage_account_id
}
