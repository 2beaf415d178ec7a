# The app, from its manifest: functions, what calls them, where they store.

locals {
  tags = merge(var.tags, { "anyfn:app" = local.app })
  # What bills with no traffic says why it is there: `anyfn idle` reads it.
  why_it_polls = { "anyfn:idle-reason" = "Lambda asks the empty queue all the time - a message waits for milliseconds" }
  why_it_rings = { "anyfn:idle-reason" = "Tells of failure and of cost before users and the bill do" }

  # What is said for one function, or else for the app.
  own = { for name in keys(local.triggers) : name => {
    memory_mb            = try(coalesce(var.functions[name].memory_mb), var.memory_mb)
    timeout_s            = try(coalesce(var.functions[name].timeout_s), var.timeout_s)
    reserved_concurrency = try(var.functions[name].reserved_concurrency, null)
    maximum_concurrency  = try(var.functions[name].maximum_concurrency, null)
    live_version         = try(var.functions[name].live_version, null)
    cors                 = try(var.functions[name].cors, null)
    tags                 = merge(local.tags, { "anyfn:function" = name })
  } }
  architecture = endswith(var.package, "x86_64.zip") ? "x86_64" : "arm64"

  # Every queue that is made, with the function that listens, if one does.
  made = merge(
    { for queue, name in local.made_names : queue => {
      name     = name
      fifo     = local.fifo[queue]
      listener = one([for function, q in local.listens : function if q == queue])
      bucket   = null
    } },
    { for function, name in local.event_names : "${function}-events" => {
      name     = name
      fifo     = false
      listener = function
      bucket   = local.bucket_arns[local.watches[function].store]
    } },
  )
  # The queue that calls a function.
  source = merge(local.listens, { for function in keys(local.watches) : function => "${function}-events" })
}

module "function" {
  source   = "../function"
  for_each = local.own

  name                    = local.function_names[each.key]
  package                 = var.package
  handler                 = each.key
  architecture            = local.architecture
  memory_mb               = each.value.memory_mb
  timeout_s               = each.value.timeout_s
  environment             = local.environment
  policies                = local.policies[each.key]
  reserved_concurrency    = each.value.reserved_concurrency
  live_version            = each.value.live_version
  log_retention_days      = var.log_retention_days
  async                   = contains(keys(local.schedules), each.key) ? { max_retries = 0 } : null
  tracing                 = var.hardening.tracing
  kms_key                 = var.hardening.kms_key
  code_signing_config_arn = var.hardening.code_signing_config_arn
  tags                    = each.value.tags
}

module "http" {
  source   = "../http"
  for_each = local.http

  function_name = module.function[each.key].name
  alias         = module.function[each.key].alias
  public        = each.value.public
  cors          = local.own[each.key].cors
}

module "queue" {
  source   = "../queue"
  for_each = local.made

  name               = each.value.name
  fifo               = each.value.fifo
  dead_letter_name   = each.value.listener == null ? null : local.dead_names[each.value.listener]
  max_receive_count  = var.max_attempts
  function_timeout_s = each.value.listener == null ? var.timeout_s : local.own[each.value.listener].timeout_s
  bucket_arns        = each.value.bucket == null ? [] : [each.value.bucket]
  kms_key            = var.hardening.kms_key
  tags               = each.value.listener == null ? local.tags : local.own[each.value.listener].tags
}

module "queue_trigger" {
  source   = "../queue-trigger"
  for_each = local.source

  target_arn          = module.function[each.key].target_arn
  role_name           = module.function[each.key].role_name
  queue_arn           = module.queue[each.value].arn
  maximum_concurrency = local.own[each.key].maximum_concurrency
  kms_key             = var.hardening.kms_key
  tags                = merge(local.own[each.key].tags, local.why_it_polls)
}

module "store" {
  source = "../blob"
  # Of those that are there already, the ones that call a function.
  for_each = toset([for store in local.stores : store if !contains(keys(var.stores), store) || contains([for t in values(local.watches) : t.store], store)])

  name   = local.buckets[each.key]
  create = !contains(keys(var.stores), each.key)
  events = { for function, t in local.watches : function => {
    queue_arn = module.queue["${function}-events"].arn
    change    = t.change
    prefix    = t.prefix
    suffix    = t.suffix
  } if t.store == each.key }
  expire_days       = lookup(var.expire_days, each.key, {})
  versioning        = var.hardening.versioning
  kms_key           = var.hardening.kms_key
  access_log_bucket = var.hardening.access_log_bucket
  force_destroy     = var.force_destroy
  tags              = local.tags
}

module "schedule" {
  source = "../schedule"
  count  = length(local.schedules) > 0 ? 1 : 0

  name      = local.name
  schedules = { for name, cron in local.schedules : name => { cron = cron, target_arn = module.function[name].target_arn } }
  kms_key   = var.hardening.kms_key
  tags      = local.tags
}
