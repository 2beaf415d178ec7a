# Required.

variable "name" {
  description = "The queue's name. Its poison queue is `NAME-poison`: the Functions host knows no other name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", var.name)) && length(var.name) >= 3 && length(var.name) <= 56
    error_message = "name: 3 to 56 lower-case letters, digits and single hyphens, a letter or digit first and last, for example \"deliveries\"."
  }
}

variable "storage_account_id" {
  description = "The storage account's id. A queue with a function must be in the function's own: the output `storage_account_id` of the module function."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.Storage/storageAccounts/[a-z0-9]{3,24}$", var.storage_account_id))
    error_message = "storage_account_id: the id of a storage account, for example \"/subscriptions/…/resourceGroups/media/providers/Microsoft.Storage/storageAccounts/mediah3f9c2a71b0\"."
  }
}

# Optional.

variable "poison" {
  description = "Whether to make the poison queue too. The host would make it when the first message fails: too late for an alarm and for a role."
  type        = bool
  default     = true
  nullable    = false
}
