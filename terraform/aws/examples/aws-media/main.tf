# Three apps from their manifests. The one that cleans up does so in the stores of the one that fills them.

locals {
  cost = {
    emails             = var.emails
    monthly_budget_usd = var.monthly_budget_usd
    anomaly            = var.anomaly
  }
}

module "image_processing" {
  source = "../../modules/app"

  manifest = "${var.dist}/image-processing/manifest.json"
  package  = "${var.dist}/image-processing/aws-arm64.zip"
  cost     = local.cost

  # A whole processor, and so many pictures at once at most.
  memory_mb = 1769
  timeout_s = 60
  functions = { thumbnail = { maximum_concurrency = 20 } }
}

module "webhook" {
  source = "../../modules/app"

  manifest = "${var.dist}/webhook/manifest.json"
  package  = "${var.dist}/webhook/aws-arm64.zip"
  cost     = local.cost
  config   = var.webhook_secrets

  memory_mb = 256
}

module "cron_cleanup" {
  source = "../../modules/app"

  manifest = "${var.dist}/cron-cleanup/manifest.json"
  package  = "${var.dist}/cron-cleanup/aws-arm64.zip"
  cost     = local.cost
  config   = { CLEANUP_RULES = jsonencode(var.cleanup_rules) }
  stores   = module.image_processing.stores

  memory_mb = 256
  timeout_s = 300
}
