output "alarm_arns" {
  description = "The alarms' ARNs by key: `FUNCTION-errors`, `QUEUE-dead-letters` and so on. Built from names, so that a plan knows them."
  value       = { for key, alarm in local.alarms : key => "${local.arn_prefix}:${var.name}-${key}" }
  depends_on  = [aws_cloudwatch_metric_alarm.this]
}

output "monthly_usd" {
  description = "What the alarms cost a month with no traffic, beyond CloudWatch's free tier of ten alarm metrics an account: 0.10 for each metric that an alarm reads (CloudWatch pricing, us-east-1, 2026-11)."
  value       = sum([for alarm in local.alarms : length(alarm.metrics)]) * 0.10
}
