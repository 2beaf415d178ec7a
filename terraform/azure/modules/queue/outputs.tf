output "queue" {
  description = "What other modules and apps need of it: account, name, scope (its id) and url (the value of ANYFN_QUEUE_…)."
  value = {
    account_id = var.storage_account_id
    account    = local.account
    name       = azurerm_storage_queue.this.name
    scope      = "${local.scope}/${azurerm_storage_queue.this.name}"
    url        = "azqueue://${local.account}/${azurerm_storage_queue.this.name}"
  }
}

output "poison" {
  description = "The same of the poison queue; null without one."
  value = one([for queue in azurerm_storage_queue.poison : {
    account_id = var.storage_account_id
    account    = local.account
    name       = queue.name
    scope      = "${local.scope}/${queue.name}"
    url        = "azqueue://${local.account}/${queue.name}"
  }])
}
