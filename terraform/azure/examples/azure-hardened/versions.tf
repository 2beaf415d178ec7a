terraform {
  required_version = ">= 1.9"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.81, < 6.0"
    }
  }
}

provider "azurerm" {
  # The modules turn the keys of storage accounts off.
  storage_use_azuread = true

  features {
    storage {
      # Nor does the provider have to reach into an account that it made: Owner is no role for data, and a
      # closed account does not answer (azurerm 27818, 32474).
      data_plane_available = false
    }
  }
}
