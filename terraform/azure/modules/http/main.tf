# Where HTTP functions answer. Public or by key is decided in the package (function.json, authLevel), so
# what is left is a name, a certificate, a key to hand out, and which pages may call.

locals {
  host    = var.domain == null ? var.function_app.hostname : var.domain.name
  managed = var.domain == null ? false : var.domain.certificate_id == null
}

resource "azurerm_app_service_custom_hostname_binding" "this" {
  count = var.domain == null ? 0 : 1

  hostname            = var.domain.name
  app_service_name    = var.function_app.name
  resource_group_name = var.resource_group_name

  lifecycle {
    # The certificate's binding below sets them.
    ignore_changes = [ssl_state, thumbprint]
  }
}

resource "azurerm_app_service_managed_certificate" "this" {
  count = local.managed ? 1 : 0

  custom_hostname_binding_id = azurerm_app_service_custom_hostname_binding.this[0].id
}

resource "azurerm_app_service_certificate_binding" "this" {
  count = var.domain == null ? 0 : 1

  hostname_binding_id = azurerm_app_service_custom_hostname_binding.this[0].id
  certificate_id      = local.managed ? azurerm_app_service_managed_certificate.this[0].id : var.domain.certificate_id
  ssl_state           = "SniEnabled"
}

data "azurerm_function_app_host_keys" "this" {
  count = var.read_key ? 1 : 0

  name                = var.function_app.name
  resource_group_name = var.resource_group_name
}
