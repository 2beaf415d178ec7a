# What each rule asks, when it rings, whom it tells, what it costs.

provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-000000000000"
}

variables {
  name                    = "hooks"
  resource_group_name     = "hooks"
  location                = "westeurope"
  function_app_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hooks/providers/Microsoft.Web/sites/hooks-1a2b"
  application_insights_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hooks/providers/Microsoft.Insights/components/hooks"
  action_group_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hooks/providers/Microsoft.Insights/actionGroups/hooks-alarms"
  functions = {
    archive = { name = "archive", timeout_s = 60 }
  }
}

run "one_rule_on_the_log_by_default" {
  command = plan

  assert {
    condition     = length(azurerm_monitor_metric_alert.http_5xx) == 0
    error_message = "nothing answers HTTP"
  }
  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.log.scopes == tolist([var.application_insights_id]) && azurerm_monitor_scheduled_query_rules_alert_v2.log.action[0].action_groups == tolist([var.action_group_id])
    error_message = "it asks the app's component and tells the action group"
  }
  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.log.evaluation_frequency == "PT15M" && azurerm_monitor_scheduled_query_rules_alert_v2.log.window_duration == "PT30M"
    error_message = "it looks every 15 minutes at the last 30, so that late lines are seen"
  }
  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.log.criteria[0].threshold == 0 && azurerm_monitor_scheduled_query_rules_alert_v2.log.criteria[0].operator == "GreaterThan" && azurerm_monitor_scheduled_query_rules_alert_v2.log.criteria[0].metric_measure_column == "amount"
    error_message = "whatever it finds rings"
  }
  assert {
    condition     = [for d in azurerm_monitor_scheduled_query_rules_alert_v2.log.criteria[0].dimension : "${d.name} ${d.operator} ${d.values[0]}"] == ["what Include *", "where_ Include *"]
    error_message = "each kind of trouble at each place is an alert of its own"
  }
  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.log.auto_mitigation_enabled
    error_message = "its end is told too"
  }
  assert {
    condition     = output.monthly_usd == 0.5
    error_message = "one rule at every 15 minutes: ${output.monthly_usd}"
  }
}

run "the_functions_are_in_the_query" {
  command = plan

  variables {
    functions = {
      archive = { name = "archive", timeout_s = 60 }
      sweep   = { name = "sweep", timeout_s = 300, trigger = "schedule" }
    }
  }

  assert {
    condition     = strcontains(output.query, "['archive', real(60), 'queue', 'sweep', real(300), 'schedule']")
    error_message = output.query
  }
  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.log.criteria[0].query == output.query
    error_message = "the output is what the rule asks"
  }
  assert {
    condition     = strcontains(output.query, "| where trigger == 'schedule' and failed\n| summarize amount = sum(itemCount)")
    error_message = "one failed tick is enough: ${output.query}"
  }
  assert {
    condition     = strcontains(output.query, "| where 100.0 * amount / every > 5\n") && strcontains(output.query, "| where p99_ms > timeout_s * 1000 * 80 / 100\n")
    error_message = "the thresholds: ${output.query}"
  }
  assert {
    condition     = alltrue([for what in ["scheduled run failed", "calls fail", "calls are close to the timeout", "events are rejected", "the host fails", "trigger does not start"] : strcontains(output.query, "| extend what = '${what}')")])
    error_message = output.query
  }
  assert {
    condition     = !strcontains(output.query, "dead letters")
    error_message = "no queue, no question about one"
  }
}

run "poison_queues_ring" {
  command = plan

  variables {
    queues = {
      deliveries = { name = "hooks-deliveries", dlq_name = "hooks-deliveries-poison" }
      orders     = { name = "hooks-orders", dlq_name = "hooks-orders-poison" }
    }
  }

  assert {
    condition     = strcontains(output.query, "| where where_ in ('hooks-deliveries-poison', 'hooks-orders-poison')")
    error_message = output.query
  }
}

run "answers_of_the_kind_5xx_ring_within_minutes" {
  command = plan

  variables {
    functions = { receive = { name = "receive", timeout_s = 30, trigger = "http" } }
  }

  assert {
    condition     = azurerm_monitor_metric_alert.http_5xx[0].criteria[0].metric_name == "Http5xx" && azurerm_monitor_metric_alert.http_5xx[0].criteria[0].aggregation == "Total" && azurerm_monitor_metric_alert.http_5xx[0].criteria[0].threshold == 5
    error_message = "more than five in five minutes"
  }
  assert {
    condition     = azurerm_monitor_metric_alert.http_5xx[0].scopes == toset([var.function_app_id]) && one(azurerm_monitor_metric_alert.http_5xx[0].action).action_group_id == var.action_group_id
    error_message = "of this app, to the action group"
  }
  assert {
    condition     = azurerm_monitor_metric_alert.http_5xx[0].criteria[0].skip_metric_validation
    error_message = "an app that was never called has no such metric yet"
  }
  assert {
    condition     = abs(output.monthly_usd - 0.60) < 0.000001
    error_message = output.monthly_usd
  }
}

run "sooner_for_more" {
  command = plan

  variables {
    thresholds = { error_percent = 1, duration_percent = 50, http_5xx = 1, log_minutes = 5 }
    tags       = { "anyfn:app" = "hooks" }
  }

  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.log.evaluation_frequency == "PT5M" && azurerm_monitor_scheduled_query_rules_alert_v2.log.window_duration == "PT15M" && output.monthly_usd == 1.5
    error_message = "every 5 minutes for 1.50"
  }
  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.log.tags["anyfn:app"] == "hooks"
    error_message = "tags"
  }
}
