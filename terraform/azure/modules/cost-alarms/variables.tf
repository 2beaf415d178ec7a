# Required.

variable "name" {
  description = "The deployment's name; action group, budget and alarms are named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 40
    error_message = "name: up to 40 lower-case letters, digits and single hyphens, a letter first, for example \"media\"."
  }
}

variable "resource_group_name" {
  description = "The resource group that holds the app; the budget counts all of it."
  type        = string
  nullable    = false
}

variable "location" {
  description = "The region of what has one, for example `westeurope`."
  type        = string
  nullable    = false
}

variable "function_app" {
  description = <<-EOT
    The function app, on the Flex Consumption plan:
    - `id`: its resource id. `name`: its name.
    - `memory_mb`, `maximum_instances`: only for the output `loop_usd_per_hour`.
  EOT
  type = object({
    id                = string
    name              = string
    memory_mb         = optional(number, 2048)
    maximum_instances = optional(number, 100)
  })
  nullable = false

  validation {
    condition     = contains([512, 2048, 4096], var.function_app.memory_mb)
    error_message = "function_app: memory_mb is 512, 2048 or 4096, for example 2048."
  }
  validation {
    condition     = var.function_app.maximum_instances >= 1 && var.function_app.maximum_instances <= 1000
    error_message = "function_app: maximum_instances is 1 to 1000, for example 100."
  }
}

variable "emails" {
  description = "Who is told by e-mail. May be empty where webhook_url is set."
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
  description = "The month's budget, in the subscription's currency; mails at 50, 80 and 100 % spent and at 100 % forecast."
  type        = number
  nullable    = false

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "monthly_budget_usd: more than 0, for example 20."
  }
}

# Optional.

variable "usd_per_hour" {
  description = "The estimated dollars an hour at which the alarm rings within minutes."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.usd_per_hour > 0
    error_message = "usd_per_hour: more than 0, for example 1."
  }
}

variable "anomaly" {
  description = "Cost anomaly alert of the subscription, to the emails. One is enough a subscription: true in one deployment. Whoever applies needs Cost Management Contributor on the subscription."
  type        = bool
  default     = true
  nullable    = false
}

variable "webhook_url" {
  description = "An https address that is told too."
  type        = string
  default     = null

  validation {
    condition     = var.webhook_url == null ? true : can(regex("^https://[^/\\s]+", var.webhook_url))
    error_message = "webhook_url: an https address, for example \"https://hooks.example.com/azure\"."
  }
}

variable "hard_stop" {
  description = "When the estimated dollars an hour or the month's budget are exceeded, stop the function app. It stays stopped until somebody starts it. Whoever applies needs the right to make roles."
  type        = bool
  default     = false
  nullable    = false
}

variable "prices" {
  description = "US dollars by GB-second and by execution on Flex Consumption, on demand, without the free grant. Defaults: Azure Functions pricing, East US, 2026-11."
  type = object({
    gb_second = optional(number, 0.000026)
    execution = optional(number, 0.0000004)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for p in values(var.prices) : p > 0])
    error_message = "prices: more than 0, for example { gb_second = 0.000026 }."
  }
}

variable "tags" {
  description = "Tags of everything that can carry them, for example { \"anyfn:app\" = \"media\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
