# Each validation, once.

variables {
  target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-archive:live"
  role_name  = "media-archive"
  queue_arn  = "arn:aws:sqs:eu-west-1:123456789012:media-deliveries"
}

run "a_function_without_alias_is_refused" {
  command = plan
  variables {
    target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-archive"
  }
  expect_failures = [var.target_arn]
}

run "a_role_is_named_not_by_its_arn" {
  command = plan
  variables {
    role_name = "arn:aws:iam::123456789012:role/media-archive"
  }
  expect_failures = [var.role_name]
}

run "a_queue_is_named_by_its_arn" {
  command = plan
  variables {
    queue_arn = "media-deliveries"
  }
  expect_failures = [var.queue_arn]
}

run "eleven_messages_need_a_window" {
  command = plan
  variables {
    batch_size = 11
  }
  expect_failures = [var.batch_size]
}

run "no_message_is_no_batch" {
  command = plan
  variables {
    batch_size = 0
  }
  expect_failures = [var.batch_size]
}

run "a_window_over_5_minutes_is_refused" {
  command = plan
  variables {
    window_s = 301
  }
  expect_failures = [var.window_s]
}

run "a_fifo_queue_has_no_window" {
  command = plan
  variables {
    queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-deliveries.fifo"
    window_s  = 5
  }
  expect_failures = [var.window_s]
}

run "one_at_once_is_refused" {
  command = plan
  variables {
    maximum_concurrency = 1
  }
  expect_failures = [var.maximum_concurrency]
}

run "an_alias_of_a_key_is_refused" {
  command = plan
  variables {
    kms_key = { arn = "alias/mine" }
  }
  expect_failures = [var.kms_key]
}
