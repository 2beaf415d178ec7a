# What the manifest says, by name. Nothing here is about AWS.

locals {
  manifest = jsondecode(file(var.manifest))
  app      = local.manifest.app

  triggers = { for f in local.manifest.functions : f.name => f.trigger }
  settings = { for s in local.manifest.config : s.name => s }
  blobs    = { for need in local.manifest.needs : need.name => need.access if need.kind == "blob" }
  messages = { for need in local.manifest.needs : need.name => need.access if need.kind == "queue" }

  http      = { for name, t in local.triggers : name => t if t.type == "http" }
  schedules = { for name, t in local.triggers : name => t.cron if t.type == "schedule" }
  listens   = { for name, t in local.triggers : name => t.queue if t.type == "queue" }
  watches   = { for name, t in local.triggers : name => t if t.type == "blob" }

  stores = sort(distinct(concat(keys(local.blobs), [for t in values(local.watches) : t.store])))
  queues = sort(distinct(concat(keys(local.messages), values(local.listens))))
  fifo   = { for queue in local.queues : queue => anytrue([for name, q in local.listens : local.triggers[name].fifo if q == queue]) }

  # What the queues of functions' own are called.
  reserved = concat([for name in keys(local.watches) : "${name}-events"], [for name in concat(keys(local.listens), keys(local.watches)) : "${name}-dead-letter"])

  # Functions that hear of what the app itself does to a store. Two stores may be one bucket.
  loops = flatten([for name, t in local.watches : [for store, access in local.blobs : {
    function = name
    change   = t.change
    store    = t.store
    deed     = t.change == "created" ? "writes" : "deletes"
    into     = store
    } if contains(access, t.change == "created" ? "write" : "delete")
    && lookup(var.stores, store, store) == lookup(var.stores, t.store, t.store)
  ]])
}
