# Required.

variable "emails" {
  description = "Who is told when something fails or costs too much."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.emails) > 0
    error_message = "emails: at least one address, for example [\"ops@example.com\"]."
  }
}

# Optional.

variable "name" {
  description = "What everything is called after; with another name the same subscription holds a second deployment."
  type        = string
  default     = "media"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 20
    error_message = "name: up to 20 lower-case letters, digits and single hyphens, a letter first, for example \"media\"."
  }
}

variable "location" {
  description = "A region that has the Flex Consumption plan; `az functionapp list-flexconsumption-locations` lists them."
  type        = string
  default     = "westeurope"
  nullable    = false
}

variable "dist" {
  description = "The folder into which `anyfn build` wrote."
  type        = string
  default     = "../../../../dist"
  nullable    = false
}

variable "monthly_budget_usd" {
  description = "The month's budget of each of the three apps."
  type        = number
  default     = 20
  nullable    = false
}

variable "keep_days" {
  description = "Days after which cron-cleanup deletes photos and thumbnails."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.keep_days >= 1
    error_message = "keep_days: 1 or more, for example 30."
  }
}

variable "webhook_secrets" {
  description = "The secrets that senders sign with, by the setting's name. A sender without one is refused."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true
}

variable "azure_cli" {
  description = "The Azure CLI, with which an apply deploys the packages. Null deploys nothing."
  type        = string
  default     = "az"
}
