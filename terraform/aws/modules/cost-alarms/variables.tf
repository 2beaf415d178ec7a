# Required.

variable "name" {
  description = "The deployment's name; topic, budgets and alarms are named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 40
    error_message = "name: up to 40 lower-case letters, digits and single hyphens, a letter first, for example \"media\"."
  }
}

variable "functions" {
  description = <<-EOT
    The functions whose cost is estimated, by any key that is stable:
    - `name`: the Lambda function's name.
    - `memory_mb`: its memory, 128 to 10240.
    - `architecture`: `arm64` or `x86_64`; the two have different prices.
    - `timeout_s`: its timeout; the alarm looks back so far, since a call's duration is only known at its end.
    - `usd_per_hour`: another limit for this function than the variable of that name.
  EOT
  type = map(object({
    name         = string
    memory_mb    = number
    architecture = string
    timeout_s    = optional(number, 900)
    usd_per_hour = optional(number)
  }))
  nullable = false

  validation {
    condition     = length(var.functions) > 0
    error_message = "functions: at least one, for example { thumbnail = { name = \"media-thumbnail\", memory_mb = 512, architecture = \"arm64\" } }."
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
    condition     = alltrue([for f in var.functions : f.memory_mb >= 128 && f.memory_mb <= 10240])
    error_message = "functions: memory_mb is 128 to 10240, for example 512."
  }
  validation {
    condition     = alltrue([for f in var.functions : contains(["arm64", "x86_64"], f.architecture)])
    error_message = "functions: architecture is \"arm64\" or \"x86_64\", for example \"arm64\"."
  }
  validation {
    condition     = alltrue([for f in var.functions : f.usd_per_hour == null ? true : f.usd_per_hour > 0])
    error_message = "functions: usd_per_hour is more than 0, for example 0.5, or null for the variable usd_per_hour."
  }
}

variable "emails" {
  description = "Who is told by e-mail. Each address gets one message with a link and hears nothing before it is followed. May be empty where webhook_url is set."
  type        = list(string)
  nullable    = false

  validation {
    condition     = alltrue([for e in var.emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", e))])
    error_message = "emails: addresses, for example [\"ops@example.com\"]."
  }
  validation {
    condition     = length(var.emails) > 0 || var.webhook_url != null
    error_message = "emails: somebody must be told; give an address, for example [\"ops@example.com\"], or a webhook_url."
  }
}

variable "monthly_budget_usd" {
  description = "The month's budget; mails at 50, 80 and 100 % spent and at 100 % forecast."
  type        = number
  nullable    = false

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "monthly_budget_usd: more than 0, for example 20."
  }
}

# Optional.

variable "app" {
  description = "The app's name, as in the tag `anyfn:app` on its resources; null means `name`."
  type        = string
  default     = null
}

variable "daily_budget_usd" {
  description = "The day's budget; mails at 80 and 100 % spent (a daily budget cannot forecast). Null means a tenth of the month's."
  type        = number
  default     = null

  validation {
    condition     = var.daily_budget_usd == null ? true : var.daily_budget_usd > 0
    error_message = "daily_budget_usd: more than 0, for example 2, or null for a tenth of the month's."
  }
}

variable "usd_per_hour" {
  description = "The estimated dollars an hour of one function at which its alarm rings, within minutes."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.usd_per_hour > 0
    error_message = "usd_per_hour: more than 0, for example 1."
  }
}

variable "total_usd_per_hour" {
  description = "The same for all functions together; null (the default) for none, since it doubles the metrics that are billed. More than five functions are watched in groups of five."
  type        = number
  default     = null

  validation {
    condition     = var.total_usd_per_hour == null ? true : var.total_usd_per_hour > 0
    error_message = "total_usd_per_hour: more than 0, for example 2, or null for none."
  }
}

variable "max_invocations_per_minute" {
  description = "Alarm above this many calls a minute of one function; null for none."
  type        = number
  default     = null

  validation {
    condition     = var.max_invocations_per_minute == null ? true : var.max_invocations_per_minute > 0
    error_message = "max_invocations_per_minute: more than 0, for example 6000, or null for none."
  }
}

