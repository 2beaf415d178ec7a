output "id" {
  description = "The function app's id."
  value       = azurerm_function_app_flex_consumption.this.id
}

output "name" {
  description = "The function app's name."
  value       = azurerm_function_app_flex_consumption.this.name
}

output "default_hostname" {
  description = "Where the app answers, without a scheme."
  value       = azurerm_function_app_flex_consumption.this.default_hostname
}

output "storage_account_name" {
  description = "The host's storage account, in which the queues of its functions have to be."
  value       = azurerm_storage_account.host.name
}

output "storage_account_id" {
  description = "Its id, written out from names."
  value       = local.storage_id
}

output "code_principal_id" {
  description = "The principal of the code's identity, for grants of your own."
  value       = azurerm_user_assigned_identity.code.principal_id
}

output "code_client_id" {
  description = "The client id of the code's identity."
  value       = azurerm_user_assigned_identity.code.client_id
}

output "host_principal_id" {
  description = "The principal of the host's identity."
  value       = azurerm_user_assigned_identity.host.principal_id
}

output "application_insights_id" {
  description = "Where requests, exceptions and traces go."
  value       = azurerm_application_insights.this.id
}

output "log_analytics_workspace_id" {
  description = "The workspace behind it."
  value       = local.workspace_id
}

output "package_sha256" {
  description = "The package's SHA-256, hexadecimal."
  value       = terraform_data.package.input.sha256
}
