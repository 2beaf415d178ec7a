# Calls a function with what arrives in a queue.

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn                   = var.queue_arn
  function_name                      = var.target_arn
  batch_size                         = var.batch_size
  maximum_batching_window_in_seconds = var.window_s
  # Said, or a mapping that was paused by hand stays so.
  enabled = var.enabled
  # The runtime reports each message alone.
  function_response_types = ["ReportBatchItemFailures"]
  tags                    = var.tags

  dynamic "scaling_config" {
    for_each = var.maximum_concurrency == null ? [] : [var.maximum_concurrency]
    content {
      maximum_concurrency = scaling_config.value
    }
  }

  # Lambda refuses a mapping whose role cannot receive.
  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy.key]
}
