output "webhook_url" {
  description = "Where webhooks are sent; {provider} is github, slack, standard or stripe."
  value       = module.webhook.urls["receive"]
}

output "stores" {
  description = "The buckets, by app and store."
  value = {
    image-processing = module.image_processing.stores
    webhook          = module.webhook.stores
    cron-cleanup     = module.cron_cleanup.stores
  }
}

output "functions" {
  description = "The functions, by app: names, versions, log groups."
  value = {
    image-processing = module.image_processing.functions
    webhook          = module.webhook.functions
    cron-cleanup     = module.cron_cleanup.functions
  }
}

output "dead_letters" {
  description = "Where what failed for good waits for 14 days."
  value       = merge(module.image_processing.dead_letters, module.webhook.dead_letters, module.cron_cleanup.dead_letters)
}

output "unconfirmed_emails" {
  description = "Who still has to follow the link in a mail, by app: until then nobody there hears of failures and cost."
  value = {
    image-processing = module.image_processing.unconfirmed_emails
    webhook          = module.webhook.unconfirmed_emails
    cron-cleanup     = module.cron_cleanup.unconfirmed_emails
  }
}

output "loop_usd_per_hour" {
  description = "What a function costs an hour if it runs away, by app: what the alarms on dollars an hour are there for."
  value = {
    image-processing = module.image_processing.loop_usd_per_hour
    webhook          = module.webhook.loop_usd_per_hour
    cron-cleanup     = module.cron_cleanup.loop_usd_per_hour
  }
}
