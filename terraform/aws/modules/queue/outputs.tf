output "name" {
  description = "The queue's name."
  value       = var.name
}

output "arn" {
  description = "The queue's ARN. Known at plan."
  value       = local.arn
  # A bucket that is told to send before it may is refused.
  depends_on = [aws_sqs_queue.this, aws_sqs_queue_policy.this]
}

output "url" {
  description = "The queue's URL."
  value       = aws_sqs_queue.this.url
}

output "dead_letter_name" {
  description = "The dead-letter queue's name; null where there is none."
  value       = var.dead_letter_name
}

output "dead_letter_arn" {
  description = "The dead-letter queue's ARN; null where there is none. Known at plan."
  value       = local.dlq_arn
  depends_on  = [aws_sqs_queue.dead_letter]
}

output "permissions" {
  description = "Policies as JSON for those who work with it: `send`, `receive`, and `redrive` (dead letters back into the queue; null without a dead-letter queue)."
  value = {
    send = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = ["sqs:SendMessage"], Resource = local.arn }]
    })
    receive = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"]
        Resource = local.arn
      }]
    })
    redrive = local.dlq_arn == null ? null : jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Effect = "Allow"
          Action = [
            "sqs:CancelMessageMoveTask", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
            "sqs:ListMessageMoveTasks", "sqs:ReceiveMessage", "sqs:StartMessageMoveTask",
          ]
          Resource = local.dlq_arn
        },
        { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = local.arn },
      ]
    })
  }
}

output "redrive_policy" {
  description = "When a message goes to which dead-letter queue, as JSON; null where it never does. Known at plan."
  value       = one([for policy in aws_sqs_queue_redrive_policy.this : policy.redrive_policy])
}
