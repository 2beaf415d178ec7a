# What things are called in AWS. All of it comes from names, so that a first plan knows every ARN.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

data "aws_region" "current" {
  # What is wrong between the manifest and the variables is told here, before anything is made.
  lifecycle {
    precondition {
      condition     = length(local.loops) == 0
      error_message = "a loop: ${join("; ", [for l in local.loops : "`${l.function}` hears of what is ${l.change} in `${l.store}`, and the app ${local.app} ${l.deed} ${l.into == l.store ? "there" : "in `${l.into}`, which is the same bucket"}"])}. Each call may start the next, and each is billed. Take another store, or name the function in allowed_loops if something else ends it: allowed_loops = ${jsonencode(distinct([for l in local.loops : l.function]))}."
    }
    precondition {
      condition     = length(distinct(values(local.listens))) == length(local.listens)
      error_message = "two functions of the app ${local.app} listen to one queue (${join(", ", [for name, queue in local.listens : "`${name}` to `${queue}`" if length([for q in values(local.listens) : q if q == queue]) > 1])}): each message would reach either. Give each a queue of its own."
    }
    precondition {
      condition     = length(distinct(local.all_names)) == length(local.all_names)
      error_message = "two queues of the app ${local.app} would have one name: a function's own are called FUNCTION-events and FUNCTION-dead-letter; name your queue otherwise (${join(", ", local.queues)})."
    }
  }
}

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
  all_names = concat(values(local.made_names), values(local.event_names), values(local.dead_names))

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
