# Deals with: what goes wrong in an app: answers of the kind 5xx as a metric alert, all else as one rule
# on the logs.
# Does not deal with: what it costs (../cost-alarms), who is told (the action group).
#
# A rule on the logs is billed by the rule and by how often it looks, so there is one. It splits what it
# finds by what is wrong and where: each pair is an alert of its own, with a mail when it begins and one
# when it ends.


locals {
  # By how long the window reaches back. Lines come a few minutes late; a window that is longer than the
  # pause between two looks sees them on the second.
  windows = { 5 = "PT15M", 10 = "PT30M", 15 = "PT30M" }

  # https://azure.microsoft.com/pricing/details/monitor/, 2026-11: a rule on logs, a metric's time series.
  rule_usd   = { 5 = 1.50, 10 = 1.00, 15 = 0.50 }
  metric_usd = 0.10

  http = anytrue([for f in var.functions : f.trigger == "http"])

  functions = join(", ", [for key in sort(keys(var.functions)) : "'${var.functions[key].name}', real(${var.functions[key].timeout_s}), '${var.functions[key].trigger}'"])
  letters   = join(", ", [for name in sort(distinct([for q in var.queues : q.dlq_name])) : "'${name}'"])

  # What each part finds has the columns what, where_, amount.
  parts = merge(
    {
      # One is enough: a tick is not tried again.
      failed_ticks = <<-KQL
        (calls
        | where trigger == 'schedule' and failed
        | summarize amount = sum(itemCount) by where_ = fn
        | extend what = 'scheduled run failed')
      KQL
      errors       = <<-KQL
        (calls
        | where trigger != 'schedule'
        | summarize amount = sumif(itemCount, failed), every = sum(itemCount) by where_ = fn
        | where 100.0 * amount / every > ${var.thresholds.error_percent}
        | extend what = 'calls fail')
      KQL
      slow         = <<-KQL
        (calls
        | summarize p99_ms = percentile(duration, 99), amount = sum(itemCount) by where_ = fn, timeout_s
        | where p99_ms > timeout_s * 1000 * ${var.thresholds.duration_percent} / 100
        | extend what = 'calls are close to the timeout')
      KQL
      # The line that the runtime writes when a handler rejects an event.
      rejected = <<-KQL
        (traces
        | where message has 'event rejected'
        | extend told = parse_json(message)
        | where tostring(told.message) == 'event rejected'
        | summarize amount = sum(itemCount) by where_ = tostring(told['function'])
        | extend what = 'events are rejected')
      KQL
      # What the host fails at outside of calls: the package, the handler's start, the storage account.
      host = <<-KQL
        (exceptions
        | where isempty(operation_Name) and severityLevel >= 3
        | summarize amount = sum(itemCount) by where_ = cloud_RoleName
        | extend what = 'the host fails')
      KQL
      # The host's line about a trigger that it cannot serve: no tick, no message reaches the function.
      deaf = <<-KQL
        (traces
        | where message startswith 'The listener for function' and message has 'was unable to start'
        | extend where_ = extract("'(?:Functions\\.)?([^']+)'", 1, message)
        | summarize amount = sum(itemCount) by where_
        | extend what = 'trigger does not start')
      KQL
    },
    length(var.queues) == 0 ? {} : {
      # The host's line when a message has failed as often as it may.
      dead_letters = <<-KQL
        (traces
        | where message has 'MaxDequeueCount' and message has 'Moving message to queue'
        | extend where_ = extract("to queue '([^']+)'", 1, message)
        | where where_ in (${local.letters})
        | summarize amount = sum(itemCount) by where_
        | extend what = 'messages are dead letters')
      KQL
    },
  )

  query = <<-KQL
    let functions = datatable (fn: string, timeout_s: real, trigger: string) [${local.functions}];
    let calls = requests
    | extend fn = operation_Name, failed = tobool(success) == false
    | lookup kind=inner functions on fn;
    union
    ${join(",\n", [for part in local.parts : trimspace(part)])}
    | project what, where_, amount
  KQL
}

resource "azurerm_monitor_metric_alert" "http_5xx" {
  count = local.http ? 1 : 0

  name                = "${var.name}-http-5xx"
  resource_group_name = var.resource_group_name
  scopes              = [var.function_app_id]
  description         = "${var.name} answers 5xx to more than ${var.thresholds.http_5xx} requests in five minutes. Its log tells why: look for level ERROR."
  severity            = 2
  frequency           = "PT1M"
  window_size         = "PT5M"
  tags                = var.tags

  criteria {
    metric_namespace = "Microsoft.Web/sites"
    metric_name      = "Http5xx"
    aggregation      = "Total"
    operator         = "GreaterThan"
    threshold        = var.thresholds.http_5xx
    # The metric is there after the first request, and Azure refuses an alert on one that is not.
    skip_metric_validation = true
  }

  action {
    action_group_id = var.action_group_id
  }
}

resource "azurerm_monitor_scheduled_query_rules_alert_v2" "log" {
  name                    = "${var.name}-log"
  display_name            = "${var.name}: what its log tells"
  resource_group_name     = var.resource_group_name
  location                = var.location
  scopes                  = [var.application_insights_id]
  description             = "The dimensions say what is wrong (`what`) and with which function or queue (`where_`)."
  severity                = 2
  evaluation_frequency    = "PT${var.thresholds.log_minutes}M"
  window_duration         = local.windows[var.thresholds.log_minutes]
  auto_mitigation_enabled = true
  # Before the first call the tables are empty and Azure would refuse their columns.
  skip_query_validation = true
  tags                  = var.tags

  criteria {
    query                   = local.query
    time_aggregation_method = "Total"
    metric_measure_column   = "amount"
    operator                = "GreaterThan"
    threshold               = 0

    dynamic "dimension" {
      for_each = ["what", "where_"]

      content {
        name     = dimension.value
        operator = "Include"
        values   = ["*"]
      }
    }

    failing_periods {
      minimum_failing_periods_to_trigger_alert = 1
      number_of_evaluation_periods             = 1
    }
  }

  action {
    action_groups = [var.action_group_id]
  }
}
