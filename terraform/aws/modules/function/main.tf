# One function: its log group, its code, the alias that everything calls it by.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region

  # Built from names, so that a first plan knows them.
  arn       = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}"
  alias     = "live"
  role_arn  = "arn:${local.partition}:iam::${local.account}:role/${var.name}"
  log_group = "/aws/lambda/${var.name}"
}

# Before the function, or Lambda would make one that keeps logs for ever and outlives `destroy`.
resource "aws_cloudwatch_log_group" "this" {
  name              = local.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = one(var.kms_key[*].arn)
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:a queue's function has its queue's dead letters; a schedule's failed tick is alarmed and followed by the next
  #checkov:skip=CKV_AWS_117:nothing that the function speaks to is inside of a VPC, and a way out of one bills while idle
  function_name                  = var.name
  role                           = local.role_arn
  runtime                        = "provided.al2023"
  handler                        = var.handler
  architectures                  = [var.architecture]
  filename                       = var.package
  source_code_hash               = filebase64sha256(var.package)
  publish                        = true
  memory_size                    = var.memory_mb
  timeout                        = var.timeout_s
  reserved_concurrent_executions = var.reserved_concurrency == null ? -1 : var.reserved_concurrency
  kms_key_arn                    = one(var.kms_key[*].arn)
  code_signing_config_arn        = var.code_signing_config_arn
  tags                           = var.tags

  dynamic "environment" {
    # An empty block is a difference at every plan.
    for_each = length(var.environment) > 0 ? [1] : []
    content {
      variables = var.environment
    }
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  lifecycle {
    precondition {
      condition     = nonsensitive(length(jsonencode(var.environment))) <= 4096
      error_message = "${var.name}: its environment is over the 4 KB that Lambda holds; put long settings where the function reads them, such as a store."
    }
  }

  # The role's rights before the first call.
  depends_on = [aws_iam_role.this, aws_iam_role_policy.log, aws_iam_role_policy.key, aws_iam_role_policy.this]
}

resource "aws_lambda_alias" "live" {
  name             = local.alias
  description      = "What is called. Rollback: the variable live_version."
  function_name    = aws_lambda_function.this.function_name
  function_version = var.live_version == null ? aws_lambda_function.this.version : var.live_version
}

resource "aws_lambda_function_event_invoke_config" "this" {
  count = var.async == null ? 0 : 1

  function_name                = aws_lambda_function.this.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_retry_attempts       = var.async.max_retries
  maximum_event_age_in_seconds = var.async.max_age_s
}

resource "aws_lambda_function_recursion_config" "this" {
  function_name  = aws_lambda_function.this.function_name
  recursive_loop = var.recursive_loop
}
