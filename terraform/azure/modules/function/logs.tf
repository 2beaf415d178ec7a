resource "azurerm_log_analytics_workspace" "this" {
  count = var.log.workspace_id == null ? 1 : 0

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  sku                 = "PerGB2018"
  retention_in_days   = var.log.retention_days
  daily_quota_gb      = var.log.daily_cap_gb
  tags                = var.tags
}

resource "azurerm_application_insights" "this" {
  name                         = var.name
  resource_group_name          = var.resource_group_name
  location                     = var.location
  application_type             = "web"
  workspace_id                 = local.workspace_id
  sampling_percentage          = var.log.sampling_percent
  local_authentication_enabled = false
  tags                         = var.tags
}

resource "azurerm_monitor_diagnostic_setting" "storage" {
  for_each = toset(var.storage.audit ? ["blob", "queue", "table"] : [])

  name                       = "audit"
  target_resource_id         = "${local.storage_id}/${each.key}Services/default"
  log_analytics_workspace_id = local.workspace_id

  dynamic "enabled_log" {
    for_each = ["StorageRead", "StorageWrite", "StorageDelete"]
    content {
      category = enabled_log.value
    }
  }
}
