output "action_group_id" {
  description = "The action group that tells: input `action_group_id` of the module alarms. Built from names, so that a plan knows it."
  value       = local.action_group_id
  depends_on  = [azurerm_monitor_action_group.this]
}

output "loop_usd_per_hour" {
  description = "What the app costs an hour by this module's prices, when all instances that it may have are busy. It cannot cost more: Azure starts no instance beyond."
  value       = var.function_app.maximum_instances * var.function_app.memory_mb / 1024 * 3600 * var.prices.gb_second
}

output "monthly_usd" {
  description = "What this module costs a month with no traffic: two metric alerts at 0.10 (Azure Monitor's list price, 2026-11). Budget, anomaly alert, action group and an unused hard stop cost nothing."
  value       = length(local.rates) * 0.10
}
