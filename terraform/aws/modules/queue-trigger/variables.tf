# Required.

variable "target_arn" {
  description = "What is called: the function's alias, the output `target_arn` of the module function."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9-_]+:[a-zA-Z0-9-_]+$", var.target_arn))
    error_message = "target_arn: an alias's ARN, for example \"arn:aws:lambda:eu-west-1:123456789012:function:media-archive:live\"."
  }
}

variable "role_name" {
  description = "The function's role, which receives from the queue: the output `role_name` of the module function."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9+=,.@_-]{1,64}$", var.role_name))
    error_message = "role_name: a role's name, not its ARN, for example \"media-archive\"."
  }
}

variable "queue_arn" {
  description = "The queue: the output `arn` of the module queue."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}(\\.fifo)?$", var.queue_arn))
    error_message = "queue_arn: for example \"arn:aws:sqs:eu-west-1:123456789012:media-deliveries\"."
  }
}

# Optional.

variable "batch_size" {
  description = "Messages in one call at most: 1 to 10, or to 10000 where `window_s` is set. The runtime runs them side by side and reports each alone."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.batch_size >= 1 && floor(var.batch_size) == var.batch_size && var.batch_size <= (var.window_s > 0 ? 10000 : 10)
    error_message = "batch_size: a whole number from 1 to 10; up to 10000 with a window_s of at least 1; for example 10."
  }
}

variable "window_s" {
  description = "How long messages gather before a call, 0 to 300 seconds. A FIFO queue has none."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.window_s >= 0 && var.window_s <= 300
    error_message = "window_s: 0 to 300 seconds, for example 5."
  }
  validation {
    condition     = var.window_s == 0 || !endswith(var.queue_arn, ".fifo")
    error_message = "window_s: a FIFO queue gathers nothing; set window_s = 0."
  }
}

variable "maximum_concurrency" {
  description = "Calls at once at most that this queue causes, 2 to 1000; null for no limit. Unlike reserved concurrency it throttles nothing, so no message uses up its attempts."
  type        = number
  default     = null

  validation {
    condition     = var.maximum_concurrency == null ? true : var.maximum_concurrency >= 2 && var.maximum_concurrency <= 1000
    error_message = "maximum_concurrency: 2 to 1000, for example 10, or null for no limit."
  }
}

variable "enabled" {
  description = "False holds messages in the queue."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key" {
  description = "The queue's key, where it has one of yours. Null where it has none. In an object, so that a plan which makes the key knows that there is one."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.kms_key == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key.arn))
    error_message = "kms_key: a key's ARN, for example { arn = \"arn:aws:kms:eu-west-1:123456789012:key/1a2b3c4d-…\" }, or null."
  }
}

variable "tags" {
  description = "Tags of the event source mapping, for example { \"anyfn:app\" = \"media\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
