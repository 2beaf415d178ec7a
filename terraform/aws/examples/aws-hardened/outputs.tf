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

output "signing_profile" {
  description = "What a pipeline signs packages with: `aws signer start-signing-job --profile-name …`."
  value       = aws_signer_signing_profile.this.name
}
