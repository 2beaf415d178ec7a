# Required.

variable "emails" {
  description = "Who is told when something fails or costs too much."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.emails) > 0
    error_message = "emails: at least one address, for example [\"ops@example.com\"]."
  }
}

variable "integration_subnet_id" {
  description = "A subnet, delegated to `Microsoft.App/environments`, through which the app reaches out."
  type        = string
  nullable    = false
}

variable "endpoint_subnet_id" {
  description = "A subnet for private endpoints."
  type        = string
  nullable    = false
}

variable "dns_zone_ids" {
  description = "Private DNS zones that are linked to the network, by `blob`, `queue`, `table`, `sites` and `vault`."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for name in ["blob", "queue", "table", "sites", "vault"] : contains(keys(var.dns_zone_ids), name)])
    error_message = "dns_zone_ids: blob, queue, table, sites and vault, for example { blob = \"/subscriptions/…/privateDnsZones/privatelink.blob.core.windows.net\", … }."
  }
}

# Optional.

variable "name" {
  description = "What everything is called after."
  type        = string
  default     = "photos"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 13
    error_message = "name: up to 13 lower-case letters, digits and single hyphens, a letter first, for example \"photos\"."
  }
}

variable "location" {
  description = "The network's region, which has the Flex Consumption plan and a paired region."
  type        = string
  default     = "westeurope"
  nullable    = false
}

variable "dist" {
  description = "The folder into which `anyfn build` wrote."
  type        = string
  default     = "../../../../dist"
  nullable    = false
}

variable "key_expires" {
  description = "When the key that encrypts the stores expires; it is renewed by its rotation policy before."
  type        = string
  default     = "2028-01-01T00:00:00Z"
  nullable    = false

  validation {
    condition     = can(formatdate("YYYY", var.key_expires))
    error_message = "key_expires: an instant in UTC, for example \"2028-01-01T00:00:00Z\"."
  }
}

variable "azure_cli" {
  description = "The Azure CLI, with which an apply deploys the package. Null deploys nothing."
  type        = string
  default     = "az"
}
