output "rule_ids" {
  description = "The alarm rules' ids by key."
  value       = {}
}

output "monthly_usd" {
  description = "What the rules cost a month with no traffic, by list price."
  value       = 0
}
