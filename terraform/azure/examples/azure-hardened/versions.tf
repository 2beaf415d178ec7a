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

  features {}
}
