# Required.

variable "subscription_id" {
  description = "The subscription of the storage account."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_id))
    error_message = "subscription_id: the output of `az account show --query id --output tsv`, for example \"00000000-0000-0000-0000-000000000000\"."
  }
}

variable "location" {
  description = "Where the storage account is, for example `westeurope`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+$", var.location))
    error_message = "location: a region's name in one word, for example \"westeurope\"."
  }
}

# Optional.

variable "resource_group_name" {
  description = "The resource group that is made for it."
  type        = string
  default     = "tfstate"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,88}[A-Za-z0-9]$", var.resource_group_name))
    error_message = "resource_group_name: letters, digits, hyphens and underscores, for example \"tfstate\"."
  }
}

variable "storage_account_name" {
  description = "The storage account's name; null is `tfstate` and twelve characters that depend on the subscription and the group."
  type        = string
  default     = null

  validation {
    condition     = var.storage_account_name == null ? true : can(regex("^[a-z0-9]{3,24}$", var.storage_account_name))
    error_message = "storage_account_name: 3 to 24 lower-case letters and digits, for example \"exampletfstate\", or null."
  }
}

variable "writers" {
  description = "Object ids of those who deploy besides whoever applies this: people, groups, a workflow's identity."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.writers : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "writers: object ids, not names, for example [\"22222222-2222-2222-2222-222222222222\"]; `az ad sp show --id NAME --query id --output tsv` tells one."
  }
}

variable "replication" {
  description = "`ZRS` (three data centres), `LRS` (one; where a region has no others), `GZRS` or `GRS` (another region too)."
  type        = string
  default     = "ZRS"
  nullable    = false

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "GZRS"], var.replication)
    error_message = "replication: \"LRS\", \"ZRS\", \"GRS\" or \"GZRS\", for example \"ZRS\"."
  }
}

variable "keep_days" {
  description = "How long a state that was replaced or deleted can be brought back."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.keep_days >= 7 && var.keep_days <= 365
    error_message = "keep_days: 7 to 365, for example 90."
  }
}
