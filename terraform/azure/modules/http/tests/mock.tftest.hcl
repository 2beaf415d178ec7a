# Runs without the stand-in too, on the real provider's schema.
mock_provider "azurerm" {}

variables {
  function_app        = { name = "webhook-3f9c2a71", hostname = "webhook-3f9c2a71.azurewebsites.net" }
  resource_group_name = "media"
  functions           = { receive = { path = "/hooks/{provider}", public = true } }
}

run "applies" {
  assert {
    condition     = output.urls["receive"].url == "https://webhook-3f9c2a71.azurewebsites.net/api/hooks/{provider}"
    error_message = "where it answers"
  }
}
