# The three functions of this repository on Azure: photos become thumbnails, webhooks are archived, and
# cron-cleanup deletes what expired in the stores of image-processing. The same sources as in aws-media.

locals {
  apps = toset(["image-processing", "webhook", "cron-cleanup"])
  cost = { emails = var.emails, monthly_budget_usd = var.monthly_budget_usd }
}

# One group an app: a budget counts a whole group.
resource "azurerm_resource_group" "this" {
  for_each = local.apps

  name     = "${var.name}-${each.key}"
  location = var.location
}

module "image_processing" {
  source = "../../modules/app"

  manifest            = "${var.dist}/image-processing/manifest.json"
  package             = "${var.dist}/image-processing/azure-x86_64.zip"
  name                = "${var.name}-images"
  resource_group_name = azurerm_resource_group.this["image-processing"].name
  location            = var.location
  # A photo of 100 megapixels, the default limit, is hundreds of megabytes while it is shrunk.
  memory_mb   = 2048
  concurrency = { maximum_instances = 20, queue_messages = 2 }
  cost        = local.cost
  azure_cli   = var.azure_cli
}

module "webhook" {
  source = "../../modules/app"

  manifest            = "${var.dist}/webhook/manifest.json"
  package             = "${var.dist}/webhook/azure-x86_64.zip"
  name                = "${var.name}-webhook"
  resource_group_name = azurerm_resource_group.this["webhook"].name
  location            = var.location
  config              = var.webhook_secrets
  # The subscription's anomaly alert comes with image-processing.
  cost      = merge(local.cost, { anomaly = false })
  azure_cli = var.azure_cli
}

module "cron_cleanup" {
  source = "../../modules/app"

  manifest            = "${var.dist}/cron-cleanup/manifest.json"
  package             = "${var.dist}/cron-cleanup/azure-x86_64.zip"
  name                = "${var.name}-cleanup"
  resource_group_name = azurerm_resource_group.this["cron-cleanup"].name
  location            = var.location

  stores = { for name in ["photos", "thumbnails"] : name => module.image_processing.stores[name] }
  config = {
    CLEANUP_RULES = jsonencode([for name in ["photos", "thumbnails"] : { store = name, prefix = "", older_than = "${var.keep_days}d" }])
  }

  cost      = merge(local.cost, { anomaly = false })
  azure_cli = var.azure_cli
}
