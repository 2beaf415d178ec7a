# Deals with: stopping the app when its alarm rings or its month is spent (hard_stop), with nothing that
# idles and no code: a Logic App on the consumption plan that posts to the app's `stop`.
# Does not deal with: starting it again: `az functionapp start`.

locals {
  stop = {
    type = "If"
    # An action group calls again when the alert is over. Then somebody may have started the app already.
    expression = { and = [{ not = { equals = ["@triggerBody()?['data']?['essentials']?['monitorCondition']", "Resolved"] } }] }
    runAfter   = {}
    actions = {
      Stop = {
        type = "Http"
        inputs = {
          method         = "POST"
          uri            = "https://management.azure.com${local.site_id}/stop?api-version=2024-04-01"
          authentication = { type = "ManagedServiceIdentity", audience = "https://management.azure.com/" }
          retryPolicy    = { type = "exponential", count = 4, interval = "PT10S" }
        }
        runAfter = {}
      }
    }
  }
}

resource "azurerm_logic_app_workflow" "stop" {
  count = var.hard_stop ? 1 : 0

  name                = "${var.name}-stop"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_logic_app_trigger_http_request" "stop" {
  count = var.hard_stop ? 1 : 0

  name         = "alert"
  logic_app_id = azurerm_logic_app_workflow.stop[0].id
  schema       = jsonencode({ type = "object" })
}

resource "azurerm_logic_app_action_custom" "stop" {
  count = var.hard_stop ? 1 : 0

  name         = "unless-it-is-over"
  logic_app_id = azurerm_logic_app_workflow.stop[0].id
  body         = jsonencode(local.stop)
}

# Website Contributor, the narrowest built-in role that may stop an app, may also deploy to it.
resource "azurerm_role_definition" "stop" {
  count = var.hard_stop ? 1 : 0

  # A role's name is the tenant's.
  name        = "${var.name}-stop in ${var.resource_group_name}"
  scope       = local.group_id
  description = "May stop a function app and nothing else."

  permissions {
    actions = ["Microsoft.Web/sites/stop/action"]
  }

  assignable_scopes = [local.group_id]
}

resource "azurerm_role_assignment" "stop" {
  count = var.hard_stop ? 1 : 0

  scope              = local.site_id
  role_definition_id = azurerm_role_definition.stop[0].role_definition_resource_id
  principal_id       = azurerm_logic_app_workflow.stop[0].identity[0].principal_id
  principal_type     = "ServicePrincipal"

  lifecycle {
    precondition {
      # Also makes the assignment wait for the app.
      condition     = lower(var.function_app.id) == lower(local.site_id)
      error_message = "function_app: its id is not that of ${var.function_app.name} in ${var.resource_group_name}, which is ${local.site_id}."
    }
  }
}

resource "azurerm_monitor_action_group" "stop" {
  count = var.hard_stop ? 1 : 0

  name                = "${var.name}-stop"
  resource_group_name = var.resource_group_name
  short_name          = local.short_name
  tags                = var.tags

  logic_app_receiver {
    name                    = "stop"
    resource_id             = azurerm_logic_app_workflow.stop[0].id
    callback_url            = azurerm_logic_app_trigger_http_request.stop[0].callback_url
    use_common_alert_schema = true
  }

  # No alert before there is something to do.
  depends_on = [azurerm_logic_app_action_custom.stop, azurerm_role_assignment.stop]
}
