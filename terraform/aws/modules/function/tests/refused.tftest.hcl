# Each validation, once.

variables {
  name    = "media-thumbnail"
  package = "../../../tests/fixtures/image-processing/aws-arm64.zip"
  handler = "thumbnail"
}

run "a_name_with_a_space_is_refused" {
  command = plan
  variables {
    name = "media thumbnail"
  }
  expect_failures = [var.name]
}

run "a_package_that_is_not_there_is_refused" {
  command = plan
  variables {
    package = "dist/none/aws-arm64.zip"
  }
  expect_failures = [var.package]
}

run "a_package_that_is_no_zip_is_refused" {
  command = plan
  variables {
    package = "main.tf"
  }
  expect_failures = [var.package]
}

run "bootstrap_with_a_capital_is_no_handler" {
  command = plan
  variables {
    handler = "Bootstrap"
  }
  expect_failures = [var.handler]
}

run "an_unknown_processor_is_refused" {
  command = plan
  variables {
    architecture = "riscv64"
  }
  expect_failures = [var.architecture]
}

run "too_little_memory_is_refused" {
  command = plan
  variables {
    memory_mb = 64
  }
  expect_failures = [var.memory_mb]
}

run "half_a_megabyte_is_refused" {
  command = plan
  variables {
    memory_mb = 512.5
  }
  expect_failures = [var.memory_mb]
}

run "a_timeout_over_15_minutes_is_refused" {
  command = plan
  variables {
    timeout_s = 901
  }
  expect_failures = [var.timeout_s]
}

run "a_policy_without_statements_is_refused" {
  command = plan
  variables {
    policies = { needs = "{}" }
  }
  expect_failures = [var.policies]
}

run "a_negative_concurrency_is_refused" {
  command = plan
  variables {
    reserved_concurrency = -1
  }
  expect_failures = [var.reserved_concurrency]
}

run "latest_is_no_version_to_roll_back_to" {
  command = plan
  variables {
    live_version = "$LATEST"
  }
  expect_failures = [var.live_version]
}

run "a_retention_that_cloudwatch_lacks_is_refused" {
  command = plan
  variables {
    log_retention_days = 31
  }
  expect_failures = [var.log_retention_days]
}

run "three_retries_are_refused" {
  command = plan
  variables {
    async = { max_retries = 3 }
  }
  expect_failures = [var.async]
}

run "an_unknown_answer_to_loops_is_refused" {
  command = plan
  variables {
    recursive_loop = "Stop"
  }
  expect_failures = [var.recursive_loop]
}

run "an_alias_of_a_key_is_refused" {
  command = plan
  variables {
    kms_key = { arn = "alias/mine" }
  }
  expect_failures = [var.kms_key]
}

run "a_name_of_a_signing_configuration_is_refused" {
  command = plan
  variables {
    code_signing_config_arn = "csc-0123456789abcdef0"
  }
  expect_failures = [var.code_signing_config_arn]
}

run "an_environment_over_4_kb_is_refused" {
  command = plan
  variables {
    environment = { LONG = join("", [for i in range(500) : "0123456789"]) }
  }
  expect_failures = [aws_lambda_function.this]
}
