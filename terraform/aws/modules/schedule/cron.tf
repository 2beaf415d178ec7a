# From the five fields of the code to EventBridge's six.
#
# Steps are written out and days of the week named, since EventBridge counts days from Sunday = 1 and
# wants a `?` where the other kind of day decides.

locals {
  months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
  days   = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
  words = merge(
    { for i, word in local.months : word => i + 1 },
    { for i, word in local.days : word => i },
  )

  # One value of each field.
  one = [
    "[0-5]?[0-9]",
    "([01]?[0-9]|2[0-3])",
    "(0?[1-9]|[12][0-9]|3[01])",
    "(0?[1-9]|1[0-2]|(?i:${join("|", local.months)}))",
    "([0-7]|(?i:${join("|", local.days)}))",
  ]
  item     = [for one in local.one : "((\\*|${one}-${one})(/[1-9][0-9]?)?|${one})"]
  patterns = [for item in local.item : "^${item}(,${item})*$"]
  low      = [0, 0, 1, 1, 0]
  high     = [59, 23, 31, 12, 6]

  fields = { for name, s in var.schedules : name => regexall("\\S+", s.cron) }
  # Every value of every field; none for `*`.
  values = { for name, fields in local.fields : name => [
    for i, field in fields : field == "*" ? [] : flatten([for item in split(",", field) : range(
      startswith(item, "*") ? local.low[i] : tonumber(lookup(local.words, upper(regex("^\\w+", item)), regex("^\\w+", item))),
      1 + (startswith(item, "*") ? local.high[i] : tonumber(lookup(local.words, upper(regex("\\w+$", split("/", item)[0])), regex("\\w+$", split("/", item)[0])))),
      strcontains(item, "/") ? tonumber(split("/", item)[1]) : 1,
    )])
  ] }
  # Sorted, each once; Sunday may be 7.
  sorted = { for name, values in local.values : name => [
    for i, list in values : [
      for n in range(local.low[i], local.high[i] + 1) : n if contains(list, n) || (i == 4 && n == 0 && contains(list, 7))
    ]
  ] }
  spelled = { for name, sets in local.sorted : name => [
    for i, set in sets :
    length(set) == 0 || length(set) == local.high[i] - local.low[i] + 1 ? "*" : join(",", [for n in set : i == 4 ? local.days[n] : tostring(n)])
  ] }
  expressions = { for name, f in local.spelled : name =>
    f[4] == "*" ? "cron(${f[0]} ${f[1]} ${f[2]} ${f[3]} ? *)" : "cron(${f[0]} ${f[1]} ? ${f[3]} ${f[4]} *)"
  }
}
