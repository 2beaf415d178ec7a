output "alarm_arns" {
  description = "The alarms' ARNs by key."
  value       = {}
}

output "monthly_usd" {
  description = "What the alarms cost a month with no traffic, beyond CloudWatch's free tier of ten alarm metrics an account: each metric that an alarm reads is 0.10."
  value       = 0
}
