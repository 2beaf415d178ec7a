# Needs no account: works with the real provider too.

mock_provider "azurerm" {}

run "mocked" {
  variables {
    name                    = "media"
    resource_group_name     = "media"
    location                = "westeurope"
    function_app_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Web/sites/media-1a2b"
    application_insights_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Insights/components/media"
    action_group_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Insights/actionGroups/media-alarms"
    functions               = { thumbnail = { name = "thumbnail", timeout_s = 60, trigger = "blob" } }
    queues                  = { thumbnail = { name = "media-thumbnail", dlq_name = "media-thumbnail-poison" } }
  }

  assert {
    condition     = toset(keys(output.rule_ids)) == toset(["log"])
    error_message = jsonencode(output.rule_ids)
  }
}
