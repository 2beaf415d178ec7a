# One function app on the Flex Consumption plan, with what it cannot be without: the host's storage
# account, logs, the plan. Nothing of it is billed while nothing happens, but for stored bytes.

data "azurerm_client_config" "current" {}

locals {
  group = "/subscriptions/${data.azurerm_client_config.current.subscription_id}/resourceGroups/${var.resource_group_name}"
  # Written out, not read from the account, so that a first plan shows every scope.
  storage_id   = "${local.group}/providers/Microsoft.Storage/storageAccounts/${azurerm_storage_account.host.name}"
  workspace_id = coalesce(var.log.workspace_id, one(azurerm_log_analytics_workspace.this[*].id))
  # The host works on a batch and on what it fetched when few of the batch were left.
  batch   = ceil(var.concurrency.queue_messages / 2)
  timeout = format("%02d:%02d:%02d", floor(var.timeout_s / 3600), floor(var.timeout_s / 60) % 60, var.timeout_s % 60)
}

resource "azurerm_storage_account" "host" {
  #checkov:skip=CKV_AZURE_33:classic queue logging, which azurerm 5 does not have any more; storage.audit logs every request
  #checkov:skip=CKV_AZURE_43:the name is validated where it is given
  name                            = var.storage_account_name
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
    delete_retention_policy {
      days = 7
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

resource "azurerm_storage_container" "packages" {
  #checkov:skip=CKV2_AZURE_21:storage.audit logs every request of the account
  name                  = "packages"
  storage_account_id    = local.storage_id
  container_access_type = "private"
}

resource "azurerm_service_plan" "this" {
  #checkov:skip=CKV_AZURE_212:Flex Consumption scales from zero and takes no number of workers
  #checkov:skip=CKV_AZURE_225:azurerm takes zone_balancing_enabled on Premium plans only (issue 30154)
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  os_type             = "Linux"
  sku_name            = "FC1"
  tags                = var.tags
}

resource "azurerm_function_app_flex_consumption" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  service_plan_id     = azurerm_service_plan.this.id
  tags                = var.tags

  runtime_name    = "custom"
  runtime_version = "1.0"

  storage_container_type            = "blobContainer"
  storage_container_endpoint        = "https://${azurerm_storage_account.host.name}.blob.core.windows.net/${azurerm_storage_container.packages.name}"
  storage_authentication_type       = "UserAssignedIdentity"
  storage_user_assigned_identity_id = azurerm_user_assigned_identity.host.id

  instance_memory_in_mb  = var.memory_mb
  maximum_instance_count = var.concurrency.maximum_instances
  http_concurrency       = var.concurrency.http_requests

  https_only                                     = true
  public_network_access_enabled                  = var.network.public
  virtual_network_subnet_id                      = var.network.integration_subnet_id
  webdeploy_publish_basic_authentication_enabled = false

  # The plain AzureWebJobsStorage is not among them and must not be: it is a connection string and wins
  # over the identity. The provider writes one all the same; deploy.tf takes it away.
  app_settings = merge(var.app_settings, {
    AzureWebJobsStorage__accountName = azurerm_storage_account.host.name
    AzureWebJobsStorage__credential  = "managedidentity"
    AzureWebJobsStorage__clientId    = azurerm_user_assigned_identity.host.client_id

    APPLICATIONINSIGHTS_AUTHENTICATION_STRING = "ClientId=${azurerm_user_assigned_identity.host.client_id};Authorization=AAD"

    AzureFunctionsJobHost__functionTimeout                       = local.timeout
    AzureFunctionsJobHost__extensions__queues__batchSize         = tostring(local.batch)
    AzureFunctionsJobHost__extensions__queues__newBatchThreshold = tostring(var.concurrency.queue_messages - local.batch)
    AzureFunctionsJobHost__extensions__queues__maxDequeueCount   = tostring(var.max_attempts)

    # What the code's own clients ask the identity endpoint for.
    AZURE_CLIENT_ID = azurerm_user_assigned_identity.code.client_id
    ANYFN_TIMEOUT   = tostring(var.timeout_s)
  })

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.host.id, azurerm_user_assigned_identity.code.id]
  }

  dynamic "always_ready" {
    for_each = var.concurrency.always_ready
    content {
      name           = always_ready.key
      instance_count = always_ready.value
    }
  }

  site_config {
    application_insights_connection_string = azurerm_application_insights.this.connection_string
    http2_enabled                          = true
    minimum_tls_version                    = "1.2"
    scm_minimum_tls_version                = "1.2"

    dynamic "cors" {
      for_each = var.cors[*]
      content {
        allowed_origins     = cors.value.allowed_origins
        support_credentials = cors.value.support_credentials
      }
    }
  }

  # A host that starts before its roles are there fails until somebody restarts it.
  depends_on = [
    azurerm_role_assignment.host,
    azurerm_role_assignment.host_storage,
    azurerm_role_assignment.metrics,
    azurerm_role_assignment.code,
    azurerm_private_endpoint.storage,
  ]
}
