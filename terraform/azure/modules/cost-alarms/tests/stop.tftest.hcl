# The hard stop: nothing by default, and the right to stop this app and nothing else where it is wanted.

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

run "off_by_default" {
  command = plan

  assert {
    condition     = length(azurerm_logic_app_workflow.stop) + length(azurerm_role_definition.stop) + length(azurerm_monitor_action_group.stop) == 0
    error_message = "nobody's app is stopped unasked"
  }
}

run "both_alerts_and_a_spent_month_stop_the_app" {
  variables {
    hard_stop = true
  }

  assert {
    condition     = alltrue([for a in azurerm_monitor_metric_alert.rate : contains(a.action[*].action_group_id, azurerm_monitor_action_group.stop[0].id) && strcontains(a.description, "is being stopped")])
    error_message = "both alerts call it and say so"
  }
  assert {
    condition     = [for n in azurerm_consumption_budget_resource_group.monthly.notification : "${n.threshold_type} ${n.threshold}" if contains(n.contact_groups, azurerm_monitor_action_group.stop[0].id)] == ["Actual 100"]
    error_message = "of the budget only the month that is spent"
  }
  assert {
    condition     = one(azurerm_monitor_action_group.stop[0].logic_app_receiver).callback_url == azurerm_logic_app_trigger_http_request.stop[0].callback_url && one(azurerm_monitor_action_group.stop[0].logic_app_receiver).use_common_alert_schema
    error_message = "the action group calls the workflow"
  }
  assert {
    condition = (
      jsondecode(azurerm_logic_app_action_custom.stop[0].body).actions.Stop.inputs.method == "POST"
      && jsondecode(azurerm_logic_app_action_custom.stop[0].body).actions.Stop.inputs.uri == "https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Web/sites/media-1a2b/stop?api-version=2024-04-01"
      && jsondecode(azurerm_logic_app_action_custom.stop[0].body).actions.Stop.inputs.authentication.type == "ManagedServiceIdentity"
    )
    error_message = azurerm_logic_app_action_custom.stop[0].body
  }
  assert {
    condition     = jsondecode(azurerm_logic_app_action_custom.stop[0].body).expression.and[0].not.equals[1] == "Resolved"
    error_message = "the end of an alert stops nothing"
  }
  assert {
    condition     = azurerm_role_definition.stop[0].permissions[0].actions == tolist(["Microsoft.Web/sites/stop/action"]) && length(coalesce(azurerm_role_definition.stop[0].permissions[0].data_actions, [])) == 0
    error_message = "one action"
  }
  assert {
    condition     = azurerm_role_assignment.stop[0].scope == var.function_app.id && azurerm_role_assignment.stop[0].principal_id == azurerm_logic_app_workflow.stop[0].identity[0].principal_id
    error_message = "on this app, for the workflow's own identity"
  }
  assert {
    condition     = abs(output.monthly_usd - 0.20) < 0.000001
    error_message = "what waits costs nothing: ${output.monthly_usd}"
  }
}

run "an_id_of_another_app" {
  variables {
    hard_stop = true
    function_app = {
      id   = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/other/providers/Microsoft.Web/sites/media-1a2b"
      name = "media-1a2b"
    }
  }
  command         = plan
  expect_failures = [azurerm_role_assignment.stop]
}
