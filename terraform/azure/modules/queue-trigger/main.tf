# A function that a queue calls. The trigger itself is in the package (function.json); what is missing
# there is which queue, and that the host may listen on it. No resource: settings and grants for the
# module function.

locals {
  key = upper(replace(var.function, "-", "_"))
}
