output "schedules" {
  description = "By function: `cron` as it was given, and `ncrontab`, the six fields that the host runs by, seconds first, in UTC."
  value = { for function, fields in local.fields : function => {
    cron     = var.schedules[function]
    ncrontab = "0 ${join(" ", [for field in fields : field == "*" ? "*" : join(",", [for value in split(",", field) : tostring(tonumber(value))])])}"
  } }

  precondition {
    condition     = length(local.faults) == 0
    error_message = "schedules: a value is out of its field's range, or a range runs backwards: ${join(", ", distinct(local.faults))}. Minutes are 0-59, hours 0-23, days 1-31, months 1-12, days of the week 0-7; for example \"0 3 * * *\"."
  }
}
