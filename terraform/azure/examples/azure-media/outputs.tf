output "function_apps" {
  description = "The function apps' names, for the Azure CLI."
  value = {
    image-processing = module.image_processing.name
    webhook          = module.webhook.name
    cron-cleanup     = module.cron_cleanup.name
  }
}

output "webhook_url" {
  description = "Where senders post; `{provider}` is github, slack, standard or stripe."
  value       = module.webhook.urls["receive"].url
}

output "stores" {
  description = "By store: its storage account and container."
  value = { for name, store in merge(module.image_processing.stores, module.webhook.stores, module.cron_cleanup.stores) :
    name => { account = store.account, container = store.container }
  }
}

output "loop_usd_per_hour" {
  description = "What an app costs an hour when all its instances are busy: the most that a loop can cost."
  value = {
    image-processing = module.image_processing.loop_usd_per_hour
    webhook          = module.webhook.loop_usd_per_hour
    cron-cleanup     = module.cron_cleanup.loop_usd_per_hour
  }
}
