# Required.

variable "name" {
  description = "The queue's name in AWS, with `.fifo` at its end where `fifo` is set."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,75}(\\.fifo)?$", var.name)) && endswith(var.name, ".fifo") == var.fifo
    error_message = "name: up to 75 letters, digits, hyphens and underscores, with .fifo at its end where fifo = true and only there, for example \"media-orders\" or \"media-orders.fifo\"."
  }
}

# Optional.

variable "dead_letter_name" {
  description = "The dead-letter queue's name; ends in `.fifo` where the queue does. Null makes none: for a queue that no function listens to."
  type        = string
  default     = null

  validation {
    condition     = var.dead_letter_name == null ? true : can(regex("^[A-Za-z0-9_-]{1,75}(\\.fifo)?$", var.dead_letter_name)) && endswith(var.dead_letter_name, ".fifo") == var.fifo
    error_message = "dead_letter_name: as name, for example \"media-archive-dead-letter\" (\"media-archive-dead-letter.fifo\" where fifo = true), or null for none."
  }
}

variable "max_receive_count" {
  description = "How often a message is tried before it goes to the dead-letter queue, 1 to 1000."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.max_receive_count >= 1 && var.max_receive_count <= 1000 && floor(var.max_receive_count) == var.max_receive_count
    error_message = "max_receive_count: a whole number from 1 to 1000, for example 5."
  }
}

variable "function_timeout_s" {
  description = "Timeout of the function that listens. A message stays hidden for six times that, as Lambda asks, so that it does not come twice while its call runs."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.function_timeout_s >= 1 && var.function_timeout_s <= 900
    error_message = "function_timeout_s: 1 to 900 seconds, for example 30."
  }
}

variable "fifo" {
  description = "Whether messages of one group keep their order."
  type        = bool
  default     = false
  nullable    = false
}

variable "retention_s" {
  description = "How long a message waits at most before it is lost, 60 to 1209600 seconds. Dead letters wait 14 days, always."
  type        = number
  default     = 345600
  nullable    = false

  validation {
    condition     = var.retention_s >= 60 && var.retention_s <= 1209600
    error_message = "retention_s: 60 seconds to 14 days (1209600), for example 345600."
  }
}

variable "bucket_arns" {
  description = "Buckets whose events arrive here."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.bucket_arns : can(regex("^arn:[a-z-]+:s3:::[a-z0-9.-]{3,63}$", arn))])
    error_message = "bucket_arns: for example [\"arn:aws:s3:::media-photos\"]."
  }
  validation {
    condition     = length(var.bucket_arns) == 0 || !var.fifo
    error_message = "bucket_arns: S3 sends to no FIFO queue; set fifo = false."
  }
}

variable "kms_key" {
  description = "The key that encrypts messages; null leaves it to SQS's own. Its policy must let S3 use it where buckets send here. In an object, so that a plan which makes the key knows that there is one."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.kms_key == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key.arn))
    error_message = "kms_key: a key's ARN, for example { arn = \"arn:aws:kms:eu-west-1:123456789012:key/1a2b3c4d-…\" }, or null."
  }
}

variable "tags" {
  description = "Tags of both queues, for example { \"anyfn:app\" = \"media\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
