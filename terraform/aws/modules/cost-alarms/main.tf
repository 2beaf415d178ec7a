# Deals with: the topic that tells people, and who they are.
# Does not deal with: who may publish there (iam.tf), budgets and anomalies (budgets.tf), what the app
# costs by the minute (rate.tf), stopping it (stop.tf).

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region
  app       = coalesce(var.app, var.name)

  # From names, so that a first plan shows every policy whole.
  topic_name = "${var.name}-alarms"
  topic_arn  = "arn:${local.partition}:sns:${local.region}:${local.account}:${local.topic_name}"
}

resource "aws_sns_topic" "this" {
  # checkov:skip=CKV_AWS_26: encrypted with a customer key on demand (var.encryption): a key costs a dollar a month, and the topic carries names and amounts, no data.
  name              = local.topic_name
  display_name      = substr(local.topic_name, 0, 100)
  kms_master_key_id = var.encryption.own_key ? one(aws_kms_key.this[*].arn) : var.encryption.kms_key_arn
  tags              = var.tags
}

resource "aws_kms_key" "this" {
  count = var.encryption.own_key ? 1 : 0

  description         = "${local.topic_name}: messages of the alarms"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
  tags                = var.tags
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_subscription" "webhook" {
  count = var.webhook_url == null ? 0 : 1

  topic_arn = aws_sns_topic.this.arn
  protocol  = "https"
  endpoint  = var.webhook_url
}
