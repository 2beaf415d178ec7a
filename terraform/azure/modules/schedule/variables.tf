# Required.

variable "schedules" {
  description = "Cron expressions by function: five fields, UTC. Each field is `*`, a number, a range, a step of either, or a list of those; months and days also by name."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for cron in var.schedules : length(split(" ", cron)) == 5])
    error_message = "schedules: five fields with one blank between them, for example { sweep = \"0 3 * * *\" } (every day at 03:00 UTC)."
  }
  validation {
    condition = alltrue([for cron in var.schedules : alltrue([for field in split(" ", upper(cron)) :
      can(regex("^(\\*|\\*/[0-9]+|([0-9]+|[A-Z]{3})(-([0-9]+|[A-Z]{3})(/[0-9]+)?)?)(,(\\*/[0-9]+|([0-9]+|[A-Z]{3})(-([0-9]+|[A-Z]{3})(/[0-9]+)?)?))*$", field))
    ])])
    error_message = "schedules: a field is `*`, a number, a range `1-5`, a step `*/15` or `10-40/10`, or a list of those; `?`, `L`, `W` and `#` are not. For example { sweep = \"*/15 8-18 * * MON-FRI\" }."
  }
  validation {
    condition     = alltrue([for cron in var.schedules : try(split(" ", cron)[2] == "*" || split(" ", cron)[4] == "*", true)])
    error_message = "schedules: day of month and day of week cannot both be restricted, for example { sweep = \"0 3 1 * *\" }."
  }
}
