output "name" {
  description = "The function app's name, for the Azure CLI."
  value       = module.function.name
}

output "urls" {
  description = "Where HTTP functions answer: by function `url`, `methods`, and `key` whether the header x-functions-key is asked for."
  value       = merge(module.http[*].urls...)
}

output "key" {
  description = "The key that opens functions which are not public; null unless `http.read_key`."
  value       = one(module.http[*].key)
  sensitive   = true
}

output "stores" {
  description = "The stores of this app, for `stores` of another."
  value       = local.stores
}

output "queues" {
  description = "The queues of this app, for `queues` of another."
  value       = { for name, queue in local.queues : name => { name = queue.name, scope = queue.scope, url = queue.url } }
}

output "schedules" {
  description = "By function: its cron expression, and the six fields that the host runs by."
  value       = merge(module.schedule[*].schedules...)
}

output "grants" {
  description = "What the code may do, by need: scope, role or role_definition_id, condition."
  value       = local.grants
}

output "bindings" {
  description = "The settings that bind the code's names to what is here: ANYFN_BLOB_…, ANYFN_QUEUE_…, ANYFN_SOURCE_…, ANYFN_DEAD_LETTER_…."
  value       = local.bindings
}

output "package_sha256" {
  description = "The package's SHA-256, hexadecimal."
  value       = module.function.package_sha256
}

output "code_principal_id" {
  description = "The principal of the code's identity, for grants of your own."
  value       = module.function.code_principal_id
}

output "action_group_id" {
  description = "The action group of the cost alarms; null without `cost`."
  value       = one(module.cost_alarms[*].action_group_id)
}

output "cost_alarms_monthly_usd" {
  description = "What the alarms of `cost` cost a month with no traffic; 0 without. What the whole plan costs says `anyfn idle`."
  value       = sum(concat([0], module.cost_alarms[*].monthly_usd))
}

output "loop_usd_per_hour" {
  description = "What the app costs an hour when all instances that it may have are busy; it cannot cost more. Null without `cost`."
  value       = one(module.cost_alarms[*].loop_usd_per_hour)
}