variable "max_concurrency" {
  description = "Alarm above this many calls at once of one function; null for none."
  type        = number
  default     = null

  validation {
    condition     = var.max_concurrency == null ? true : var.max_concurrency > 0
    error_message = "max_concurrency: more than 0, for example 100, or null for none."
  }
}

variable "budget_scope" {
  description = "What the budgets count: `account` all of the account, which needs nothing; `tag` only what carries the tag `anyfn:app`, which counts nothing before that tag is an active cost allocation tag (see activate_tag)."
  type        = string
  default     = "account"
  nullable    = false

  validation {
    condition     = contains(["account", "tag"], var.budget_scope)
    error_message = "budget_scope: \"account\" or \"tag\"."
  }
}

variable "activate_tag" {
  description = "Make `anyfn:app` a cost allocation tag. Works in the account that pays, and only a day after something with the tag first ran: false on the first apply, true on a later one, in one deployment an account."
  type        = bool
  default     = false
  nullable    = false
}

variable "anomaly" {
  description = <<-EOT
    Cost anomaly detection:
    - `enabled`: whether there is any.
    - `existing_monitor_arn`: watch this monitor's findings. Null makes a monitor of what carries the app's tag, which only an account that pays may; a member of an organization has one monitor of its services and names it here.
    - `min_usd`: tell of anomalies with at least this impact.
  EOT
  type = object({
    enabled              = optional(bool, true)
    existing_monitor_arn = optional(string)
    min_usd              = optional(number, 5)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.anomaly.existing_monitor_arn == null ? true : can(regex("^arn:[a-z-]+:ce::[0-9]{12}:anomalymonitor/.+$", var.anomaly.existing_monitor_arn))
    error_message = "anomaly: existing_monitor_arn is an ARN such as \"arn:aws:ce::123456789012:anomalymonitor/1a2b3c4d-…\", or null."
  }
  validation {
    condition     = var.anomaly.min_usd > 0
    error_message = "anomaly: min_usd is more than 0, for example 5."
  }
}

variable "webhook_url" {
  description = "An https address that is told too. SNS first posts a SubscriptionConfirmation there; what answers has to follow its link."
  type        = string
  default     = null

  validation {
    condition     = var.webhook_url == null ? true : can(regex("^https://[^/\\s]+", var.webhook_url))
    error_message = "webhook_url: an https address, for example \"https://hooks.example.com/aws\"."
  }
}

variable "encryption" {
  description = <<-EOT
    Encrypt the topic with a customer key; by default SNS stores messages as it does all.
    - `own_key`: make a key, about 1 dollar a month.
    - `kms_key_arn`: use yours, whose policy must hold the output `kms_key_policy`, or nothing arrives and nothing says so.
  EOT
  type = object({
    own_key     = optional(bool, false)
    kms_key_arn = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.encryption.kms_key_arn == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.encryption.kms_key_arn))
    error_message = "encryption: kms_key_arn is a key's ARN, for example \"arn:aws:kms:eu-west-1:123456789012:key/1a2b3c4d-…\"; an alias such as alias/aws/sns cannot let budgets publish."
  }
  validation {
    condition     = !var.encryption.own_key || var.encryption.kms_key_arn == null
    error_message = "encryption: either own_key = true or a kms_key_arn."
  }
}

variable "hard_stop" {
  description = "When the estimated dollars an hour are exceeded, stop the app within a minute: set every function's concurrency to 0 and switch its event source mappings off. The next `terraform apply` starts it again."
  type        = bool
  default     = false
  nullable    = false
}

variable "prices" {
  description = "US dollars by GB-second and by request, without the free tier. Defaults: AWS Lambda pricing, us-east-1, first tier, 2026-11."
  type = object({
    gb_second_arm64  = optional(number, 0.0000133334)
    gb_second_x86_64 = optional(number, 0.0000166667)
    request          = optional(number, 0.0000002)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for p in values(var.prices) : p > 0])
    error_message = "prices: more than 0, for example { gb_second_arm64 = 0.0000133334 }."
  }
}

variable "tags" {
  description = "Tags of everything that can carry them, for example { \"anyfn:app\" = \"media\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
