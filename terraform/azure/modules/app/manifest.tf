# What the manifest says, as Terraform needs it, and what Azure cannot express of it.

data "azurerm_client_config" "current" {}

locals {
  manifest = jsondecode(file(var.manifest))
  app      = local.manifest.app
  name     = coalesce(var.name, local.app)
  tags     = merge(var.tags, { "anyfn:app" = local.app })

  group = "/subscriptions/${data.azurerm_client_config.current.subscription_id}/resourceGroups/${var.resource_group_name}"
  # Global names have to differ between deployments and must not change within one.
  mark = substr(sha256("${local.group}/${local.name}"), 0, 8)
  # At most 13 letters of the name, what it is for, and the mark: 22.
  short  = substr(replace(local.name, "-", ""), 0, 13)
  host   = coalesce(var.storage_account_names.host, "${local.short}h${local.mark}")
  shared = coalesce(var.storage_account_names.stores, "${local.short}s${local.mark}")

  triggers = { for f in local.manifest.functions : f.name => f.trigger }

  http      = { for name, t in local.triggers : name => t if t.type == "http" }
  schedules = { for name, t in local.triggers : name => t.cron if t.type == "schedule" }
  blobs     = { for name, t in local.triggers : name => t if t.type == "blob" }
  # function -> the queue that calls it; events of blobs have one of their own a function
  sources = merge(
    { for name, t in local.triggers : name => t.queue if t.type == "queue" },
    { for name, t in local.blobs : name => "${name}-events" },
  )

  store_needs  = { for need in local.manifest.needs : need.name => need.access if need.kind == "blob" }
  queue_needs  = { for need in local.manifest.needs : need.name => need.access if need.kind == "queue" }
  store_names  = toset(concat(keys(local.store_needs), [for t in local.blobs : t.store]))
  queue_names  = toset(concat(keys(local.queue_needs), values(local.sources)))
  own_stores   = setsubtract(local.store_names, keys(var.stores))
  own_queues   = setsubtract(local.queue_names, keys(var.queues))
  settings     = { for setting in local.manifest.config : setting.name => setting }
  config_names = nonsensitive(keys(var.config))

  # What cannot be, each a sentence.
  ordered  = [for name, t in local.triggers : "function `${name}` takes the queue `${t.queue}` in order" if try(t.fifo, false)]
  foreign  = [for name, queue in local.sources : "function `${name}` is called by the queue `${queue}`, which is given in `queues`" if contains(keys(var.queues), queue)]
  deaf     = [for name, t in local.blobs : "function `${name}` is called by the store `${t.store}`, whose entry in `stores` has no topic" if !contains(local.own_stores, t.store) && !contains([for name, store in var.stores : name if store.topic != null], t.store)]
  unwanted = concat([for name in keys(var.stores) : "store `${name}`" if !contains(local.store_names, name)], [for name in keys(var.queues) : "queue `${name}`" if !contains(local.queue_names, name)])
  loops = [for name, t in local.blobs : "function `${name}` is called when a blob of the store `${t.store}` is ${t.change}, and the app may ${t.change == "created" ? "write" : "delete"} there"
    if contains(try(local.store_needs[t.store], []), t.change == "created" ? "write" : "delete") && !contains(var.allowed_loops, name)
  ]
  missing = [for name, setting in local.settings : name if setting.required && !contains(local.config_names, name)]
  unknown = [for name in local.config_names : name if !contains(keys(local.settings), name)]
}

# Remembers which manifest a state belongs to, and refuses what cannot be deployed.
resource "terraform_data" "manifest" {
  input = {
    app    = local.app
    sha256 = filesha256(var.manifest)
  }

  lifecycle {
    precondition {
      condition     = length(local.ordered) == 0
      error_message = "${local.app}: ${join("; ", local.ordered)}; Azure storage queues keep no order. Take `.fifo()` from it, or deploy the app to AWS."
    }
    precondition {
      condition     = length(local.foreign) == 0
      error_message = "${local.app}: ${join("; ", local.foreign)}; the host listens in its own storage account only. Leave the queue out of `queues`, and give its output `queues` to who sends."
    }
    precondition {
      condition     = length(local.deaf) == 0
      error_message = "${local.app}: ${join("; ", local.deaf)}. Take the entry from the output `stores` of the app that has the store, or of the module blob with events = true."
    }
    precondition {
      condition     = length(local.unwanted) == 0
      error_message = "${local.app}: the code uses no ${join(" and no ", local.unwanted)}; leave it out of `stores` and `queues`."
    }
    precondition {
      condition     = length(local.loops) == 0
      error_message = "${local.app}: ${join("; ", local.loops)}: a loop, and loops cost money. Write into another store, or name the function in allowed_loops if something else ends it."
    }
    precondition {
      condition     = length(local.missing) == 0
      error_message = "${local.app}: no value for the setting ${join(", ", local.missing)}; for example config = { ${join(", ", [for name in local.missing : "${name} = \"…\""])} }."
    }
    precondition {
      condition     = length(local.unknown) == 0
      error_message = "${local.app}: the code declares no setting ${join(", ", local.unknown)}; it declares ${length(local.settings) == 0 ? "none" : join(", ", keys(local.settings))}."
    }
    precondition {
      condition     = length(distinct(values(local.sources))) == length(local.sources)
      error_message = "${local.app}: two functions are called by one queue (events of blobs travel through FUNCTION-events); give each its own."
    }
  }
}
