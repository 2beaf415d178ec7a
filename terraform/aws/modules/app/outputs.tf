output "urls" {
  description = "Where each HTTP function is called, with its path's template."
  value       = { for name, trigger in local.http : name => "${trimsuffix(module.http[name].url, "/")}${trigger.path}" }
}

output "stores" {
  description = "Buckets by the store's name: another app's input `stores`. Known at plan."
  value       = { for store in local.stores : store => contains(keys(var.stores), store) ? var.stores[store] : module.store[store].name }
}

output "queues" {
  description = "Queues' ARNs by the queue's name: another app's input `queues`. Known at plan."
  value       = { for queue in local.queues : queue => contains(keys(var.queues), queue) ? var.queues[queue] : module.queue[queue].arn }
}

output "dead_letters" {
  description = "The dead-letter queue's name of each function that has one."
  value       = local.dead_names
}

output "functions" {
  description = "Each function in AWS: `name`, `target_arn` (the alias that is called), `version` (the newest), `log_group`."
  value = { for name, function in module.function : name => {
    name       = function.name
    target_arn = function.target_arn
    version    = function.version
    log_group  = function.log_group_name
  } }
}

output "permissions" {
  description = "Policies as JSON for those who work with it: `call` by HTTP function, `send` and `redrive` by queue."
  value = {
    call    = { for name, http in module.http : name => http.permissions.call }
    send    = { for queue in keys(local.made_names) : queue => module.queue[queue].permissions.send }
    redrive = { for name, source in local.source : name => module.queue[source].permissions.redrive }
  }
}

output "policies" {
  description = "What each function may do: its role's policies as JSON. Known at plan."
  value = { for name, function in module.function : name => merge(
    function.policies,
    contains(keys(module.queue_trigger), name) ? { trigger = module.queue_trigger[name].policy } : {},
  ) }
}

output "topic_arn" {
  description = "The SNS topic that alarms and budgets tell; null without."
  value       = local.topic_arn
}

output "unconfirmed_emails" {
  description = "Addresses of `cost` that hear of nothing, because nobody has followed the link in the mail \"AWS Notification - Subscription Confirmation\" yet. Empty without `cost`."
  value       = flatten(module.cost_alarms[*].unconfirmed_emails)
}

output "cost_alarms_monthly_usd" {
  description = "What the alarms of `cost` cost a month with no traffic; 0 without. What the whole plan costs says `anyfn idle`."
  value       = sum(concat([0], module.cost_alarms[*].monthly_usd))
}

output "loop_usd_per_hour" {
  description = "What each function costs an hour if it runs away, by the prices of `cost`: 1000 at once, each call for a second. Empty without `cost`."
  value       = merge(module.cost_alarms[*].loop_usd_per_hour...)
}
