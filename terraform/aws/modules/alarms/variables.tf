# Required.

variable "name" {
  description = "The deployment's name; every alarm's name begins with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 40
    error_message = "name: up to 40 lower-case letters, digits and single hyphens, a letter first, for example \"media\"."
  }
}

variable "functions" {
  description = <<-EOT
    The functions to watch, by any key that is stable:
    - `name`: the Lambda function's name.
    - `timeout_s`: its timeout, against which its duration is held.
    - `trigger`: what starts it, as the manifest says: `http`, `queue`, `blob` or `schedule`. A schedule alarms on its first failed tick, the others on a rate.
    - `on_failure`: whether it has a destination or a dead-letter queue of its own for asynchronous calls; what could not be delivered there is lost, and alarms.
  EOT
  type = map(object({
    name       = string
    timeout_s  = number
    trigger    = optional(string, "queue")
    on_failure = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = length(var.functions) > 0
    error_message = "functions: at least one, for example { thumbnail = { name = \"media-thumbnail\", timeout_s = 60 } }."
  }
  validation {
    condition     = alltrue([for key, _ in var.functions : can(regex("^[a-z][a-z0-9-]*$", key))])
    error_message = "functions: a key is lower-case letters, digits and hyphens, a letter first, for example \"thumbnail\"; it becomes part of an alarm's name."
  }
  validation {
    condition     = alltrue([for f in var.functions : f.timeout_s >= 1 && f.timeout_s <= 900])
    error_message = "functions: timeout_s is 1 to 900 seconds, for example 60."
  }
  validation {
    condition     = alltrue([for f in var.functions : contains(["http", "queue", "blob", "schedule"], f.trigger)])
    error_message = "functions: trigger is \"http\", \"queue\", \"blob\" or \"schedule\", for example \"queue\"."
  }
}

variable "topic_arn" {
  description = "The SNS topic that is told, when an alarm begins and when it ends: the output `topic_arn` of the module cost-alarms, or one of your own that lets CloudWatch publish."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.topic_arn))
    error_message = "topic_arn: an SNS topic's ARN, for example \"arn:aws:sns:eu-west-1:123456789012:media-alarms\"."
  }
}

# Optional.

variable "queues" {
  description = "The queues to watch, by any key that is stable: `name` the queue's, `dlq_name` its dead-letter queue's."
  type = map(object({
    name     = string
    dlq_name = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key, _ in var.queues : can(regex("^[a-z][a-z0-9-]*$", key))])
    error_message = "queues: a key is lower-case letters, digits and hyphens, a letter first, for example \"deliveries\"; it becomes part of an alarm's name."
  }
}

variable "schedule_group" {
  description = "Name of the EventBridge Scheduler group whose schedules start the functions; null where none do."
  type        = string
  default     = null

  validation {
    condition     = var.schedule_group == null ? true : can(regex("^[A-Za-z0-9_.-]{1,64}$", var.schedule_group))
    error_message = "schedule_group: the group's name, not its ARN, for example \"media\", or null for none."
  }
}

variable "thresholds" {
  description = <<-EOT
    When to alarm:
    - `error_percent`: share of failed calls over five minutes, twice in a row (schedules: any).
    - `duration_percent`: 99th percentile of the duration, as a share of the timeout, three times five minutes in a row.
    - `queue_age_s`: how long the oldest message may wait.
  EOT
  type = object({
    error_percent    = optional(number, 5)
    duration_percent = optional(number, 80)
    queue_age_s      = optional(number, 900)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.thresholds.error_percent > 0 && var.thresholds.error_percent < 100
    error_message = "thresholds: error_percent lies between 0 and 100, for example 5."
  }
  validation {
    condition     = var.thresholds.duration_percent > 0 && var.thresholds.duration_percent < 100
    error_message = "thresholds: duration_percent lies between 0 and 100, for example 80."
  }
  validation {
    condition     = var.thresholds.queue_age_s >= 60 && var.thresholds.queue_age_s <= 1209600
    error_message = "thresholds: queue_age_s is 60 seconds to 14 days (1209600), for example 900."
  }
}

variable "tags" {
  description = "Tags of every alarm, for example { \"anyfn:app\" = \"media\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
