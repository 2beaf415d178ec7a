# A queue and its dead-letter queue. Redrive is a resource of its own on either side, so that neither
# queue waits for the other.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  # Built from names, so that a first plan knows them.
  prefix  = "arn:${data.aws_partition.current.partition}:sqs:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}"
  arn     = "${local.prefix}:${var.name}"
  dlq     = var.dead_letter_name == null ? {} : { this = var.dead_letter_name }
  dlq_arn = var.dead_letter_name == null ? null : "${local.prefix}:${var.dead_letter_name}"
}

resource "aws_sqs_queue" "this" {
  name                              = var.name
  fifo_queue                        = var.fifo ? true : null
  content_based_deduplication       = var.fifo ? true : null
  visibility_timeout_seconds        = 6 * var.function_timeout_s
  message_retention_seconds         = var.retention_s
  sqs_managed_sse_enabled           = var.kms_key == null ? true : null
  kms_master_key_id                 = one(var.kms_key[*].arn)
  kms_data_key_reuse_period_seconds = var.kms_key == null ? null : 300
  tags                              = var.tags
}

resource "aws_sqs_queue" "dead_letter" {
  for_each = local.dlq

  name                              = each.value
  fifo_queue                        = var.fifo ? true : null
  content_based_deduplication       = var.fifo ? true : null
  message_retention_seconds         = 1209600
  sqs_managed_sse_enabled           = var.kms_key == null ? true : null
  kms_master_key_id                 = one(var.kms_key[*].arn)
  kms_data_key_reuse_period_seconds = var.kms_key == null ? null : 300
  tags                              = var.tags
}

resource "aws_sqs_queue_redrive_policy" "this" {
  for_each = local.dlq

  queue_url = aws_sqs_queue.this.url
  redrive_policy = jsonencode({
    deadLetterTargetArn = local.dlq_arn
    maxReceiveCount     = var.max_receive_count
  })

  depends_on = [aws_sqs_queue.dead_letter]
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letter" {
  for_each = local.dlq

  queue_url = aws_sqs_queue.dead_letter[each.key].url
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.arn]
  })
}
