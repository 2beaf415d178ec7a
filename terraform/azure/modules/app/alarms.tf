locals {
  # What bills with no traffic says why it is there: `anyfn idle` reads it.
  why_it_rings = { "anyfn:idle-reason" = "Tells of failure and of cost before users and the bill do" }
}

module "cost_alarms" {
  source = "../cost-alarms"
  count  = var.cost == null ? 0 : 1

  name                = local.name
  resource_group_name = var.resource_group_name
  location            = var.location
  function_app        = { id = module.function.id, name = module.function.name }
  emails              = var.cost.emails
  monthly_budget_usd  = var.cost.monthly_budget_usd
  usd_per_hour        = var.cost.usd_per_hour
  anomaly             = var.cost.anomaly
  webhook_url         = var.cost.webhook_url
  hard_stop           = var.cost.hard_stop
  tags                = merge(local.tags, local.why_it_rings)
}

module "alarms" {
  source = "../alarms"
  count  = var.alarms == null ? 0 : 1

  name                    = local.name
  resource_group_name     = var.resource_group_name
  location                = var.location
  function_app_id         = module.function.id
  application_insights_id = module.function.application_insights_id
  action_group_id         = coalesce(var.alarms.action_group_id, one(module.cost_alarms[*].action_group_id))
  thresholds              = var.alarms.thresholds
  functions               = { for name, trigger in local.triggers : name => { name = name, timeout_s = var.timeout_s, trigger = trigger.type } }
  queues                  = { for name, queue in local.sources : name => { name = queue, dlq_name = "${queue}-poison" } }
  tags                    = merge(local.tags, local.why_it_rings)
}
