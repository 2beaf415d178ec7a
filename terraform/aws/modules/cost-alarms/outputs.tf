output "topic_arn" {
  description = "The SNS topic that tells: input `topic_arn` of the module alarms. Built from names, so that a plan knows it."
  value       = "arn:${data.aws_partition.current.partition}:sns:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:${var.name}-alarms"
}

output "monthly_usd" {
  description = "What this module costs a month with no traffic, beyond CloudWatch's free tier of ten alarm metrics an account."
  value       = 0
}
