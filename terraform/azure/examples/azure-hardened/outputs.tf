output "function_app" {
  description = "The function app's name, for the Azure CLI."
  value       = module.image_processing.name
}

output "stores" {
  description = "By store: its storage account and container."
  value       = { for name, store in module.image_processing.stores : name => { account = store.account, container = store.container } }
}
