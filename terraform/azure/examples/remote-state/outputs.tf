output "storage_account_name" {
  description = "The storage account's name."
  value       = local.account_name
  depends_on  = [azurerm_storage_account.state]
}

output "backend" {
  description = "For `terraform init -backend-config=backend.hcl`, beside a `key` of each deployment's own."
  value       = <<-HCL
    subscription_id      = "${var.subscription_id}"
    resource_group_name  = "${var.resource_group_name}"
    storage_account_name = "${local.account_name}"
    container_name       = "${local.container}"
    use_azuread_auth     = true
  HCL
}
