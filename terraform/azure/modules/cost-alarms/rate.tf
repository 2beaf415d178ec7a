# Deals with: what the app costs right now, estimated from what Azure Monitor knows a few minutes later.
# Does not deal with: the bill (main.tf).
#
# A metric alert watches one metric against a number, so the prices are in the numbers. A daily budget
# does not exist in Azure; these two alerts stand in for it, and are quicker.

locals {
  window_minutes = 5
  hours          = local.window_minutes / 60

  # What Azure meters as a GB-second, of 1024 MB and 1000 ms:
  # https://learn.microsoft.com/azure/azure-functions/functions-consumption-costs
  units_per_gb_second = 1024000

  rates = {
    units = {
      metric      = "OnDemandFunctionExecutionUnits"
      threshold   = floor(var.usd_per_hour * local.hours / var.prices.gb_second * local.units_per_gb_second)
      description = "The memory and time of ${var.function_app.name} cost more than ${var.usd_per_hour} USD an hour. Does it call itself, by a queue or a container that it writes to?"
    }
    executions = {
      metric      = "OnDemandFunctionExecutionCount"
      threshold   = floor(var.usd_per_hour * local.hours / var.prices.execution)
      description = "The executions of ${var.function_app.name} alone cost more than ${var.usd_per_hour} USD an hour. Does it call itself, by a queue or a container that it writes to?"
    }
  }

  stopping = var.hard_stop ? " The app is being stopped; start it again when the cause is found." : ""
}

resource "azurerm_monitor_metric_alert" "rate" {
  for_each = local.rates

  name                = "${var.name}-usd-per-hour-${each.key}"
  resource_group_name = var.resource_group_name
  scopes              = [var.function_app.id]
  description         = "${each.value.description}${local.stopping}"
  severity            = 1
  frequency           = "PT1M"
  window_size         = "PT${local.window_minutes}M"
  tags                = var.tags

  criteria {
    metric_namespace = "Microsoft.Web/sites"
    metric_name      = each.value.metric
    aggregation      = "Total"
    operator         = "GreaterThan"
    threshold        = each.value.threshold
    # The metric is there after the first execution, and Azure refuses an alert on one that is not.
    skip_metric_validation = true
  }

  dynamic "action" {
    for_each = concat([azurerm_monitor_action_group.this.id], azurerm_monitor_action_group.stop[*].id)

    content {
      action_group_id = action.value
    }
  }
}
