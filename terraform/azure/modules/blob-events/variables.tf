# Required.

variable "name" {
  description = "The subscription's name, of which a topic has each once."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{3,64}$", var.name))
    error_message = "name: 3 to 64 letters, digits and hyphens, for example \"image-processing-thumbnail\"."
  }
}

variable "store" {
  description = "The store to watch: one of the output `stores` of the module blob."
  type = object({
    container = string
    topic = object({
      name                = string
      resource_group_name = string
      principal_id        = string
    })
  })
  nullable = false

  validation {
    condition     = var.store.topic != null
    error_message = "store: one whose account has a topic: the module blob with events = true, for example module.stores.stores[\"photos\"]."
  }
}

variable "change" {
  description = "Which change: `created` (written for the first time or again) or `deleted`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["created", "deleted"], var.change)
    error_message = "change: \"created\" or \"deleted\", for example \"created\"."
  }
}

variable "queue" {
  description = "Where the events go: the output `queue` of the module queue."
  type = object({
    account_id = string
    name       = string
    scope      = string
  })
  nullable = false
}

# Optional.

variable "prefix" {
  description = "Only blobs whose key begins with it."
  type        = string
  default     = ""
  nullable    = false
}

variable "suffix" {
  description = "Only blobs whose key ends in it."
  type        = string
  default     = ""
  nullable    = false
}

variable "tries" {
  description = "How long Event Grid tries to put an event into the queue before it lays it into the container `NAME-undelivered`: `minutes` 1 to 1440, `attempts` 1 to 30."
  type = object({
    minutes  = optional(number, 1440)
    attempts = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.tries.minutes >= 1 && var.tries.minutes <= 1440
    error_message = "tries: minutes is 1 to 1440, for example 1440."
  }
  validation {
    condition     = var.tries.attempts >= 1 && var.tries.attempts <= 30
    error_message = "tries: attempts is 1 to 30, for example 30."
  }
}
