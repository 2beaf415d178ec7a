output "topic_arn" {
  description = "The SNS topic that tells: input `topic_arn` of the module alarms. Built from names, so that a plan knows it."
  value       = local.topic_arn
  depends_on  = [aws_sns_topic_policy.this]
}

output "unconfirmed_emails" {
  description = "Addresses that hear of nothing, because nobody has followed the link in the mail \"AWS Notification - Subscription Confirmation\" yet."
  value       = [for s in aws_sns_topic_subscription.email : s.endpoint if s.pending_confirmation]
}

output "alarm_arns" {
  description = "The alarms' ARNs by key: `FUNCTION-usd-per-hour` and so on."
  value       = { for key, alarm in local.rate_alarms : key => "${local.alarm_arn_prefix}${key}" }
  depends_on  = [aws_cloudwatch_metric_alarm.rate]
}

output "kms_key_policy" {
  description = "What the policy of a key of yours has to hold (JSON), so that budgets, anomalies and alarms reach the topic."
  value       = data.aws_iam_policy_document.publishers_may_use_the_key.json
}

output "loop_usd_per_hour" {
  description = "What each function costs an hour by this module's prices, when it runs 1000 times at once (an account's first limit), each call for a second."
  value = {
    for key, p in local.parts : key =>
    1000 * 3600 * (var.functions[key].memory_mb / 1024 * p.gb_second + var.prices.request)
  }
}

output "monthly_usd" {
  description = "What this module costs a month with no traffic, beyond CloudWatch's free tier of ten alarm metrics an account: 0.10 for each metric that an alarm reads, 1 for a key of its own (CloudWatch and KMS pricing, us-east-1, 2026-11). Budgets, anomaly detection, topic and hard stop cost nothing until they are used."
  value       = sum([for alarm in local.rate_alarms : length(alarm.metrics)]) * 0.10 + (var.encryption.own_key ? 1 : 0)
}
