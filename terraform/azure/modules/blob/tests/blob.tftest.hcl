variables {
  name                = "medias3f9c2a71"
  resource_group_name = "media"
  location            = "westeurope"
  stores              = ["photos", "thumbnails"]
}

run "defaults_are_private_and_opened_by_identities_only" {
  command = plan

  assert {
    condition     = !azurerm_storage_account.this.shared_access_key_enabled && !azurerm_storage_account.this.allow_nested_items_to_be_public && azurerm_storage_account.this.min_tls_version == "TLS1_2" && azurerm_storage_account.this.https_traffic_only_enabled
    error_message = "no keys, nothing public, TLS 1.2"
  }
  assert {
    condition     = alltrue([for container in azurerm_storage_container.this : container.container_access_type == "private"])
    error_message = "containers are private"
  }
  assert {
    condition     = azurerm_storage_account.this.blob_properties[0].delete_retention_policy[0].days == 7 && length(azurerm_storage_management_policy.this) == 0
    error_message = "what is deleted can be brought back for a week, and nothing is deleted by itself"
  }
  assert {
    condition     = length(azurerm_eventgrid_system_topic.this) == 1 && azurerm_eventgrid_system_topic.this[0].identity[0].type == "SystemAssigned"
    error_message = "the account's one topic, with an identity"
  }
}

run "a_store_is_told_to_other_apps" {
  assert {
    condition     = output.stores["photos"].url == "azblob://medias3f9c2a71/photos" && output.stores["photos"].scope == "${output.id}/blobServices/default/containers/photos" && output.stores["photos"].topic.name == "medias3f9c2a71"
    error_message = "url, scope and topic"
  }
  assert {
    condition     = output.id == "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Storage/storageAccounts/medias3f9c2a71"
    error_message = "the account's id"
  }
}

run "everything" {
  command = plan

  variables {
    lifecycle_rules = {
      old = { store = "photos", prefix = "in/", delete_after_days = 30, cool_after_days = 10 }
    }
    events           = false
    soft_delete_days = 0
    storage          = { replication = "ZRS", versioning = true, customer_managed_key = { key_vault_key_id = "https://v.vault.azure.net/keys/k/1", identity_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.ManagedIdentity/userAssignedIdentities/key" } }
    network          = { public = false, endpoint_subnet_id = "/subscriptions/s/subnets/endpoints", dns_zone_id = "/subscriptions/s/zones/blob" }
    audit            = { workspace_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.OperationalInsights/workspaces/all" }
    tags             = { "anyfn:app" = "image-processing" }
  }

  assert {
    condition     = endswith(azurerm_monitor_diagnostic_setting.this[0].target_resource_id, "/medias3f9c2a71/blobServices/default") && length(azurerm_monitor_diagnostic_setting.this[0].enabled_log) == 3
    error_message = "reads, writes and deletions are logged"
  }

  assert {
    condition     = azurerm_storage_management_policy.this[0].rule[0].filters[0].prefix_match == toset(["photos/in/"]) && azurerm_storage_management_policy.this[0].rule[0].actions[0].base_blob[0].delete_after_days_since_modification_greater_than == 30
    error_message = "a rule is about its store and prefix alone"
  }
  assert {
    condition     = length(azurerm_eventgrid_system_topic.this) == 0 && output.stores["photos"].topic == null
    error_message = "without events no topic"
  }
  assert {
    condition     = length(azurerm_storage_account.this.blob_properties[0].delete_retention_policy) == 0 && azurerm_storage_account.this.blob_properties[0].versioning_enabled
    error_message = "soft delete off, versions on"
  }
  assert {
    condition     = azurerm_private_endpoint.this[0].private_service_connection[0].subresource_names == tolist(["blob"]) && !azurerm_storage_account.this.public_network_access_enabled
    error_message = "closed, with an endpoint"
  }
  assert {
    condition     = azurerm_storage_account.this.customer_managed_key[0].key_vault_key_id == "https://v.vault.azure.net/keys/k/1" && azurerm_storage_account.this.tags["anyfn:app"] == "image-processing"
    error_message = "key and tags"
  }
}
