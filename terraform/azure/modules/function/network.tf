# Private endpoints, where the app is closed to the internet.

locals {
  # What bills with no traffic says why it is there: `anyfn idle` reads it.
  endpoint_tags = merge(var.tags, { "anyfn:idle-reason" = "The network is closed - whoever calls comes in through this" })
}

resource "azurerm_private_endpoint" "storage" {
  for_each = toset(length(var.network.endpoint_subnet_id[*]) > 0 ? ["blob", "queue", "table"] : [])

  name                = "${var.name}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.network.endpoint_subnet_id
  tags                = local.endpoint_tags

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = azurerm_storage_account.host.id
    subresource_names              = [each.key]
    is_manual_connection           = false
  }

  dynamic "private_dns_zone_group" {
    for_each = contains(keys(var.network.dns_zone_ids), each.key) ? [var.network.dns_zone_ids[each.key]] : []
    content {
      name                 = each.key
      private_dns_zone_ids = [private_dns_zone_group.value]
    }
  }
}

resource "azurerm_private_endpoint" "app" {
  count = length(var.network.endpoint_subnet_id[*])

  name                = "${var.name}-sites"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.network.endpoint_subnet_id
  tags                = local.endpoint_tags

  private_service_connection {
    name                           = "sites"
    private_connection_resource_id = azurerm_function_app_flex_consumption.this.id
    subresource_names              = ["sites"]
    is_manual_connection           = false
  }

  dynamic "private_dns_zone_group" {
    for_each = contains(keys(var.network.dns_zone_ids), "sites") ? [var.network.dns_zone_ids["sites"]] : []
    content {
      name                 = "sites"
      private_dns_zone_ids = [private_dns_zone_group.value]
    }
  }
}
