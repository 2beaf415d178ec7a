# Two identities. The host's opens its storage account and the queues that it listens on; the code's
# opens what the code declares, and is the one that the code's clients ask for. Both belong to the app,
# so this is no wall against hostile code: it is what keeps a token that leaks from a client small.

resource "azurerm_user_assigned_identity" "host" {
  name                = "${var.name}-host"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_user_assigned_identity" "code" {
  name                = "${var.name}-code"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

locals {
  # What Azure's page on identity-based host storage asks for. The account holds the host's own things
  # only, so the roles are as wide as the account; queues are granted one by one.
  host_storage = {
    blobs  = { role = "Storage Blob Data Owner", why = "locks, timers, keys and packages" }
    tables = { role = "Storage Table Data Contributor", why = "the host's diagnostic events" }
  }
}

resource "azurerm_role_assignment" "host_storage" {
  for_each = local.host_storage

  scope                            = local.storage_id
  role_definition_name             = each.value.role
  principal_id                     = azurerm_user_assigned_identity.host.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
  description                      = "Functions host: ${each.value.why}"
}

resource "azurerm_role_assignment" "metrics" {
  scope                            = "${local.group}/providers/Microsoft.Insights/components/${azurerm_application_insights.this.name}"
  role_definition_name             = "Monitoring Metrics Publisher"
  principal_id                     = azurerm_user_assigned_identity.host.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
  description                      = "Functions host: logs and metrics, whose keys are off"
}

resource "azurerm_role_assignment" "host" {
  for_each = var.host_grants

  scope                            = each.value.scope
  role_definition_name             = each.value.role
  role_definition_id               = each.value.role_definition_id
  condition                        = each.value.condition
  condition_version                = each.value.condition == null ? null : "2.0"
  principal_id                     = azurerm_user_assigned_identity.host.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
  description                      = each.value.description
}

resource "azurerm_role_assignment" "code" {
  for_each = var.grants

  scope                            = each.value.scope
  role_definition_name             = each.value.role
  role_definition_id               = each.value.role_definition_id
  condition                        = each.value.condition
  condition_version                = each.value.condition == null ? null : "2.0"
  principal_id                     = azurerm_user_assigned_identity.code.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
  description                      = each.value.description
}
