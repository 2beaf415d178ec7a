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
  name                 = "webhook-3f9c2a71"
  resource_group_name  = "media"
  location             = "westeurope"
  storage_account_name = "webhookh3f9c2a71b0"
  package              = "./tests/azure-x86_64.zip"
  azure_cli            = null
}

run "applies" {
  assert {
    condition     = output.storage_account_id == "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Storage/storageAccounts/webhookh3f9c2a71b0"
    error_message = "the account's id is written out from names"
  }
}
