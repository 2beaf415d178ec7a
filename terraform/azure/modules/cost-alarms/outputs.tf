output "action_group_id" {
  description = "The action group that tells: input `action_group_id` of the module alarms. Built from names, so that a plan knows it."
  value       = "/subscriptions/${data.azurerm_client_config.current.subscription_id}/resourceGroups/${var.resource_group_name}/providers/Microsoft.Insights/actionGroups/${var.name}-alarms"
}

output "monthly_usd" {
  description = "What this module costs a month with no traffic, by list price."
  value       = 0
}
