output "group_name" {
  description = "The schedule group's name: input `schedule_group` of the module alarms."
  value       = var.name
  depends_on  = [aws_scheduler_schedule_group.this]
}

output "expressions" {
  description = "EventBridge's spelling of each schedule."
  value       = local.expressions
}
