variables {
  target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-archive:live"
  role_name  = "media-archive"
  queue_arn  = "arn:aws:sqs:eu-west-1:123456789012:media-deliveries"
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_lambda_event_source_mapping.this.function_response_types == toset(["ReportBatchItemFailures"]) && aws_lambda_event_source_mapping.this.enabled
    error_message = "each message is reported alone"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.this.batch_size == 10 && aws_lambda_event_source_mapping.this.maximum_batching_window_in_seconds == 0 && length(aws_lambda_event_source_mapping.this.scaling_config) == 0
    error_message = "ten at once, at once, without a limit"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.this.function_name == var.target_arn
    error_message = "the alias is called"
  }
  assert {
    condition = aws_iam_role_policy.this.policy == jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "Receive"
        Effect   = "Allow"
        Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        Resource = "arn:aws:sqs:eu-west-1:123456789012:media-deliveries"
      }]
    })
    error_message = "that queue and no other: ${aws_iam_role_policy.this.policy}"
  }
}

run "full" {
  command = plan
  variables {
    batch_size          = 100
    window_s            = 5
    maximum_concurrency = 2
    enabled             = false
    kms_key             = { arn = "arn:aws:kms:eu-west-1:123456789012:key/1a2b" }
    tags                = { "anyfn:app" = "media" }
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this.batch_size == 100 && aws_lambda_event_source_mapping.this.scaling_config[0].maximum_concurrency == 2 && !aws_lambda_event_source_mapping.this.enabled
    error_message = "as asked"
  }
  assert {
    condition     = jsonencode(jsondecode(aws_iam_role_policy.key[0].policy).Statement[0]) == jsonencode({ Sid = "Decrypt", Effect = "Allow", Action = ["kms:Decrypt"], Resource = var.kms_key.arn })
    error_message = "the queue's key: ${aws_iam_role_policy.key[0].policy}"
  }
}
