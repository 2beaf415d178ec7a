# Required.

variable "name" {
  description = "Name of the schedule group and of the role that calls."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-_]{1,53}$", var.name))
    error_message = "name: 1 to 53 letters, digits, hyphens and underscores, for example \"media\"."
  }
}

variable "schedules" {
  description = <<-EOT
    When what is called, by the schedule's name:
    - `cron`: five fields in UTC (minute, hour, day of month, month, day of week) as the code has them. The manifest writes `schedule::every` so, too.
    - `target_arn`: the function's alias, the output `target_arn` of the module function.
    - `enabled`: false holds it.
  EOT
  type = map(object({
    cron       = string
    target_arn = string
    enabled    = optional(bool, true)
  }))
  nullable = false

  validation {
    condition     = length(var.schedules) > 0 && alltrue([for name in keys(var.schedules) : can(regex("^[a-zA-Z0-9-_.]{1,64}$", name))])
    error_message = "schedules: at least one, each with a name of 1 to 64 letters, digits, hyphens, underscores and dots, for example { sweep = { cron = \"0 3 * * *\", target_arn = … } }."
  }

  validation {
    condition = alltrue([for s in values(var.schedules) :
      length(regexall("\\S+", s.cron)) == 5 && alltrue([for i, field in regexall("\\S+", s.cron) : can(regex(local.patterns[min(i, 4)], field))])
    ])
    error_message = "schedules: ${join(", ", [for name, s in var.schedules : "`${name}` has the cron `${s.cron}`" if length(regexall("\\S+", s.cron)) != 5 || anytrue([for i, field in regexall("\\S+", s.cron) : !can(regex(local.patterns[min(i, 4)], field))])])}; write five fields in UTC (minute, hour, day of month, month, day of week), each *, a number, a range, a step such as */15 or a list of those, for example \"0 3 * * *\"."
  }

  validation {
    condition = alltrue(flatten([for s in values(var.schedules) : [for range in regexall("[0-9A-Za-z]+-[0-9A-Za-z]+", s.cron) :
      try(tonumber(lookup(local.words, upper(split("-", range)[0]), split("-", range)[0])) <= tonumber(lookup(local.words, upper(split("-", range)[1]), split("-", range)[1])), true)
    ]]))
    error_message = "schedules: ${join(", ", [for name, s in var.schedules : "`${name}` (`${s.cron}`)" if strcontains(s.cron, "-")])}: a range runs backwards; write two, for example \"0 22-23,0-4 * * *\"."
  }

  validation {
    condition     = alltrue([for s in values(var.schedules) : can(regex("^\\s*\\S+\\s+\\S+\\s+(\\*\\s+\\S+\\s+\\S+|\\S+\\s+\\S+\\s+\\*)\\s*$", s.cron)) || length(regexall("\\S+", s.cron)) != 5])
    error_message = "schedules: ${join(", ", [for name, s in var.schedules : "`${name}` (`${s.cron}`)" if !can(regex("^\\s*\\S+\\s+\\S+\\s+(\\*\\s+\\S+\\s+\\S+|\\S+\\s+\\S+\\s+\\*)\\s*$", s.cron))])}: day of month and day of week cannot both be restricted, for example \"0 3 * * 1\"."
  }

  validation {
    condition     = alltrue([for s in values(var.schedules) : can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9-_]+:[a-zA-Z0-9-_]+$", s.target_arn))])
    error_message = "schedules: target_arn is an alias's ARN, for example \"arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live\"."
  }
}

# Optional.

variable "kms_key" {
  description = "The key that encrypts the schedules; null leaves it to AWS's own. In an object, so that a plan which makes the key knows that there is one."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.kms_key == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key.arn))
    error_message = "kms_key: a key's ARN, for example { arn = \"arn:aws:kms:eu-west-1:123456789012:key/1a2b3c4d-…\" }, or null."
  }
}

variable "tags" {
  description = "Tags of the group and the role, for example { \"anyfn:app\" = \"media\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
