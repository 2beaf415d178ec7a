output "rule_ids" {
  description = "The alert rules' ids: `log`, and `http_5xx` where a function answers HTTP."
  value = merge(
    { log = azurerm_monitor_scheduled_query_rules_alert_v2.log.id },
    { for rule in azurerm_monitor_metric_alert.http_5xx : "http_5xx" => rule.id },
  )
}

output "query" {
  description = "What the log rule asks, for a look by hand at the Application Insights component."
  value       = local.query
}

output "monthly_usd" {
  description = "What the rules cost a month with no traffic (Azure Monitor's list price, 2026-11): the rule on the log 0.50, 1.00 or 1.50 at every 15, 10 or 5 minutes, the metric alert 0.10."
  value       = local.rule_usd[var.thresholds.log_minutes] + (local.http ? local.metric_usd : 0)
}
