# image-processing with everything on: a closed network, a key of one's own, a copy in a second region, every
# request logged, a hard stop on cost. What it adds over azure-media is billed at zero traffic too.

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "this" {
  name     = var.name
  location = var.location
}

module "image_processing" {
  source = "../../modules/app"

  manifest            = "${var.dist}/image-processing/manifest.json"
  package             = "${var.dist}/image-processing/azure-x86_64.zip"
  name                = var.name
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  memory_mb           = 2048
  concurrency         = { maximum_instances = 20, queue_messages = 2 }
  log_retention_days  = 365
  log                 = { daily_cap_gb = 5 }

  storage = {
    replication = "GZRS"
    versioning  = true
    audit       = true
    customer_managed_key = {
      key_vault_key_id = azurerm_key_vault_key.stores.versionless_id
      identity_id      = azurerm_user_assigned_identity.key.id
    }
  }

  network = {
    public                = false
    integration_subnet_id = var.integration_subnet_id
    endpoint_subnet_id    = var.endpoint_subnet_id
    dns_zone_ids          = { for name in ["blob", "queue", "table", "sites"] : name => var.dns_zone_ids[name] }
  }

  cost = {
    emails             = var.emails
    monthly_budget_usd = 100
    hard_stop          = true
  }
  azure_cli = var.azure_cli
}
