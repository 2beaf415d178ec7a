# Stores: one storage account, a container each. It is another account than the Functions host's, so that
# the host's own wide roles end before what users put here.

data "azurerm_client_config" "current" {}

locals {
  # Written out, not read from the account, so that a first plan shows every scope.
  id = "/subscriptions/${data.azurerm_client_config.current.subscription_id}/resourceGroups/${var.resource_group_name}/providers/Microsoft.Storage/storageAccounts/${azurerm_storage_account.this.name}"
}

resource "azurerm_storage_account" "this" {
  #checkov:skip=CKV_AZURE_33:no queues are here; classic logging, which azurerm 5 does not have any more
  #checkov:skip=CKV_AZURE_43:the name is validated where it is given
  name                            = var.name
  resource_group_name             = var.resource_group_name
  location                        = var.location
  account_tier                    = "Standard"
  account_replication_type        = var.storage.replication
  min_tls_version                 = "TLS1_2"
  https_traffic_only_enabled      = true
  shared_access_key_enabled       = false
  default_to_oauth_authentication = true
  allow_nested_items_to_be_public = false
  local_user_enabled              = false
  public_network_access_enabled   = var.network.public
  tags                            = var.tags

  blob_properties {
    versioning_enabled = var.storage.versioning

    dynamic "delete_retention_policy" {
      for_each = var.soft_delete_days > 0 ? [var.soft_delete_days] : []
      content {
        days = delete_retention_policy.value
      }
    }

    dynamic "container_delete_retention_policy" {
      for_each = var.soft_delete_days > 0 ? [var.soft_delete_days] : []
      content {
        days = container_delete_retention_policy.value
      }
    }
  }

  # Where the network is closed, Event Grid still comes in: by its identity, as a service that Azure trusts.
  network_rules {
    default_action = var.network.public ? "Allow" : "Deny"
    bypass         = ["AzureServices"]
  }

  # No key can sign one; the policy is for who turns keys on again.
  sas_policy {
    expiration_period = "01.00:00:00"
  }

  dynamic "identity" {
    for_each = var.storage.customer_managed_key[*]
    content {
      type         = "UserAssigned"
      identity_ids = [identity.value.identity_id]
    }
  }

  dynamic "customer_managed_key" {
    for_each = var.storage.customer_managed_key[*]
    content {
      key_vault_key_id          = customer_managed_key.value.key_vault_key_id
      user_assigned_identity_id = customer_managed_key.value.identity_id
    }
  }
}

resource "azurerm_storage_container" "this" {
  #checkov:skip=CKV2_AZURE_21:audit logs every request of the account
  for_each = var.stores

  name                  = each.key
  storage_account_id    = local.id
  container_access_type = "private"
}

resource "azurerm_storage_management_policy" "this" {
  count = length(var.lifecycle_rules) > 0 ? 1 : 0

  storage_account_id = local.id

  dynamic "rule" {
    for_each = var.lifecycle_rules
    content {
      name    = rule.key
      enabled = true

      filters {
        blob_types   = ["blockBlob"]
        prefix_match = ["${azurerm_storage_container.this[rule.value.store].name}/${rule.value.prefix}"]
      }

      actions {
        base_blob {
          delete_after_days_since_modification_greater_than       = rule.value.delete_after_days
          tier_to_cool_after_days_since_modification_greater_than = rule.value.cool_after_days
        }
      }
    }
  }
}

# An account can have one such topic, so it belongs to the account; who wants events subscribes to it
# (module blob-events). Its identity is what carries them into queues, whose keys are off.
resource "azurerm_eventgrid_system_topic" "this" {
  count = var.events ? 1 : 0

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  source_resource_id  = local.id
  topic_type          = "Microsoft.Storage.StorageAccounts"
  tags                = var.tags

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_private_endpoint" "this" {
  count = length(var.network.endpoint_subnet_id[*])

  name                = "${var.name}-blob"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.network.endpoint_subnet_id
  tags                = merge(var.tags, { "anyfn:idle-reason" = "The network is closed - whoever calls comes in through this" })

  private_service_connection {
    name                           = "blob"
    private_connection_resource_id = azurerm_storage_account.this.id
    subresource_names              = ["blob"]
    is_manual_connection           = false
  }

  dynamic "private_dns_zone_group" {
    for_each = var.network.dns_zone_id[*]
    content {
      name                 = "blob"
      private_dns_zone_ids = [private_dns_zone_group.value]
    }
  }
}

resource "azurerm_monitor_diagnostic_setting" "this" {
  count = length(var.audit[*])

  name                       = "audit"
  target_resource_id         = "${local.id}/blobServices/default"
  log_analytics_workspace_id = var.audit.workspace_id

  dynamic "enabled_log" {
    for_each = ["StorageRead", "StorageWrite", "StorageDelete"]
    content {
      category = enabled_log.value
    }
  }
}
