# The code. The provider's own zip_deploy_file posts to /api/zipdeploy, which Flex Consumption does not
# have (azurerm issue 29630); the Azure CLI posts to /api/publish with the caller's Entra token.

# The package's hash, for everybody who reads a plan.
resource "terraform_data" "package" {
  input = {
    file   = basename(var.package)
    sha256 = filesha256(var.package)
  }
}

resource "terraform_data" "deploy" {
  count = var.azure_cli == null ? 0 : 1

  triggers_replace = terraform_data.package.input

  provisioner "local-exec" {
    interpreter = ["/bin/sh", "-eu"]
    command     = "${path.module}/deploy.sh"
    environment = {
      AZ             = var.azure_cli
      SUBSCRIPTION   = data.azurerm_client_config.current.subscription_id
      RESOURCE_GROUP = var.resource_group_name
      FUNCTION_APP   = azurerm_function_app_flex_consumption.this.name
      PACKAGE        = abspath(var.package)
    }
  }

  lifecycle {
    # Whenever the provider touches the app, it writes the setting again that the script takes away.
    replace_triggered_by = [azurerm_function_app_flex_consumption.this]
  }
}
