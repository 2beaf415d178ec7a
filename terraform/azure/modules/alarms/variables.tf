# Required.

variable "name" {
  description = "The deployment's name; every rule's name begins with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 40
    error_message = "name: up to 40 lower-case letters, digits and single hyphens, a letter first, for example \"media\"."
  }
}

variable "resource_group_name" {
  description = "The resource group of the rules."
  type        = string
  nullable    = false
}

variable "location" {
  description = "The region of the log rules, which is that of the logs, for example `westeurope`."
  type        = string
  nullable    = false
}

variable "function_app_id" {
  description = "The function app to watch."
  type        = string
  nullable    = false
}

variable "application_insights_id" {
  description = "Where the app's requests, exceptions and traces go."
  type        = string
  nullable    = false
}

variable "functions" {
  description = <<-EOT
    The functions to watch, by any key that is stable:
    - `name`: the function's name in the app.
    - `timeout_s`: its timeout, against which its duration is held.
    - `trigger`: what starts it, as the manifest says: `http`, `queue`, `blob` or `schedule`. A schedule alarms on its first failed tick, the others on a rate.
  EOT
  type = map(object({
    name      = string
    timeout_s = number
    trigger   = optional(string, "queue")
  }))
  nullable = false

  validation {
    condition     = length(var.functions) > 0
    error_message = "functions: at least one, for example { thumbnail = { name = \"thumbnail\", timeout_s = 60 } }."
  }
  validation {
    condition     = alltrue([for f in var.functions : can(regex("^[a-z][a-z0-9-]*$", f.name))])
    error_message = "functions: name is the function's, lower-case letters, digits and hyphens, a letter first, for example \"thumbnail\"."
  }
  validation {
    condition     = alltrue([for f in var.functions : f.timeout_s >= 1])
    error_message = "functions: timeout_s is 1 second or more, for example 60."
  }
  validation {
    condition     = alltrue([for f in var.functions : contains(["http", "queue", "blob", "schedule"], f.trigger)])
    error_message = "functions: trigger is \"http\", \"queue\", \"blob\" or \"schedule\", for example \"queue\"."
  }
}

variable "action_group_id" {
  description = "The action group that is told, when an alarm begins and when it ends: the output `action_group_id` of the module cost-alarms, or one of your own."
  type        = string
  nullable    = false
}

# Optional.

variable "queues" {
  description = "The queues to watch, by any key that is stable: `name` the queue's, `dlq_name` its dead-letter (poison) queue's. Azure has no metric of one storage queue: what alarms is the host's own line that it moves a message there, so a queue that another app drains is not seen."
  type = map(object({
    name     = string
    dlq_name = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for q in var.queues : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", q.dlq_name))])
    error_message = "queues: dlq_name is a storage queue's name, 3 to 63 lower-case letters, digits and hyphens, for example \"deliveries-poison\"."
  }
}

variable "thresholds" {
  description = <<-EOT
    When to alarm:
    - `error_percent`: share of failed calls over `log_minutes` (schedules: any).
    - `duration_percent`: 99th percentile of the duration, as a share of the timeout.
    - `http_5xx`: answers of the kind 5xx over five minutes.
    - `log_minutes`: how often the logs are read: 5, 10 or 15; a rule costs more, the oftener it looks.
  EOT
  type = object({
    error_percent    = optional(number, 5)
    duration_percent = optional(number, 80)
    http_5xx         = optional(number, 5)
    log_minutes      = optional(number, 15)
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
    condition     = var.thresholds.http_5xx >= 1
    error_message = "thresholds: http_5xx is 1 or more, for example 5."
  }
  validation {
    condition     = contains([5, 10, 15], var.thresholds.log_minutes)
    error_message = "thresholds: log_minutes is 5, 10 or 15, for example 15."
  }
}

variable "tags" {
  description = "Tags of every rule, for example { \"anyfn:app\" = \"media\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
