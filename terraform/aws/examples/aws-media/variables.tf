# Required.

variable "emails" {
  description = "Who is told of failures and of cost. Each address follows a link in a mail first."
  type        = list(string)
  nullable    = false
}

# Optional.

variable "dist" {
  description = "The folder that `anyfn build` wrote."
  type        = string
  default     = "../../../../dist"
  nullable    = false
}

variable "region" {
  description = "Where everything is."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "monthly_budget_usd" {
  description = "The month's budget of the account."
  type        = number
  default     = 20
  nullable    = false
}

variable "anomaly" {
  description = "Cost anomaly detection, as the module cost-alarms has it. In a member account of an organization: { enabled = false }, or an existing_monitor_arn."
  type = object({
    enabled              = optional(bool, true)
    existing_monitor_arn = optional(string)
  })
  default  = {}
  nullable = false
}

variable "webhook_secrets" {
  description = "Secrets of those who send webhooks, by setting: { WEBHOOK_SECRET_GITHUB = \"…\" }. A provider without one is refused."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true
}

variable "cleanup_rules" {
  description = "What is deleted at night, as the README of cron-cleanup says."
  type = list(object({
    store       = string
    prefix      = string
    older_than  = string
    keep_latest = optional(number, 0)
    max_share   = optional(number, 0.5)
    dry_run     = optional(bool, false)
  }))
  default = [
    { store = "photos", prefix = "tmp/", older_than = "30d" },
    { store = "thumbnails", prefix = "tmp/", older_than = "30d" },
  ]
  nullable = false
}
