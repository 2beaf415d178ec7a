# Each validation, once.

variables {
  manifest = "../../../tests/fixtures/webhook/manifest.json"
  package  = "../../../tests/fixtures/webhook/aws-arm64.zip"
  cost     = null
  alarms   = null
}

run "a_manifest_that_is_not_there_is_refused" {
  command = plan
  variables {
    manifest = "dist/none/manifest.json"
  }
  expect_failures = [var.manifest]
}

run "a_file_that_is_no_manifest_is_refused" {
  command = plan
  variables {
    manifest = "main.tf"
  }
  expect_failures = [var.manifest]
}

run "another_version_is_refused" {
  command = plan
  variables {
    manifest = "tests/fixtures/version-2.json"
  }
  expect_failures = [var.manifest]
}

run "an_unknown_trigger_is_refused" {
  command = plan
  variables {
    manifest = "tests/fixtures/stream.json"
  }
  expect_failures = [var.manifest]
}

run "a_package_that_is_not_there_is_refused" {
  command = plan
  variables {
    package = "dist/none/aws-arm64.zip"
  }
  expect_failures = [var.package]
}

run "a_package_that_hides_its_processor_is_refused" {
  command = plan
  variables {
    package = "main.tf"
  }
  expect_failures = [var.package]
}

run "a_name_with_a_double_hyphen_is_refused" {
  command = plan
  variables {
    name = "media--staging"
  }
  expect_failures = [var.name]
}

run "an_unknown_setting_is_refused" {
  command = plan
  variables {
    config = { WEBHOOK_SECRET_GITHIB = "x" }
  }
  expect_failures = [var.config]
}

run "a_required_setting_without_a_value_is_refused" {
  command = plan
  variables {
    manifest = "../../../tests/fixtures/cron-cleanup/manifest.json"
  }
  expect_failures = [var.config]
}

run "alarms_that_nobody_hears_are_refused" {
  command = plan
  variables {
    alarms = {}
  }
  expect_failures = [var.alarms]
}

run "an_unknown_store_is_refused" {
  command = plan
  variables {
    stores = { photos = "media-photos" }
  }
  expect_failures = [var.stores]
}

run "a_bucket_is_named_not_by_its_arn" {
  command = plan
  variables {
    stores = { archive = "arn:aws:s3:::archive" }
  }
  expect_failures = [var.stores]
}

run "an_unknown_queue_is_refused" {
  command = plan
  variables {
    queues = { jobs = "arn:aws:sqs:eu-west-1:123456789012:jobs" }
  }
  expect_failures = [var.queues]
}

run "a_queue_is_named_by_its_arn" {
  command = plan
  variables {
    manifest = "tests/fixtures/one-need-more.json"
    queues   = { visits = "small-visits" }
  }
  expect_failures = [var.queues]
}

run "who_listens_makes_the_queue" {
  command = plan
  variables {
    queues = { deliveries = "arn:aws:sqs:eu-west-1:123456789012:deliveries" }
  }
  expect_failures = [var.queues]
}

run "too_little_memory_is_refused" {
  command = plan
  variables {
    memory_mb = 64
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

run "no_attempt_is_refused" {
  command = plan
  variables {
    max_attempts = 0
  }
  expect_failures = [var.max_attempts]
}

run "settings_of_an_unknown_function_are_refused" {
  command = plan
  variables {
    functions = { recieve = { memory_mb = 128 } }
  }
  expect_failures = [var.functions]
}

run "a_function_that_no_store_calls_loops_by_no_store" {
  command = plan
  variables {
    allowed_loops = ["archive"]
  }
  expect_failures = [var.allowed_loops]
}

run "what_another_app_keeps_is_not_ours_to_expire" {
  command = plan
  variables {
    stores      = { archive = "somebodys-archive" }
    expire_days = { archive = { "" = 7 } }
  }
  expect_failures = [var.expire_days]
}

run "a_function_that_writes_where_it_listens_is_refused" {
  command = plan
  variables {
    manifest = "tests/fixtures/loop.json"
  }
  expect_failures = [var.allowed_loops]
}

run "two_stores_in_one_bucket_make_a_loop" {
  command = plan
  variables {
    manifest = "../../../tests/fixtures/image-processing/manifest.json"
    stores   = { photos = "one-bucket", thumbnails = "one-bucket" }
  }
  expect_failures = [var.allowed_loops]
}

run "a_function_that_deletes_where_it_hears_of_it_is_refused" {
  command = plan
  variables {
    manifest = "tests/fixtures/undoing.json"
  }
  expect_failures = [var.allowed_loops]
}

run "two_functions_on_one_queue_are_refused" {
  command = plan
  variables {
    manifest = "tests/fixtures/two-on-one-queue.json"
  }
  expect_failures = [var.manifest]
}

run "a_queue_named_as_a_function_s_own_is_refused" {
  command = plan
  variables {
    manifest = "tests/fixtures/names-collide.json"
  }
  expect_failures = [var.queues]
}

run "a_name_that_makes_others_too_long_is_refused" {
  command = plan
  variables {
    manifest = "tests/fixtures/long.json"
    name     = "a-deployment-of-a-long-name"
  }
  expect_failures = [var.name]
}
