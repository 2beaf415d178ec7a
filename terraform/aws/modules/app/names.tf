# What things are called in AWS. All of it comes from names, so that a first plan knows every ARN. The data
# sources have no precondition: one that looks at another app's outputs would put off reading them, and with
# them every ARN, until that app is applied.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region
  name      = var.name == null ? local.app : var.name

  sqs = "arn:${local.partition}:sqs:${local.region}:${local.account}"

  function_names = { for name in keys(local.triggers) : name => "${local.name}-${name}" }
  made_names     = { for queue in local.queues : queue => "${local.name}-${queue}${local.fifo[queue] ? ".fifo" : ""}" if !contains(keys(var.queues), queue) }
  event_names    = { for name in keys(local.watches) : name => "${local.name}-${name}-events" }
  dead_names = merge(
    { for name, queue in local.listens : name => "${local.name}-${name}-dead-letter${local.fifo[queue] ? ".fifo" : ""}" },
    { for name in keys(local.watches) : name => "${local.name}-${name}-dead-letter" },
  )

  # A bucket's name is unique in the world and has 63 characters at most.
  buckets = merge(
    { for store in local.stores : store => join("-", [
      trimsuffix(substr("${local.name}-${store}", 0, 54), "-"),
      substr(sha256("${local.account}/${local.region}/${local.name}/${store}"), 0, 8),
    ]) },
    var.stores,
  )
  bucket_arns = { for store, bucket in local.buckets : store => "arn:${local.partition}:s3:::${bucket}" }
  queue_arns  = merge({ for queue, name in local.made_names : queue => "${local.sqs}:${name}" }, var.queues)
  dead_arns   = { for name, queue in local.dead_names : name => "${local.sqs}:${queue}" }
}
