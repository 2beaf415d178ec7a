output "uuid" {
  description = "The event source mapping's id, by which it is paused: `aws lambda update-event-source-mapping --uuid UUID --no-enabled`."
  value       = aws_lambda_event_source_mapping.this.uuid
}

output "policy" {
  description = "What the function's role may do besides, as JSON. Known at plan."
  value       = aws_iam_role_policy.this.policy
}
