# A wrong value is refused at plan time, by the variable that has it.

variables {
  name               = "media"
  emails             = ["ops@example.com"]
  monthly_budget_usd = 20
  functions = {
    resize = { name = "media-resize", memory_mb = 1024, architecture = "arm64" }
  }
}

run "a_name_that_begins_with_a_digit" {
  command = plan
  variables {
    name = "1media"
  }
  expect_failures = [var.name]
}

run "no_function" {
  command = plan
  variables {
    functions = {}
  }
  expect_failures = [var.functions]
}

run "a_key_with_a_dot" {
  command = plan
  variables {
    functions = { "total.usd" = { name = "media-resize", memory_mb = 1024, architecture = "arm64" } }
  }
  expect_failures = [var.functions]
}

run "memory_beyond_lambda" {
  command = plan
  variables {
    functions = { resize = { name = "media-resize", memory_mb = 10241, architecture = "arm64" } }
  }
  expect_failures = [var.functions]
}

run "an_unknown_architecture" {
  command = plan
  variables {
    functions = { resize = { name = "media-resize", memory_mb = 1024, architecture = "aarch64" } }
  }
  expect_failures = [var.functions]
}

run "a_timeout_beyond_lambda" {
  command = plan
  variables {
    functions = { resize = { name = "media-resize", memory_mb = 1024, architecture = "arm64", timeout_s = 901 } }
  }
  expect_failures = [var.functions]
}

run "a_function_limit_of_zero" {
  command = plan
  variables {
    functions = { resize = { name = "media-resize", memory_mb = 1024, architecture = "arm64", usd_per_hour = 0 } }
  }
  expect_failures = [var.functions]
}

run "an_address_without_an_at" {
  command = plan
  variables {
    emails = ["ops.example.com"]
  }
  expect_failures = [var.emails]
}

run "nobody_to_tell" {
  command = plan
  variables {
    emails = []
  }
  expect_failures = [var.emails]
}

run "a_budget_of_zero" {
  command = plan
  variables {
    monthly_budget_usd = 0
  }
  expect_failures = [var.monthly_budget_usd]
}

run "a_day_of_zero" {
  command = plan
  variables {
    daily_budget_usd = 0
  }
  expect_failures = [var.daily_budget_usd]
}

run "a_limit_of_zero" {
  command = plan
  variables {
    usd_per_hour = 0
  }
  expect_failures = [var.usd_per_hour]
}

run "a_total_of_zero" {
  command = plan
  variables {
    total_usd_per_hour = 0
  }
  expect_failures = [var.total_usd_per_hour]
}

run "no_calls_at_all" {
  command = plan
  variables {
    max_invocations_per_minute = 0
  }
  expect_failures = [var.max_invocations_per_minute]
}

run "a_concurrency_of_zero" {
  command = plan
  variables {
    max_concurrency = 0
  }
  expect_failures = [var.max_concurrency]
}

run "an_unknown_scope" {
  command = plan
  variables {
    budget_scope = "service"
  }
  expect_failures = [var.budget_scope]
}

run "a_monitor_that_is_no_arn" {
  command = plan
  variables {
    anomaly = { existing_monitor_arn = "Default-Services-Monitor" }
  }
  expect_failures = [var.anomaly]
}

run "an_anomaly_of_nothing" {
  command = plan
  variables {
    anomaly = { min_usd = 0 }
  }
  expect_failures = [var.anomaly]
}

run "a_webhook_without_tls" {
  command = plan
  variables {
    webhook_url = "http://hooks.example.com/aws"
  }
  expect_failures = [var.webhook_url]
}

run "the_key_that_budgets_cannot_use" {
  command = plan
  variables {
    encryption = { kms_key_arn = "alias/aws/sns" }
  }
  expect_failures = [var.encryption]
}

run "two_keys" {
  command = plan
  variables {
    encryption = { own_key = true, kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1a2b" }
  }
  expect_failures = [var.encryption]
}

run "a_price_of_zero" {
  command = plan
  variables {
    prices = { request = 0 }
  }
  expect_failures = [var.prices]
}
