run "everything_is_on" {
  command = plan

  assert {
    condition     = !azurerm_key_vault.this.public_network_access_enabled && azurerm_key_vault.this.purge_protection_enabled && azurerm_key_vault_key.stores.key_type == "RSA-HSM"
    error_message = "a closed vault, and a key that nobody can carry away"
  }
  assert {
    condition     = jsonencode([azurerm_role_assignment.maker.role_definition_name, azurerm_role_assignment.user.role_definition_name]) == jsonencode(["Key Vault Crypto Officer", "Key Vault Crypto Service Encryption User"])
    error_message = "who applies makes the key, the storage accounts use it"
  }
  assert {
    condition     = toset(keys(module.image_processing.grants)) == toset(["blob photos read", "blob thumbnails write"])
    error_message = "the code gets what it declares, as everywhere"
  }
}

run "somebody_must_be_told" {
  command = plan

  variables {
    emails = []
  }

  expect_failures = [var.emails]
}

run "names_have_to_resolve_inside" {
  command = plan

  variables {
    dns_zone_ids = { blob = "/subscriptions/s/zones/blob" }
  }

  expect_failures = [var.dns_zone_ids]
}

run "a_vault_has_a_short_name" {
  command = plan

  variables {
    name = "image-processing"
  }

  expect_failures = [var.name]
}

run "a_key_expires_at_an_instant" {
  command = plan

  variables {
    key_expires = "in two years"
  }

  expect_failures = [var.key_expires]
}
