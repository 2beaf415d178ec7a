variables {
  name    = "media-thumbnail"
  package = "../../../tests/fixtures/image-processing/aws-arm64.zip"
  handler = "thumbnail"
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.runtime == "provided.al2023" && aws_lambda_function.this.handler == "thumbnail" && aws_lambda_function.this.publish
    error_message = "the runtime finds its function in _HANDLER, and each change is a version"
  }
  assert {
    condition     = aws_lambda_function.this.architectures == tolist(["arm64"]) && aws_lambda_function.this.memory_size == 512 && aws_lambda_function.this.timeout == 30
    error_message = "arm64, 512 MB, 30 s"
  }
  assert {
    condition     = aws_lambda_function.this.source_code_hash == filebase64sha256(var.package)
    error_message = "another package is another plan"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/media-thumbnail" && aws_cloudwatch_log_group.this.retention_in_days == 30 && aws_lambda_function.this.logging_config[0].log_group == "/aws/lambda/media-thumbnail"
    error_message = "the log group is this module's"
  }
  assert {
    condition     = aws_lambda_alias.live.name == "live" && output.target_arn == "arn:aws:lambda:eu-west-1:123456789012:function:media-thumbnail:live"
    error_message = "a first plan knows what is called"
  }
  assert {
    condition     = aws_lambda_function_recursion_config.this.recursive_loop == "Terminate"
    error_message = "loops end"
  }
  assert {
    condition     = length(aws_lambda_function.this.environment) == 0 && length(aws_lambda_function_event_invoke_config.this) == 0 && aws_lambda_function.this.tracing_config[0].mode == "PassThrough"
    error_message = "nothing that was not asked for"
  }
  assert {
    condition = aws_iam_role_policy.log.policy == jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/media-thumbnail:*"
      }]
    })
    error_message = "its own log and nothing else: ${aws_iam_role_policy.log.policy}"
  }
  assert {
    condition     = length(aws_iam_role_policy.this) == 0 && jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal.Service == "lambda.amazonaws.com"
    error_message = "Lambda alone takes the role"
  }
}

run "full" {
  command = plan
  variables {
    architecture            = "x86_64"
    memory_mb               = 1024
    timeout_s               = 60
    environment             = { ANYFN_BLOB_PHOTOS = "s3://photos?region=eu-west-1", SECRET = "hidden" }
    policies                = { needs = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::photos/*" }] }) }
    reserved_concurrency    = 10
    live_version            = "7"
    log_retention_days      = 365
    async                   = { max_retries = 0 }
    recursive_loop          = "Allow"
    tracing                 = true
    kms_key                 = { arn = "arn:aws:kms:eu-west-1:123456789012:key/1a2b" }
    code_signing_config_arn = "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdef0"
    tags                    = { "anyfn:app" = "media" }
  }

  assert {
    condition     = aws_lambda_alias.live.function_version == "7"
    error_message = "rolled back"
  }
  assert {
    condition     = aws_lambda_function.this.environment[0].variables["ANYFN_BLOB_PHOTOS"] == "s3://photos?region=eu-west-1" && aws_lambda_function.this.reserved_concurrent_executions == 10
    error_message = "environment and concurrency"
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.this[0].maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.this[0].qualifier == "live" && aws_lambda_function_recursion_config.this.recursive_loop == "Allow"
    error_message = "what an asynchronous call of the alias gets"
  }
  assert {
    condition     = aws_iam_role_policy.this["needs"].policy == var.policies["needs"]
    error_message = "a policy a concern, as it was given"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.log.policy).Statement : s.Sid] == ["Log", "Trace"] && jsondecode(aws_iam_role_policy.key[0].policy).Statement[0].Resource == var.kms_key.arn
    error_message = "tracing and the key, in so many words: ${aws_iam_role_policy.log.policy}"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.kms_key.arn && aws_lambda_function.this.kms_key_arn == var.kms_key.arn && aws_lambda_function.this.tags["anyfn:app"] == "media"
    error_message = "encrypted and tagged"
  }
}

run "the_newest_version_is_live" {
  command = apply

  assert {
    condition     = aws_lambda_alias.live.function_version == aws_lambda_function.this.version
    error_message = "the alias follows the code"
  }
}
