variables {
  name                 = "webhook-3f9c2a71"
  resource_group_name  = "media"
  location             = "westeurope"
  storage_account_name = "webhookh3f9c2a71b0"
  package              = "./tests/azure-x86_64.zip"
  azure_cli            = "./tests/az"
}

run "defaults_are_flex_consumption_by_identity" {
  command = plan

  assert {
    condition     = azurerm_service_plan.this.sku_name == "FC1" && azurerm_function_app_flex_consumption.this.runtime_name == "custom"
    error_message = "a custom handler on Flex Consumption"
  }
  assert {
    condition     = azurerm_function_app_flex_consumption.this.https_only && azurerm_function_app_flex_consumption.this.site_config[0].minimum_tls_version == "1.2" && !azurerm_function_app_flex_consumption.this.webdeploy_publish_basic_authentication_enabled
    error_message = "https, TLS 1.2, no publishing by password"
  }
  assert {
    condition     = !azurerm_storage_account.host.shared_access_key_enabled && !azurerm_storage_account.host.allow_nested_items_to_be_public && azurerm_storage_account.host.min_tls_version == "TLS1_2"
    error_message = "the host's account is opened by identities only"
  }
  assert {
    condition     = azurerm_function_app_flex_consumption.this.instance_memory_in_mb == 512 && length(azurerm_function_app_flex_consumption.this.always_ready) == 0
    error_message = "the smallest instance, and none kept warm: nothing is billed while idle"
  }
  assert {
    condition     = azurerm_function_app_flex_consumption.this.storage_container_endpoint == "https://webhookh3f9c2a71b0.blob.core.windows.net/packages"
    error_message = "the endpoint has the form https://ACCOUNT.blob.core.windows.net/CONTAINER (azurerm 29006)"
  }
  assert {
    condition     = azurerm_log_analytics_workspace.this[0].daily_quota_gb == 1 && azurerm_log_analytics_workspace.this[0].retention_in_days == 30
    error_message = "logs are bounded from the first day"
  }
}

run "the_host_gets_its_account_and_nothing_wider" {
  command = plan

  assert {
    condition = { for key, role in azurerm_role_assignment.host_storage : key => "${role.role_definition_name} on ${role.scope}" } == {
      blobs  = "Storage Blob Data Owner on /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Storage/storageAccounts/webhookh3f9c2a71b0"
      tables = "Storage Table Data Contributor on /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Storage/storageAccounts/webhookh3f9c2a71b0"
    }
    error_message = "roles of the host's storage, known at plan"
  }
  assert {
    condition     = azurerm_role_assignment.metrics.scope == "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Insights/components/webhook-3f9c2a71"
    error_message = "metrics are published to this component only"
  }
  assert {
    condition     = length(azurerm_role_assignment.code) == 0 && length(azurerm_role_assignment.host) == 0
    error_message = "code that declares nothing gets nothing"
  }
}

run "settings_name_the_identity_and_leave_the_connection_string_out" {
  override_resource {
    target = azurerm_user_assigned_identity.host
    values = { client_id = "the-host" }
  }
  override_resource {
    target = azurerm_user_assigned_identity.code
    values = { client_id = "the-code" }
  }

  assert {
    condition = { for name, value in azurerm_function_app_flex_consumption.this.app_settings : name => value if startswith(name, "AzureWebJobs") || startswith(name, "AZURE") } == {
      AzureWebJobsStorage__accountName = "webhookh3f9c2a71b0"
      AzureWebJobsStorage__credential  = "managedidentity"
      AzureWebJobsStorage__clientId    = "the-host"
      AZURE_CLIENT_ID                  = "the-code"
    }
    error_message = "the trio that Azure documents, the code's own identity, and no connection string"
  }
  assert {
    condition     = terraform_data.package.output.sha256 == filesha256("./tests/azure-x86_64.zip") && length(terraform_data.deploy) == 1
    error_message = "the package's hash is in the plan, and the package is deployed"
  }
}

run "everything" {
  command = plan

  variables {
    app_settings = { IMAGE_FORMATS = "jpeg" }
    memory_mb    = 2048
    timeout_s    = 3725
    max_attempts = 3
    concurrency  = { maximum_instances = 10, queue_messages = 5, http_requests = 8, always_ready = { http = 1 } }
    log          = { retention_days = 90, daily_cap_gb = -1, sampling_percent = 50 }
    cors         = { allowed_origins = ["https://www.example.com"] }
    storage      = { replication = "GZRS", audit = true, customer_managed_key = { key_vault_key_id = "https://v.vault.azure.net/keys/k/1", identity_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.ManagedIdentity/userAssignedIdentities/key" } }
    tags         = { "anyfn:app" = "webhook" }
    network = {
      public                = false
      integration_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Network/virtualNetworks/v/subnets/app"
      endpoint_subnet_id    = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Network/virtualNetworks/v/subnets/endpoints"
      dns_zone_ids          = { blob = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net" }
    }
    grants = {
      photos = {
        scope     = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Storage/storageAccounts/s/blobServices/default/containers/photos"
        role      = "Storage Blob Data Reader"
        condition = "(true)"
      }
    }
  }

  assert {
    condition = { for name in ["functionTimeout", "extensions__queues__maxDequeueCount", "extensions__queues__batchSize", "extensions__queues__newBatchThreshold"] :
      name => azurerm_function_app_flex_consumption.this.app_settings["AzureFunctionsJobHost__${name}"]
    } == { functionTimeout = "01:02:05", extensions__queues__maxDequeueCount = "3", extensions__queues__batchSize = "3", extensions__queues__newBatchThreshold = "2" }
    error_message = "timeout, attempts and concurrency reach the host as overrides of host.json"
  }
  assert {
    condition     = azurerm_function_app_flex_consumption.this.app_settings["ANYFN_TIMEOUT"] == "3725"
    error_message = "the code is told the same timeout"
  }
  assert {
    condition     = azurerm_role_assignment.code["photos"].condition_version == "2.0" && endswith(azurerm_role_assignment.code["photos"].scope, "/containers/photos")
    error_message = "a grant keeps its scope and its condition"
  }
  assert {
    condition     = toset(keys(azurerm_private_endpoint.storage)) == toset(["blob", "queue", "table"]) && length(azurerm_private_endpoint.app) == 1 && !azurerm_function_app_flex_consumption.this.public_network_access_enabled && !azurerm_storage_account.host.public_network_access_enabled
    error_message = "a closed network has an endpoint for each service that the host uses"
  }
  assert {
    condition     = azurerm_storage_account.host.network_rules[0].default_action == "Deny" && azurerm_storage_account.host.network_rules[0].bypass == toset(["AzureServices"])
    error_message = "Event Grid still reaches the queues"
  }
  assert {
    condition     = [for setting in azurerm_monitor_diagnostic_setting.storage : basename(dirname(setting.target_resource_id))] == ["blobServices", "queueServices", "tableServices"]
    error_message = "an audit covers each service that the host uses"
  }
  assert {
    condition     = azurerm_function_app_flex_consumption.this.tags["anyfn:app"] == "webhook"
    error_message = "tags arrive"
  }
}

run "a_workspace_of_ones_own_is_used" {
  command = plan

  variables {
    log       = { workspace_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.OperationalInsights/workspaces/all" }
    azure_cli = null
  }

  assert {
    condition     = length(azurerm_log_analytics_workspace.this) == 0 && endswith(azurerm_application_insights.this.workspace_id, "/all")
    error_message = "no second workspace"
  }
  assert {
    condition     = length(terraform_data.deploy) == 0
    error_message = "without the Azure CLI nothing is deployed"
  }
}
