# What the functions are told: where stores and queues are, and the settings.

locals {
  bindings = merge(
    { for store in keys(local.blobs) : "ANYFN_BLOB_${upper(replace(store, "-", "_"))}" => "s3://${local.buckets[store]}?region=${local.region}" },
    { for queue in keys(local.messages) : "ANYFN_QUEUE_${upper(replace(queue, "-", "_"))}" => format("sqs://%s/%s/%s", slice(split(":", local.queue_arns[queue]), 3, 6)...) },
    { for name, queue in local.dead_names : "ANYFN_DEAD_LETTER_${upper(replace(name, "-", "_"))}" => "sqs://${local.region}/${local.account}/${queue}" },
  )
  # Only what the code calls a secret is hidden: a plan shows how the others change.
  values = { for name in nonsensitive(keys(var.config)) : name => local.settings[name].secret ? var.config[name] : nonsensitive(var.config[name]) }

  environment = merge(local.bindings, local.values)
}
