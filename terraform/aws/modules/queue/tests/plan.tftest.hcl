variables {
  name = "media-orders"
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 180 && aws_sqs_queue.this.message_retention_seconds == 345600 && aws_sqs_queue.this.sqs_managed_sse_enabled
    error_message = "six times 30 s, four days, encrypted"
  }
  assert {
    condition     = length(aws_sqs_queue.dead_letter) == 0 && output.dead_letter_arn == null && output.permissions.redrive == null
    error_message = "no dead letters without a listener"
  }
  assert {
    condition     = output.arn == "arn:aws:sqs:eu-west-1:123456789012:media-orders"
    error_message = "a first plan knows the queue"
  }
  assert {
    condition     = [for s in jsondecode(aws_sqs_queue_policy.this.policy).Statement : s.Effect] == ["Deny"] && jsondecode(aws_sqs_queue_policy.this.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "nobody in clear text, and nobody let in: ${aws_sqs_queue_policy.this.policy}"
  }
  assert {
    condition     = alltrue([for s in jsondecode(aws_sqs_queue_policy.this.policy).Statement : length(s.Action) <= 7])
    error_message = "SQS refuses a statement of more than seven actions: ${aws_sqs_queue_policy.this.policy}"
  }
}

run "dead_letters" {
  command = plan
  variables {
    dead_letter_name   = "media-archive-dead-letter"
    max_receive_count  = 3
    function_timeout_s = 60
  }

  assert {
    condition     = aws_sqs_queue_redrive_policy.this["this"].redrive_policy == jsonencode({ deadLetterTargetArn = "arn:aws:sqs:eu-west-1:123456789012:media-archive-dead-letter", maxReceiveCount = 3 })
    error_message = "after three attempts: ${aws_sqs_queue_redrive_policy.this["this"].redrive_policy}"
  }
  assert {
    condition     = aws_sqs_queue_redrive_allow_policy.dead_letter["this"].redrive_allow_policy == jsonencode({ redrivePermission = "byQueue", sourceQueueArns = ["arn:aws:sqs:eu-west-1:123456789012:media-orders"] })
    error_message = "dead letters of this queue and no other"
  }
  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 360 && aws_sqs_queue.dead_letter["this"].message_retention_seconds == 1209600
    error_message = "six times the timeout; dead letters wait as long as SQS lets them"
  }
  assert {
    condition     = jsondecode(aws_sqs_queue_policy.dead_letter["this"].policy).Statement[0].Resource == output.dead_letter_arn
    error_message = "the dead-letter queue takes no clear text either"
  }
}

run "full" {
  command = plan
  variables {
    name             = "media-orders.fifo"
    dead_letter_name = "media-archive-dead-letter.fifo"
    fifo             = true
    retention_s      = 600
    kms_key          = { arn = "arn:aws:kms:eu-west-1:123456789012:key/1a2b" }
    tags             = { "anyfn:app" = "media" }
  }

  assert {
    condition     = alltrue([for q in [aws_sqs_queue.this, aws_sqs_queue.dead_letter["this"]] : q.fifo_queue && q.content_based_deduplication && q.kms_master_key_id == var.kms_key.arn && q.tags["anyfn:app"] == "media"])
    error_message = "both are FIFO, encrypted with the key, tagged"
  }
}

run "a_bucket_may_send_and_no_other" {
  command = plan
  variables {
    bucket_arns = ["arn:aws:s3:::media-photos"]
  }

  assert {
    condition = jsonencode(jsondecode(aws_sqs_queue_policy.this.policy).Statement[1]) == jsonencode({
      Sid       = "BucketEvents"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "arn:aws:sqs:eu-west-1:123456789012:media-orders"
      Condition = {
        ArnEquals    = { "aws:SourceArn" = ["arn:aws:s3:::media-photos"] }
        StringEquals = { "aws:SourceAccount" = "123456789012" }
      }
    })
    error_message = "S3, for that bucket of this account: ${aws_sqs_queue_policy.this.policy}"
  }
}

run "no_permission_has_a_wildcard" {
  command = plan
  variables {
    dead_letter_name = "media-archive-dead-letter"
  }

  assert {
    condition     = !strcontains(join("", values(output.permissions)), "*")
    error_message = join(" ", values(output.permissions))
  }
}
