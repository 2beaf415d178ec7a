# Each validation, once.

variables {
  name = "media-orders"
}

run "a_name_with_a_dot_is_refused" {
  command = plan
  variables {
    name = "media.orders"
  }
  expect_failures = [var.name]
}

run "a_fifo_queue_says_so_in_its_name" {
  command = plan
  variables {
    name = "media-orders"
    fifo = true
  }
  expect_failures = [var.name]
}

run "a_name_that_says_fifo_is_one" {
  command = plan
  variables {
    name = "media-orders.fifo"
  }
  expect_failures = [var.name]
}

run "dead_letters_of_a_fifo_queue_are_fifo" {
  command = plan
  variables {
    name             = "media-orders.fifo"
    dead_letter_name = "media-dead-letter"
    fifo             = true
  }
  expect_failures = [var.dead_letter_name]
}

run "no_attempt_is_refused" {
  command = plan
  variables {
    max_receive_count = 0
  }
  expect_failures = [var.max_receive_count]
}

run "a_timeout_over_15_minutes_is_refused" {
  command = plan
  variables {
    function_timeout_s = 1000
  }
  expect_failures = [var.function_timeout_s]
}

run "a_retention_over_14_days_is_refused" {
  command = plan
  variables {
    retention_s = 1209601
  }
  expect_failures = [var.retention_s]
}

run "a_bucket_is_named_by_its_arn" {
  command = plan
  variables {
    bucket_arns = ["photos"]
  }
  expect_failures = [var.bucket_arns]
}

run "s3_sends_to_no_fifo_queue" {
  command = plan
  variables {
    name        = "media-orders.fifo"
    fifo        = true
    bucket_arns = ["arn:aws:s3:::photos"]
  }
  expect_failures = [var.bucket_arns]
}

run "an_alias_of_a_key_is_refused" {
  command = plan
  variables {
    kms_key = { arn = "alias/mine" }
  }
  expect_failures = [var.kms_key]
}
