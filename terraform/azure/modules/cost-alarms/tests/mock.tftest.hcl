# Needs no account: works with the real provider too.

mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = { subscription_id = "99999999-0000-0000-0000-000000000000" }
  }
  mock_resource "azurerm_monitor_action_group" {
    defaults = { id = "/subscriptions/99999999-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Insights/actionGroups/media-alarms" }
  }
}

run "mocked" {
  variables {
    name                = "media"
    resource_group_name = "media"
    location            = "westeurope"
    function_app = {
      id   = "/subscriptions/99999999-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Web/sites/media-1a2b"
      name = "media-1a2b"
    }
    emails             = ["ops@example.com"]
    monthly_budget_usd = 20
  }

  assert {
    condition     = output.action_group_id == azurerm_monitor_action_group.this.id
    error_message = "the name that is built is the name that is given"
  }
}
