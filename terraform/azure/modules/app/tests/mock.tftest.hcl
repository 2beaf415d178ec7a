# Runs without the stand-in too, on the real provider's schema.
mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = {
      subscription_id = "00000000-0000-0000-0000-000000000000"
    }
  }
  mock_resource "azurerm_user_assigned_identity" {
    defaults = {
      id           = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"
      principal_id = "22222222-2222-2222-2222-222222222222"
    }
  }
  mock_resource "azurerm_service_plan" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Web/serverFarms/webhook"
    }
  }
  mock_resource "azurerm_log_analytics_workspace" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.OperationalInsights/workspaces/webhook"
    }
  }
}

variables {
  manifest            = "./tests/manifests/one-need.json"
  package             = "../function/tests/azure-x86_64.zip"
  resource_group_name = "media"
  location            = "westeurope"
  cost                = { emails = ["ops@example.com"], monthly_budget_usd = 20 }
  azure_cli           = null
}

run "plans" {
  command = plan

  assert {
    condition     = keys(output.grants) == ["blob invoices read"]
    error_message = "one need, one grant"
  }
}
