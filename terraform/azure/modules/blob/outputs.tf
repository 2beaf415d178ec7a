output "stores" {
  description = "By store: account, container, scope (the container's id), url (the value of ANYFN_BLOB_…), and `topic` for who subscribes to events. For `stores` of another app."
  value = { for name, container in azurerm_storage_container.this : name => {
    account   = azurerm_storage_account.this.name
    container = container.name
    scope     = "${local.id}/blobServices/default/containers/${container.name}"
    url       = "azblob://${azurerm_storage_account.this.name}/${container.name}"
    topic = one([for topic in azurerm_eventgrid_system_topic.this : {
      name                = topic.name
      resource_group_name = var.resource_group_name
      principal_id        = topic.identity[0].principal_id
    }])
  } }
}

output "id" {
  description = "The account's id, written out from names."
  value       = local.id
}

output "name" {
  description = "The account's name."
  value       = azurerm_storage_account.this.name
}
