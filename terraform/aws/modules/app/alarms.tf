# Who is told when it breaks or costs.

module "cost_alarms" {
  source = "../cost-alarms"
  count  = var.cost == null ? 0 : 1

  name               = local.name
  app                = local.app
  functions          = { for name, own in local.own : name => { name = local.function_names[name], memory_mb = own.memory_mb, architecture = local.architecture, timeout_s = own.timeout_s } }
  emails             = var.cost.emails
  monthly_budget_usd = var.cost.monthly_budget_usd
  daily_budget_usd   = var.cost.daily_budget_usd
  usd_per_hour       = var.cost.usd_per_hour
  webhook_url        = var.cost.webhook_url
  budget_scope       = var.cost.budget_scope
  anomaly            = var.cost.anomaly
  hard_stop          = var.cost.hard_stop
  encryption         = { kms_key_arn = one(var.hardening.kms_key[*].arn) }
  tags               = merge(local.tags, local.why_it_rings)
}

locals {
  topic_arn = var.alarms == null ? null : try(coalesce(var.alarms.topic_arn, one(module.cost_alarms[*].topic_arn)), null)
}

module "alarms" {
  source = "../alarms"
  count  = var.alarms == null ? 0 : 1

  name           = local.name
  functions      = { for name, own in local.own : name => { name = local.function_names[name], timeout_s = own.timeout_s, trigger = local.triggers[name].type } }
  queues         = { for name, source in local.source : name => { name = local.made[source].name, dlq_name = local.dead_names[name] } }
  schedule_group = one(module.schedule[*].group_name)
  topic_arn      = local.topic_arn
  thresholds     = var.alarms.thresholds
  tags           = merge(local.tags, local.why_it_rings)
}
