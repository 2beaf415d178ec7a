# The three apps of aws-media, with everything on: a key of one's own, versions, access logs, traces, signed
# code, limits, a year of logs, a hard stop.

locals {
  cost = {
    emails             = var.emails
    monthly_budget_usd = var.monthly_budget_usd
    hard_stop          = true
  }
  hardening = {
    kms_key                 = { arn = aws_kms_key.this.arn }
    code_signing_config_arn = aws_lambda_code_signing_config.this.arn
    access_log_bucket       = aws_s3_bucket.access_logs.bucket
    versioning              = true
    tracing                 = true
  }
  # The settings are needed by name before the secrets are read.
  secrets = { for setting, secret in data.aws_secretsmanager_secret_version.webhook : setting => secret.secret_string }
}

data "aws_secretsmanager_secret_version" "webhook" {
  for_each = var.webhook_secrets

  secret_id = each.value
}

module "image_processing" {
  source = "../../modules/app"

  name      = "${var.name}-images"
  manifest  = "${var.dist}/image-processing/manifest.json"
  package   = "${var.dist}/image-processing/aws-arm64.zip"
  cost      = local.cost
  hardening = local.hardening

  memory_mb          = 1769
  timeout_s          = 60
  log_retention_days = 365
  functions          = { thumbnail = { reserved_concurrency = 20, maximum_concurrency = 20 } }
}

module "webhook" {
  source = "../../modules/app"

  name      = "${var.name}-webhook"
  manifest  = "${var.dist}/webhook/manifest.json"
  package   = "${var.dist}/webhook/aws-arm64.zip"
  cost      = local.cost
  hardening = local.hardening
  config    = local.secrets

  memory_mb          = 256
  log_retention_days = 365
  functions = {
    receive = { reserved_concurrency = 20 }
    archive = { reserved_concurrency = 10, maximum_concurrency = 10 }
  }
}

module "cron_cleanup" {
  source = "../../modules/app"

  name      = "${var.name}-cleanup"
  manifest  = "${var.dist}/cron-cleanup/manifest.json"
  package   = "${var.dist}/cron-cleanup/aws-arm64.zip"
  cost      = local.cost
  hardening = local.hardening
  stores    = module.image_processing.stores
  config = { CLEANUP_RULES = jsonencode([
    { store = "photos", prefix = "tmp/", older_than = "30d" },
    { store = "thumbnails", prefix = "tmp/", older_than = "30d" },
  ]) }

  memory_mb          = 256
  timeout_s          = 300
  log_retention_days = 365
  functions = {
    sweep    = { reserved_concurrency = 1 }
    continue = { reserved_concurrency = 2, maximum_concurrency = 2 }
  }
}
