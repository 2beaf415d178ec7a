# Required.

variable "function" {
  description = "The function's name, as the manifest has it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,39}$", var.function))
    error_message = "function: 2 to 40 lower-case letters, digits and hyphens, a letter first, for example \"archive\"."
  }
}

variable "queue" {
  description = "The queue that it listens on: the output `queue` of the module queue."
  type = object({
    name  = string
    scope = string
    url   = string
  })
  nullable = false

  validation {
    condition     = strcontains(var.queue.scope, "/queueServices/default/queues/")
    error_message = "queue: the output `queue` of the module queue, for example module.deliveries.queue."
  }
}

variable "poison" {
  description = "Where its messages go that fail for good: the output `poison` of the module queue."
  type = object({
    name  = string
    scope = string
    url   = string
  })
  nullable = false

  validation {
    condition     = var.poison.name == "${var.queue.name}-poison"
    error_message = "poison: the queue's own, which the host calls NAME-poison, for example module.deliveries.poison."
  }
}

variable "role_definition_id" {
  description = "A role that may look at a queue, take messages from it, delete and postpone them: the module app makes one. Null takes Storage Queue Data Contributor, which may also empty and delete the queue."
  type        = string
  default     = null
}
