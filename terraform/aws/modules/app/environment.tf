# What the functions are told: where stores and queues are, and the settings.

locals {
  bindings = merge(
    { for store in keys(local.blobs) : "ANYFN_BLOB_${upper(replace(store, "-", "_"))}" => "s3://${local.buckets[store]}?region=${local.region}" },
    { for queue in keys(local.messages) : "ANYFN_QUEUE_${upper(replace(queue, "-", "_"))}" => format("sqs://%s/%s/%s", slice(split(":", local.queue_arns[queue]), 3, 6)...) },
    { for name, queue in local.dead_names : "ANYFN_DEAD_LETTER_${upper(replace(name, "-", "_"))}" => "sqs://${local.region}/${local.account}/${queue}" },
  )
  # Only what the code calls a secret is hidden: a plan shows how the others change.
  # In two parts: a conditional would hide both.
  values = merge(
    { for name in nonsensitive(keys(var.config)) : name => var.config[name] if local.settings[name].secret },
    { for name in nonsensitive(keys(var.config)) : name => nonsensitive(var.config[name]) if !local.settings[name].secret },
  )

  environment = merge(local.bindings, local.values)
}
