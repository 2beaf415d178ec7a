# Who is told, and what the bill says: action group, budget, anomalies.

provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-000000000000"
}

variables {
  name                = "media-staging-two"
  resource_group_name = "media"
  location            = "westeurope"
  function_app = {
    id   = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Web/sites/media-1a2b"
    name = "media-1a2b"
  }
  emails             = ["ops@example.com", "boss@example.com"]
  monthly_budget_usd = 20
}

run "the_action_group_that_is_named_is_the_one_that_is_made" {
  assert {
    condition     = lower(azurerm_monitor_action_group.this.id) == lower(output.action_group_id)
    error_message = "${azurerm_monitor_action_group.this.id} is not ${output.action_group_id}"
  }
  assert {
    condition     = toset(azurerm_monitor_action_group.this.email_receiver[*].email_address) == toset(["ops@example.com", "boss@example.com"]) && length(azurerm_monitor_action_group.this.webhook_receiver) == 0
    error_message = "both addresses, no webhook"
  }
  assert {
    condition     = azurerm_monitor_action_group.this.short_name == "mediastaging"
    error_message = "Azure takes twelve characters at most: ${azurerm_monitor_action_group.this.short_name}"
  }
  assert {
    condition     = alltrue([for a in azurerm_monitor_metric_alert.rate : toset(a.action[*].action_group_id) == toset([azurerm_monitor_action_group.this.id])])
    error_message = "both alerts tell it and nobody else"
  }
  assert {
    condition     = toset([for n in azurerm_consumption_budget_resource_group.monthly.notification : "${n.threshold_type} ${n.threshold} ${n.operator}" if n.contact_groups == tolist([azurerm_monitor_action_group.this.id])]) == toset(["Actual 50 GreaterThanOrEqualTo", "Actual 80 GreaterThanOrEqualTo", "Actual 100 GreaterThanOrEqualTo", "Forecasted 100 GreaterThanOrEqualTo"])
    error_message = jsonencode(azurerm_consumption_budget_resource_group.monthly.notification)
  }
  assert {
    condition     = abs(output.monthly_usd - 0.20) < 0.000001
    error_message = "two metric alerts: ${output.monthly_usd}"
  }
}

run "the_budget_is_the_resource_groups_and_begins_this_month" {
  command = plan

  assert {
    condition     = azurerm_consumption_budget_resource_group.monthly.resource_group_id == "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media" && azurerm_consumption_budget_resource_group.monthly.amount == 20
    error_message = "20 for the group"
  }
  assert {
    condition     = azurerm_consumption_budget_resource_group.monthly.time_grain == "Monthly" && azurerm_consumption_budget_resource_group.monthly.time_period[0].start_date == formatdate("YYYY-MM-01'T'00:00:00Z", plantimestamp())
    error_message = azurerm_consumption_budget_resource_group.monthly.time_period[0].start_date
  }
}

run "anomalies_of_the_subscription" {
  command = plan

  assert {
    condition     = azurerm_cost_anomaly_alert.this[0].email_addresses == toset(["ops@example.com", "boss@example.com"])
    error_message = "to the same addresses"
  }
}

run "one_anomaly_alert_is_enough_for_a_subscription" {
  command = plan

  variables {
    anomaly = false
  }

  assert {
    condition     = length(azurerm_cost_anomaly_alert.this) == 0
    error_message = "none here"
  }
}

run "a_webhook_instead_of_mail" {
  command = plan

  variables {
    emails      = []
    webhook_url = "https://hooks.example.com/azure"
  }

  assert {
    condition     = azurerm_monitor_action_group.this.webhook_receiver[0].service_uri == "https://hooks.example.com/azure" && length(azurerm_monitor_action_group.this.email_receiver) == 0
    error_message = "only the webhook"
  }
  assert {
    condition     = length(azurerm_cost_anomaly_alert.this) == 0
    error_message = "an anomaly alert knows only mail"
  }
}
