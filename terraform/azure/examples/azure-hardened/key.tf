# The key that encrypts both storage accounts, and the identity that may use it.

resource "azurerm_user_assigned_identity" "key" {
  name                = "${var.name}-key"
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
}

resource "azurerm_key_vault" "this" {
  name                          = "${var.name}-${substr(sha256("${data.azurerm_client_config.current.subscription_id}/${var.name}"), 0, 8)}"
  resource_group_name           = azurerm_resource_group.this.name
  location                      = var.location
  tenant_id                     = data.azurerm_client_config.current.tenant_id
  sku_name                      = "premium"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = 90
  public_network_access_enabled = false

  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
  }
}

resource "azurerm_private_endpoint" "vault" {
  name                = "${var.name}-vault"
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  subnet_id           = var.endpoint_subnet_id
  tags                = { "anyfn:idle-reason" = "The network is closed - whoever calls comes in through this" }

  private_service_connection {
    name                           = "vault"
    private_connection_resource_id = azurerm_key_vault.this.id
    subresource_names              = ["vault"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "vault"
    private_dns_zone_ids = [var.dns_zone_ids["vault"]]
  }
}

# Who applies makes the key; the storage accounts wrap theirs with it.
resource "azurerm_role_assignment" "maker" {
  scope                = azurerm_key_vault.this.id
  role_definition_name = "Key Vault Crypto Officer"
  principal_id         = data.azurerm_client_config.current.object_id
}

resource "azurerm_role_assignment" "user" {
  scope                            = azurerm_key_vault.this.id
  role_definition_name             = "Key Vault Crypto Service Encryption User"
  principal_id                     = azurerm_user_assigned_identity.key.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_key_vault_key" "stores" {
  name            = "stores"
  key_vault_id    = azurerm_key_vault.this.id
  key_type        = "RSA-HSM"
  key_size        = 3072
  key_opts        = ["unwrapKey", "wrapKey"]
  expiration_date = var.key_expires
  tags            = { "anyfn:idle-reason" = "A key of our own can be taken away" }

  rotation_policy {
    expire_after         = "P2Y"
    notify_before_expiry = "P30D"

    automatic {
      time_before_expiry = "P60D"
    }
  }

  # An account that is told of the key before its identity may use it is refused.
  depends_on = [
    azurerm_private_endpoint.vault,
    azurerm_role_assignment.maker,
    azurerm_role_assignment.user,
  ]
}
