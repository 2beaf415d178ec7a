# An app on Azure, from its manifest and its package: one function app for all functions, their queues and
# poison queues, stores with events, roles from what the code declares, alarms on failures and on money.

locals {
  variable = { for name in distinct(concat(keys(local.triggers), tolist(local.store_names), tolist(local.queue_names))) : name => upper(replace(name, "-", "_")) }

  # No try(): of a value that is not known whole, it forgets the part that is.
  stores = merge(concat([var.stores], module.stores[*].stores)...)
  queues = merge(var.queues, { for name, queue in module.queue : name => queue.queue })

  bindings = merge(concat(
    [for name in keys(local.store_needs) : { "ANYFN_BLOB_${local.variable[name]}" = local.stores[name].url }],
    [for name in keys(local.queue_needs) : { "ANYFN_QUEUE_${local.variable[name]}" = local.queues[name].url }],
    [for trigger in module.queue_trigger : trigger.app_settings],
  )...)
}

module "function" {
  source = "../function"

  name                 = "${local.name}-${local.mark}"
  resource_group_name  = var.resource_group_name
  location             = var.location
  storage_account_name = local.host
  package              = var.package

  # Each value alone may be secret, not that there is one.
  app_settings = merge({ for name in local.config_names : name => var.config[name] }, local.bindings)

  grants      = local.grants
  host_grants = merge([for trigger in module.queue_trigger : trigger.host_grants]...)

  memory_mb    = var.memory_mb
  timeout_s    = var.timeout_s
  max_attempts = var.max_attempts
  concurrency  = var.concurrency
  cors         = var.http.cors
  log          = merge(var.log, { retention_days = var.log_retention_days })
  storage      = { replication = var.storage.replication, audit = var.storage.audit, customer_managed_key = var.storage.customer_managed_key }
  network      = var.network
  azure_cli    = var.azure_cli
  tags         = local.tags
}

module "queue" {
  source   = "../queue"
  for_each = local.own_queues

  name               = each.key
  storage_account_id = module.function.storage_account_id
  poison             = contains(values(local.sources), each.key)
}

module "queue_trigger" {
  source   = "../queue-trigger"
  for_each = { for name, queue in local.sources : name => queue if contains(local.own_queues, queue) }

  function           = each.key
  queue              = module.queue[each.value].queue
  poison             = module.queue[each.value].poison
  role_definition_id = local.roles["queue-listen"]
}

module "stores" {
  source = "../blob"
  count  = length(local.own_stores) > 0 ? 1 : 0

  name                = local.shared
  resource_group_name = var.resource_group_name
  location            = var.location
  stores              = local.own_stores
  lifecycle_rules     = var.lifecycle_rules
  storage             = var.storage
  audit               = var.storage.audit ? { workspace_id = module.function.log_analytics_workspace_id } : null
  network = {
    public             = var.network.public
    endpoint_subnet_id = var.network.endpoint_subnet_id
    dns_zone_id        = lookup(var.network.dns_zone_ids, "blob", null)
  }
  tags = local.tags
}

module "blob_events" {
  source   = "../blob-events"
  for_each = { for name, trigger in local.blobs : name => trigger if contains(local.own_stores, trigger.store) || contains([for name, store in var.stores : name if store.topic != null], trigger.store) }

  # Unique on a topic that apps share, and short enough with the longest function name.
  name   = "${local.mark}-${each.key}"
  store  = local.stores[each.value.store]
  change = each.value.change
  prefix = each.value.prefix
  suffix = each.value.suffix
  queue  = module.queue["${each.key}-events"].queue
}

module "schedule" {
  source = "../schedule"
  count  = length(local.schedules) > 0 ? 1 : 0

  schedules = local.schedules
}

module "http" {
  source = "../http"
  count  = length(local.http) > 0 ? 1 : 0

  function_app        = { name = module.function.name, hostname = module.function.default_hostname }
  resource_group_name = var.resource_group_name
  functions           = local.http
  cors                = var.http.cors
  domain              = var.http.domain
  read_key            = var.http.read_key
}
