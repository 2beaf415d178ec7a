# Runs without the stand-in too, on the real provider's schema.
mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = {
      subscription_id = "00000000-0000-0000-0000-000000000000"
    }
  }
}

variables {
  name                = "medias3f9c2a71"
  resource_group_name = "media"
  location            = "westeurope"
  stores              = ["photos"]
}

run "applies" {
  assert {
    condition     = output.stores["photos"].container == "photos"
    error_message = "the store is the one that was asked for"
  }
}
