# Schedules. A timer is in the package (function.json) and the host runs it, so there is no resource: the
# module checks the expressions at plan and says what the host makes of them.

locals {
  lows  = [0, 0, 1, 1, 0]
  highs = [59, 23, 31, 12, 6]
  names = merge(
    { for i, name in ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] : name => tostring(i) },
    { for i, name in ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"] : name => tostring(i + 1) },
  )

  # function -> one list of items a field; an item is a step over a range: { from, to, step }
  items = { for function, cron in var.schedules : function => [
    for i, field in split(" ", upper(cron)) : [
      for item in split(",", field) : {
        step = can(regex("/", item)) ? tonumber(split("/", item)[1]) : 1
        from = startswith(item, "*") ? local.lows[i] : tonumber(lookup(local.names, split("-", split("/", item)[0])[0], split("-", split("/", item)[0])[0]))
        to   = startswith(item, "*") ? local.highs[i] : tonumber(lookup(local.names, reverse(split("-", split("/", item)[0]))[0], reverse(split("-", split("/", item)[0]))[0]))
      }
    ]
  ] }

  fields = { for function, fields in local.items : function => [
    for i, items in fields : split(" ", var.schedules[function])[i] == "*" ? "*" : join(",", distinct(sort([
      # To the host Sunday is 0 only.
      for value in flatten([for item in items : try(range(item.from, item.to + 1, item.step), [])]) : format("%02d", i == 4 ? value % 7 : value)
    ])))
  ] }

  faults = flatten([for function, fields in local.items : [
    for i, items in fields : [
      for item in items : "${function} (${var.schedules[function]})"
      if item.step < 1 || item.from > item.to || item.from < local.lows[i] || item.to > (i == 4 ? 7 : local.highs[i])
    ]
  ]])
}
