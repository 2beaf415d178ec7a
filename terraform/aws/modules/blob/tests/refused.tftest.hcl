# Each validation, once.

variables {
  name = "media-photos-1a2b3c4d"
}

run "a_name_with_a_capital_is_refused" {
  command = plan
  variables {
    name = "Photos"
  }
  expect_failures = [var.name]
}

run "an_unknown_change_is_refused" {
  command = plan
  variables {
    events = { thumbnail = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-thumbnail-events", change = "renamed" } }
  }
  expect_failures = [var.events]
}

run "s3_sends_to_no_fifo_queue" {
  command = plan
  variables {
    events = { thumbnail = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-thumbnail-events.fifo" } }
  }
  expect_failures = [var.events]
}

run "two_functions_on_all_keys_are_refused" {
  command = plan
  variables {
    events = {
      index     = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-index-events" }
      thumbnail = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-thumbnail-events" }
    }
  }
  expect_failures = [var.events]
}

run "a_prefix_within_another_is_refused" {
  command = plan
  variables {
    events = {
      index     = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-index-events", prefix = "in/" }
      thumbnail = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-thumbnail-events", prefix = "in/raw/", suffix = ".jpg" }
    }
  }
  expect_failures = [var.events]
}

run "a_suffix_within_another_is_refused" {
  command = plan
  variables {
    events = {
      index     = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-index-events", suffix = ".tar.gz" }
      thumbnail = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-thumbnail-events", suffix = ".gz" }
    }
  }
  expect_failures = [var.events]
}

run "half_a_day_is_refused" {
  command = plan
  variables {
    expire_days = { "" = 0.5 }
  }
  expect_failures = [var.expire_days]
}

run "an_alias_of_a_key_is_refused" {
  command = plan
  variables {
    kms_key = { arn = "alias/mine" }
  }
  expect_failures = [var.kms_key]
}

run "a_bucket_for_logs_is_named_not_by_its_arn" {
  command = plan
  variables {
    access_log_bucket = "arn:aws:s3:::logs"
  }
  expect_failures = [var.access_log_bucket]
}
