# Required.

variable "name" {
  description = "The storage account's name. It is global."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]{3,24}$", var.name))
    error_message = "name: 3 to 24 lower-case letters and digits, for example \"medias3f9c2a71b0\"."
  }
}

variable "resource_group_name" {
  description = "The resource group of the account."
  type        = string
  nullable    = false
}

variable "location" {
  description = "The account's region, for example `westeurope`."
  type        = string
  nullable    = false
}

variable "stores" {
  description = "The stores; each becomes a container of the same name."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.stores) > 0
    error_message = "stores: at least one, for example [\"photos\"]."
  }
  validation {
    condition     = alltrue([for name in var.stores : can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", name)) && length(name) >= 3 && length(name) <= 63])
    error_message = "stores: 3 to 63 lower-case letters, digits and single hyphens, a letter or digit first and last, for example [\"photos\"]."
  }
}

# Optional.

variable "lifecycle_rules" {
  description = <<-EOT
    What becomes of blobs with time, by any name:
    - `store`: which store; `prefix`: only blobs whose key begins with it.
    - `delete_after_days`, `cool_after_days`: days since the last change; null: never.
  EOT
  type = map(object({
    store             = string
    prefix            = optional(string, "")
    delete_after_days = optional(number)
    cool_after_days   = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rule in var.lifecycle_rules : contains(var.stores, rule.store)])
    error_message = "lifecycle_rules: store is one of `stores`, for example { old = { store = \"photos\", delete_after_days = 30 } }."
  }
  validation {
    condition = alltrue([for rule in var.lifecycle_rules :
      anytrue([for days in [rule.delete_after_days, rule.cool_after_days] : days != null]) &&
      alltrue([for days in [rule.delete_after_days, rule.cool_after_days] : days == null ? true : days >= 1])
    ])
    error_message = "lifecycle_rules: delete_after_days or cool_after_days, 1 or more, for example { old = { store = \"photos\", delete_after_days = 30 } }."
  }
}

variable "events" {
  description = "Whether functions can be told of changes: makes the account's one Event Grid topic. Without a subscriber it is not billed."
  type        = bool
  default     = true
  nullable    = false
}

variable "soft_delete_days" {
  description = "Days for which a deleted blob can be brought back, 1 to 365; 0 turns it off. Its bytes are billed until then."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.soft_delete_days >= 0 && var.soft_delete_days <= 365
    error_message = "soft_delete_days: 0 to 365, for example 7."
  }
}

variable "storage" {
  description = <<-EOT
    How bytes are kept:
    - `replication`: LRS, ZRS, GRS, RAGRS, GZRS or RAGZRS.
    - `versioning`: whether a version of every change is kept.
    - `customer_managed_key`: a key of yours: `key_vault_key_id`, and `identity_id`, a user-assigned identity that may use it.
  EOT
  type = object({
    replication = optional(string, "LRS")
    versioning  = optional(bool, false)
    customer_managed_key = optional(object({
      key_vault_key_id = string
      identity_id      = string
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "RAGRS", "GZRS", "RAGZRS"], var.storage.replication)
    error_message = "storage: replication is LRS, ZRS, GRS, RAGRS, GZRS or RAGZRS, for example \"ZRS\"."
  }
}

variable "audit" {
  description = "Logs every request to the stores into the Log Analytics workspace `workspace_id`, which is billed by the gigabyte. Null: no such log."
  type = object({
    workspace_id = string
  })
  default = null
}

variable "network" {
  description = "Closed networks: `public` whether the account answers on the internet, `endpoint_subnet_id` a subnet for its private endpoint (billed by the hour), `dns_zone_id` the zone privatelink.blob.core.windows.net."
  type = object({
    public             = optional(bool, true)
    endpoint_subnet_id = optional(string)
    dns_zone_id        = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.network.public || var.network.endpoint_subnet_id != null
    error_message = "network: without public access the account needs endpoint_subnet_id, for example { public = false, endpoint_subnet_id = azurerm_subnet.endpoints.id }."
  }
}

variable "tags" {
  description = "Tags of everything that can carry them, for example { \"anyfn:app\" = \"image-processing\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
