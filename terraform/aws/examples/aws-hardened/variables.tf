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

variable "name" {
  description = "What every resource's name begins with."
  type        = string
  default     = "hardened"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])+$", var.name)) && length(var.name) <= 20
    error_message = "name: 2 to 20 lower-case letters, digits and single hyphens, a letter first, for example \"hardened\"."
  }
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
  default     = 50
  nullable    = false
}

variable "unsigned_code" {
  description = "What Lambda does with a package that is not signed by this example's profile: `Warn` lets it run and counts it, `Enforce` refuses it. Begin with `Warn`; say `Enforce` once your pipeline signs."
  type        = string
  default     = "Warn"
  nullable    = false

  validation {
    condition     = contains(["Enforce", "Warn"], var.unsigned_code)
    error_message = "unsigned_code: \"Warn\" or \"Enforce\"."
  }
}

variable "webhook_secrets" {
  description = "Names of the secrets in AWS Secrets Manager, by the webhook's setting: { WEBHOOK_SECRET_GITHUB = \"webhook/github\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
