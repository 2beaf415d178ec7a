# Who may send, and that nobody speaks to the queues in clear text.

locals {
  deny = { for arn in compact([local.arn, local.dlq_arn]) : arn => {
    Sid       = "TlsOnly"
    Effect    = "Deny"
    Principal = "*"
    # SQS takes seven in a statement, and these touch messages or decide who may.
    Action = [
      "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:PurgeQueue",
      "sqs:ReceiveMessage", "sqs:SendMessage", "sqs:SetQueueAttributes",
    ]
    Resource  = arn
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  } }
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([local.deny[local.arn]], length(var.bucket_arns) == 0 ? [] : [{
      Sid       = "BucketEvents"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = local.arn
      Condition = {
        ArnEquals    = { "aws:SourceArn" = var.bucket_arns }
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
      }
    }])
  })
}

resource "aws_sqs_queue_policy" "dead_letter" {
  for_each = local.dlq

  queue_url = aws_sqs_queue.dead_letter[each.key].url
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [local.deny[local.dlq_arn]]
  })
}
