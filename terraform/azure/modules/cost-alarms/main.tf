# Deals with: the action group that tells people, the budget, the anomaly alert.
# Does not deal with: what the app costs by the minute (rate.tf), stopping it (stop.tf).

data "azurerm_client_config" "current" {}

locals {
  # From names, so that a first plan knows every scope.
  group_id        = "/subscriptions/${data.azurerm_client_config.current.subscription_id}/resourceGroups/${var.resource_group_name}"
  site_id         = "${local.group_id}/providers/Microsoft.Web/sites/${var.function_app.name}"
  action_group_id = "${local.group_id}/providers/Microsoft.Insights/actionGroups/${var.name}-alarms"

  # Azure shows it in texts and takes twelve characters.
  short_name = substr(replace(var.name, "-", ""), 0, 12)
}

resource "azurerm_monitor_action_group" "this" {
  name                = "${var.name}-alarms"
  resource_group_name = var.resource_group_name
  short_name          = local.short_name
  tags                = var.tags

  dynamic "email_receiver" {
    for_each = toset(var.emails)

    content {
      name                    = email_receiver.value
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }

  dynamic "webhook_receiver" {
    for_each = var.webhook_url == null ? [] : [var.webhook_url]

    content {
      name                    = "webhook"
      service_uri             = webhook_receiver.value
      use_common_alert_schema = true
    }
  }
}

resource "azurerm_consumption_budget_resource_group" "monthly" {
  name              = "${var.name}-monthly"
  resource_group_id = local.group_id
  amount            = var.monthly_budget_usd
  time_grain        = "Monthly"

  time_period {
    # Azure wants the first of a month, and of this one or a later.
    start_date = formatdate("YYYY-MM-01'T'00:00:00Z", plantimestamp())
  }

  dynamic "notification" {
    for_each = [
      { type = "Actual", percent = 50, stops = false },
      { type = "Actual", percent = 80, stops = false },
      { type = "Actual", percent = 100, stops = var.hard_stop },
      { type = "Forecasted", percent = 100, stops = false },
    ]

    content {
      threshold_type = notification.value.type
      threshold      = notification.value.percent
      operator       = "GreaterThanOrEqualTo"
      contact_groups = concat([azurerm_monitor_action_group.this.id], notification.value.stops ? azurerm_monitor_action_group.stop[*].id : [])
    }
  }

  lifecycle {
    # Next month's plan would begin the budget anew.
    ignore_changes = [time_period]
  }
}

resource "azurerm_cost_anomaly_alert" "this" {
  count = var.anomaly && length(var.emails) > 0 ? 1 : 0

  name            = "${var.name}-anomalies"
  display_name    = "${var.name} anomalies"
  email_subject   = "Unusual cost in the subscription of ${var.name}"
  email_addresses = var.emails
  message         = "Made with the deployment ${var.name}; it watches the whole subscription."
}
