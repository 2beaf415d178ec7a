variables {
  name                 = "webhook-3f9c2a71"
  resource_group_name  = "media"
  location             = "westeurope"
  storage_account_name = "webhookh3f9c2a71b0"
  package              = "./tests/azure-x86_64.zip"
  azure_cli            = null
}

run "a_name_in_capitals" {
  command = plan

  variables {
    name = "Webhook"
  }

  expect_failures = [var.name]
}

run "an_account_name_with_a_hyphen" {
  command = plan

  variables {
    storage_account_name = "webhook-host"
  }

  expect_failures = [var.storage_account_name]
}

run "a_package_that_is_not_there" {
  command = plan

  variables {
    package = "./tests/none.zip"
  }

  expect_failures = [var.package]
}

run "a_package_of_another_processor" {
  command = plan

  variables {
    package = "./tests/arm64.zip"
  }

  expect_failures = [var.package]
}

run "a_setting_of_the_host" {
  command = plan

  variables {
    app_settings = { AzureWebJobsStorage = "" }
  }

  expect_failures = [var.app_settings]
}

run "a_setting_with_a_hyphen" {
  command = plan

  variables {
    app_settings = { "IMAGE-FORMATS" = "jpeg" }
  }

  expect_failures = [var.app_settings]
}

run "a_grant_without_a_role" {
  command = plan

  variables {
    grants = { photos = { scope = "/subscriptions/s" } }
  }

  expect_failures = [var.grants]
}

run "a_grant_on_no_resource" {
  command = plan

  variables {
    grants = { photos = { scope = "photos", role = "Storage Blob Data Reader" } }
  }

  expect_failures = [var.grants]
}

run "a_size_that_flex_does_not_have" {
  command = plan

  variables {
    memory_mb = 1024
  }

  expect_failures = [var.memory_mb]
}

run "no_time_at_all" {
  command = plan

  variables {
    timeout_s = 0
  }

  expect_failures = [var.timeout_s]
}

run "no_attempt" {
  command = plan

  variables {
    max_attempts = 0
  }

  expect_failures = [var.max_attempts]
}

run "too_many_instances" {
  command = plan

  variables {
    concurrency = { maximum_instances = 1001 }
  }

  expect_failures = [var.concurrency]
}

run "more_messages_than_azure_hands_out" {
  command = plan

  variables {
    concurrency = { queue_messages = 65 }
  }

  expect_failures = [var.concurrency]
}

run "no_request_at_a_time" {
  command = plan

  variables {
    concurrency = { http_requests = 0 }
  }

  expect_failures = [var.concurrency]
}

run "a_warm_instance_of_nothing" {
  command = plan

  variables {
    concurrency = { always_ready = { thumbnail = 1 } }
  }

  expect_failures = [var.concurrency]
}

run "logs_for_a_day" {
  command = plan

  variables {
    log = { retention_days = 1 }
  }

  expect_failures = [var.log]
}

run "no_logs_at_all" {
  command = plan

  variables {
    log = { daily_cap_gb = 0 }
  }

  expect_failures = [var.log]
}

run "no_sample" {
  command = plan

  variables {
    log = { sampling_percent = 0 }
  }

  expect_failures = [var.log]
}

run "an_unknown_replication" {
  command = plan

  variables {
    storage = { replication = "LOCAL" }
  }

  expect_failures = [var.storage]
}

run "a_closed_app_without_a_network" {
  command = plan

  variables {
    network = { public = false }
  }

  expect_failures = [var.network]
}

run "a_zone_of_an_unknown_service" {
  command = plan

  variables {
    network = { dns_zone_ids = { file = "/subscriptions/s" } }
  }

  expect_failures = [var.network]
}
