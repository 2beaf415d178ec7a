# The estimate: what the alerts are held against, and what it comes to.

provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-000000000000"
}

variables {
  name                = "media"
  resource_group_name = "media"
  location            = "westeurope"
  function_app = {
    id   = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Web/sites/media-1a2b"
    name = "media-1a2b"
  }
  emails             = ["ops@example.com"]
  monthly_budget_usd = 20
}

# A dollar an hour is a twelfth in five minutes: 0.08333 / 0.000026 x 1 024 000 MB-ms,
# or 0.08333 / 0.0000004 executions.
run "a_dollar_an_hour" {
  command = plan

  assert {
    condition     = { for key, a in azurerm_monitor_metric_alert.rate : key => "${a.criteria[0].metric_name} ${a.criteria[0].aggregation} ${a.criteria[0].operator} ${a.criteria[0].threshold}" } == { units = "OnDemandFunctionExecutionUnits Total GreaterThan 3282051282", executions = "OnDemandFunctionExecutionCount Total GreaterThan 208333" }
    error_message = jsonencode({ for key, a in azurerm_monitor_metric_alert.rate : key => a.criteria[0].threshold })
  }
  assert {
    condition     = abs(azurerm_monitor_metric_alert.rate["units"].criteria[0].threshold / 1024000 * 0.000026 * 12 - 1) < 0.000001
    error_message = "the threshold comes to another amount"
  }
  assert {
    condition     = alltrue([for a in azurerm_monitor_metric_alert.rate : a.frequency == "PT1M" && a.window_size == "PT5M" && a.scopes == toset([var.function_app.id]) && a.criteria[0].metric_namespace == "Microsoft.Web/sites"])
    error_message = "looked at each minute"
  }
  assert {
    condition     = alltrue([for a in azurerm_monitor_metric_alert.rate : a.criteria[0].skip_metric_validation])
    error_message = "an app that never ran has no such metrics yet"
  }
}

# 100 instances of 2 GB, always busy: 200 GB-s a second, 720 000 an hour, x 0.000026 = 18.72.
# In five minutes these are 100 x 2048 MB x 300 000 ms = 61 440 000 000 units.
run "a_loop_on_a_hundred_instances_is_18_dollars_an_hour" {
  command = plan

  assert {
    condition     = abs(output.loop_usd_per_hour - 18.72) < 0.000001
    error_message = "the output says ${output.loop_usd_per_hour}"
  }
  assert {
    condition     = abs(61440000000 / azurerm_monitor_metric_alert.rate["units"].criteria[0].threshold - 18.72) < 0.000001
    error_message = "the loop is ${61440000000 / azurerm_monitor_metric_alert.rate["units"].criteria[0].threshold} times the threshold of one dollar"
  }
}

run "limit_and_prices_are_the_callers" {
  command = plan

  variables {
    usd_per_hour = 0.5
    prices       = { gb_second = 0.00005, execution = 0.000001 }
    function_app = {
      id                = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Web/sites/media-1a2b"
      name              = "media-1a2b"
      memory_mb         = 512
      maximum_instances = 40
    }
  }

  assert {
    condition     = { for key, a in azurerm_monitor_metric_alert.rate : key => a.criteria[0].threshold } == { units = 853333333, executions = 41666 }
    error_message = jsonencode({ for key, a in azurerm_monitor_metric_alert.rate : key => a.criteria[0].threshold })
  }
  assert {
    condition     = abs(output.loop_usd_per_hour - 3.6) < 0.000001
    error_message = "40 x 0.5 GB x 3600 x 0.00005: ${output.loop_usd_per_hour}"
  }
}
