# Deals with: a storage container for Terraform's state, made once a subscription, before anything else,
# and who may use it.

provider "azurerm" {
  features {}

  subscription_id = var.subscription_id
  # The account has no keys that work.
  storage_use_azuread = true
}

data "azurerm_client_config" "current" {}

locals {
  tags = { "anyfn:part" = "remote-state" }

  account_name = coalesce(var.storage_account_name, "tfstate${substr(sha1("${var.subscription_id}/${var.resource_group_name}"), 0, 12)}")
  container    = "tfstate"

  # From names, so that a first plan shows every scope.
  account_id   = "/subscriptions/${var.subscription_id}/resourceGroups/${var.resource_group_name}/providers/Microsoft.Storage/storageAccounts/${local.account_name}"
  container_id = "${local.account_id}/blobServices/default/containers/${local.container}"
}

resource "azurerm_resource_group" "state" {
  name     = var.resource_group_name
  location = var.location
  tags     = local.tags
}

resource "azurerm_storage_account" "state" {
  # checkov:skip=CKV_AZURE_33: no queue is used.
  # checkov:skip=CKV_AZURE_59: workflows come from anywhere; what lets them in is their identity.
  # checkov:skip=CKV_AZURE_206: replicated across data centres; across regions is the account's decision and cost.
  # checkov:skip=CKV2_AZURE_1: encrypted with Azure's keys; a key of yours is another thing to lose the state by.
  # checkov:skip=CKV2_AZURE_33: as for the public network.
  name                = local.account_name
  resource_group_name = azurerm_resource_group.state.name
  location            = azurerm_resource_group.state.location

  account_tier             = "Standard"
  account_replication_type = var.replication

  min_tls_version                   = "TLS1_2"
  https_traffic_only_enabled        = true
  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  local_user_enabled                = false
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  infrastructure_encryption_enabled = true

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = var.keep_days
    }
    container_delete_retention_policy {
      days = var.keep_days
    }
  }

  # No key can sign one; the policy is for who turns keys on again.
  sas_policy {
    expiration_period = "01.00:00:00"
  }

  tags = local.tags
}

resource "azurerm_storage_container" "state" {
  # checkov:skip=CKV2_AZURE_21: who read the state is in diagnostic logs, which are the account's decision and cost.
  name                  = local.container
  storage_account_id    = azurerm_storage_account.state.id
  container_access_type = "private"
}

resource "azurerm_storage_management_policy" "state" {
  storage_account_id = azurerm_storage_account.state.id

  rule {
    name    = "old-versions"
    enabled = true

    filters {
      blob_types = ["blockBlob"]
    }
    actions {
      version {
        delete_after_days_since_creation = var.keep_days
      }
    }
  }
}

# Read, write, and the lease that is the lock; on this container and no other.
resource "azurerm_role_assignment" "writer" {
  for_each = setunion(var.writers, [data.azurerm_client_config.current.object_id])

  scope                = local.container_id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = each.value

  depends_on = [azurerm_storage_container.state]
}
