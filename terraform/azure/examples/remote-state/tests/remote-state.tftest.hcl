variables {
  subscription_id = "00000000-0000-0000-0000-000000000000"
  location        = "westeurope"
}

run "an_account_without_keys_that_keeps_what_was" {
  assert {
    condition     = azurerm_storage_account.state.shared_access_key_enabled == false && azurerm_storage_account.state.local_user_enabled == false && azurerm_storage_account.state.default_to_oauth_authentication
    error_message = "nobody comes in with a key"
  }
  assert {
    condition     = azurerm_storage_account.state.min_tls_version == "TLS1_2" && azurerm_storage_account.state.https_traffic_only_enabled && azurerm_storage_account.state.allow_nested_items_to_be_public == false && azurerm_storage_account.state.infrastructure_encryption_enabled
    error_message = "encrypted on the way and at rest, never public"
  }
  assert {
    condition     = azurerm_storage_account.state.blob_properties[0].versioning_enabled && azurerm_storage_account.state.blob_properties[0].delete_retention_policy[0].days == 90 && azurerm_storage_account.state.blob_properties[0].container_delete_retention_policy[0].days == 90
    error_message = "a state that is lost can be brought back"
  }
  assert {
    condition     = azurerm_storage_container.state.container_access_type == "private" && azurerm_storage_container.state.name == "tfstate"
    error_message = "a private container"
  }
  assert {
    condition     = azurerm_storage_management_policy.state.rule[0].actions[0].version[0].delete_after_days_since_creation == 90
    error_message = "old versions end"
  }
  assert {
    condition     = can(regex("^tfstate[0-9a-f]{12}$", output.storage_account_name)) && azurerm_storage_account.state.name == output.storage_account_name
    error_message = output.storage_account_name
  }
}

run "whoever_applies_may_write_and_those_who_are_named" {
  variables {
    writers = ["33333333-3333-3333-3333-333333333333"]
  }

  assert {
    condition     = toset([for a in azurerm_role_assignment.writer : a.principal_id]) == toset(["33333333-3333-3333-3333-333333333333", data.azurerm_client_config.current.object_id])
    error_message = jsonencode([for a in azurerm_role_assignment.writer : a.principal_id])
  }
  assert {
    condition     = alltrue([for a in azurerm_role_assignment.writer : a.role_definition_name == "Storage Blob Data Contributor" && a.scope == "${azurerm_storage_account.state.id}/blobServices/default/containers/tfstate"])
    error_message = "on this container and no other"
  }
}

run "the_backend_asks_for_no_key" {
  command = plan

  variables {
    storage_account_name = "exampletfstate"
    resource_group_name  = "shared"
    keep_days            = 30
    replication          = "LRS"
  }

  assert {
    condition     = strcontains(output.backend, "use_azuread_auth     = true") && strcontains(output.backend, "storage_account_name = \"exampletfstate\"") && strcontains(output.backend, "resource_group_name  = \"shared\"")
    error_message = output.backend
  }
  assert {
    condition     = azurerm_storage_account.state.account_replication_type == "LRS" && azurerm_storage_account.state.blob_properties[0].delete_retention_policy[0].days == 30
    error_message = "replication and days are the caller's"
  }
}

run "a_subscription_by_its_name" {
  command = plan
  variables {
    subscription_id = "Pay-As-You-Go"
  }
  expect_failures = [var.subscription_id]
}

run "a_location_as_the_portal_writes_it" {
  command = plan
  variables {
    location = "West Europe"
  }
  expect_failures = [var.location]
}

run "a_group_with_a_blank" {
  command = plan
  variables {
    resource_group_name = "tf state"
  }
  expect_failures = [var.resource_group_name]
}

run "an_account_with_a_hyphen" {
  command = plan
  variables {
    storage_account_name = "my-state"
  }
  expect_failures = [var.storage_account_name]
}

run "a_writer_by_its_name" {
  command = plan
  variables {
    writers = ["deployer"]
  }
  expect_failures = [var.writers]
}

run "an_unknown_replication" {
  command = plan
  variables {
    replication = "RAGRS"
  }
  expect_failures = [var.replication]
}

run "versions_for_a_day" {
  command = plan
  variables {
    keep_days = 1
  }
  expect_failures = [var.keep_days]
}
